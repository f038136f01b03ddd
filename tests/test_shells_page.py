"""The list of open shells: one's own to take up, name and end; those of others for admins to watch and end."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from clusters.models import Cluster, Role, TerminalSession
from clusters.streams import sessions
from clusters.streams.endings import Ending
from tests import people
from tests.harness.browsers import go_to
from tests.harness.containers import BUSY, is_busy, nothing_is_left, start_pod
from tests.harness.kubectl import Kubectl

SLOW = 20_000


@pytest.fixture
def maria(harbour: Cluster) -> User:
    """May open shells in payments."""
    maria = people.person("maria")
    people.grant(maria, harbour, Role.SHELL, "payments")
    return maria


@pytest.fixture
def of_maria(maria: User, harbour: Cluster) -> TerminalSession:
    return sessions.begin(maria, harbour, namespace="payments", pod="web-1", pod_uid="u", container="app")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def chief_of(harbour: Cluster, *namespaces: str) -> User:
    chief = people.person("chief")
    people.grant(chief, harbour, Role.ADMIN, *namespaces)
    return chief


@pytest.mark.django_db
def test_each_sees_his_own_and_admins_those_of_their_namespaces(
    maria: User, of_maria: TerminalSession, harbour: Cluster
) -> None:
    assert "web-1" in signed_in(maria).get("/shells/").content.decode()
    assert "web-1" in signed_in(people.admin()).get("/shells/").content.decode()
    assert "web-1" not in signed_in(people.person("nobody")).get("/shells/").content.decode()
    assert "web-1" not in signed_in(chief_of(harbour, "web")).get("/shells/").content.decode()


@pytest.mark.django_db
def test_its_owner_gives_it_a_name(maria: User, of_maria: TerminalSession) -> None:
    signed_in(maria).post(f"/shells/{of_maria.pk}/name/", {"name": "  the   slow one "})
    of_maria.refresh_from_db()
    assert of_maria.name == "the slow one"
    assert signed_in(people.admin()).post(f"/shells/{of_maria.pk}/name/", {"name": "mine"}).status_code == 404


@pytest.mark.django_db
def test_which_shell_it_is_is_said_in_words(maria: User, of_maria: TerminalSession) -> None:
    TerminalSession.objects.update(command="auto")
    assert "bash, else sh" in signed_in(maria).get("/shells/").content.decode()


@pytest.mark.django_db
def test_an_admin_ends_it_and_its_holder_is_told_who_did(of_maria: TerminalSession, harbour: Cluster) -> None:
    signed_in(chief_of(harbour, "payments")).post(f"/shells/{of_maria.pk}/end/")
    assert sessions.must_end(of_maria.pk) == Ending(None, "chief ended it.", wanted=True)


@pytest.mark.django_db
def test_nobody_else_can(of_maria: TerminalSession, harbour: Cluster) -> None:
    other = people.person("other")
    people.grant(other, harbour, Role.OPERATE)
    for client in (signed_in(other), signed_in(chief_of(harbour, "web"))):
        assert client.post(f"/shells/{of_maria.pk}/end/").status_code == 404
        assert client.get(f"/shells/{of_maria.pk}/").status_code == 404
        assert client.get(f"/shells/{of_maria.pk}/?watch=1").status_code == 404
    of_maria.refresh_from_db()
    assert of_maria.end_asked == ""


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "shells-page")
    yield near
    near("delete", "pod", "shells-page", "--force", "--grace-period=0")


def its_last_row_is_whole(page: Page) -> None:
    drawn, place = page.locator(".xterm-screen").bounding_box(), page.locator(".terminal-place").bounding_box()
    assert drawn
    assert place
    assert drawn["y"] + drawn["height"] <= place["y"] + place["height"]


def test_a_shell_whose_page_was_left_is_taken_up_and_ended_from_the_list(page: Page, near: Kubectl) -> None:
    go_to(page, "/clusters/test/pods/default/shells-page/shell/")
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator("#shell-status")).to_have_text("Shell in main", timeout=SLOW)
    page.keyboard.type(f"{BUSY}\n")
    is_busy(near, "shells-page")
    go_to(page, "/shells/")
    row = page.get_by_role("row", name="shells-page")
    row.get_by_role("link", name="Take up").click()
    expect(page.locator("#shell-status")).to_have_text("Live", timeout=SLOW)
    expect(page.get_by_role("heading", name="shells-page/main")).to_be_visible()
    expect(page.locator("#cluster-switch")).to_contain_text("test")
    its_last_row_is_whole(page)
    page.get_by_role("button", name="Move to the dock").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("shells-page")
    expect(page.get_by_role("tab")).to_contain_text("shells-page")
    go_to(page, "/clusters/test/pods/default/shells-page/shell/")
    page.get_by_role("button", name="Take up shells-page/main").click()
    expect(page.locator("#shell-status")).to_have_text("Shell in main", timeout=SLOW)
    expect(page.get_by_role("tab")).to_have_count(0)
    go_to(page, "/shells/")
    row.get_by_role("button", name="End").click()
    page.get_by_role("dialog").get_by_role("button", name="End shell").click()
    expect(page.get_by_role("status").first).to_contain_text("will have ended in a moment")
    page.route("**/shells/", lambda route: route.fulfill(body="busy"), times=1)
    expect(page.get_by_text("What you see may be old.")).to_be_visible(timeout=SLOW)
    expect(row).to_have_count(0, timeout=SLOW)
    expect(page.get_by_text("What you see may be old.")).to_have_count(0)
    nothing_is_left(near, "shells-page")


def test_closed_on_its_own_page_the_focus_is_on_how_it_ended(page: Page, near: Kubectl) -> None:
    go_to(page, "/clusters/test/pods/default/shells-page/shell/")
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator("#shell-status")).to_have_text("Shell in main", timeout=SLOW)
    go_to(page, "/shells/")
    page.get_by_role("row", name="shells-page").get_by_role("link", name="Take up").click()
    expect(page.locator("#shell-status")).to_have_text("Live", timeout=SLOW)
    expect(page.get_by_text("leaves the terminal").first).to_be_visible()
    page.keyboard.press("Control+Shift+Backspace")
    expect(page.get_by_role("button", name="Close shell")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#shell-status")).to_have_text("The shell was closed.", timeout=SLOW)
    expect(page.locator("#shell-status")).to_be_focused()
