"""Pods picked by hand in the table: their logs are read together, on a page or in the dock."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.harness.browsers import go_to, take_cookies
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.terminals import SLOW

NAMES = [f"pick-{letter}" for letter in "abcd"]


@pytest.fixture(scope="module")
def picks(kubectl: Kubectl) -> Iterator[str]:
    """The name of a namespace with pods that each say who they are."""
    name = "test-pick-pods"
    kubectl("create", "namespace", name)
    near = kubectl.within(name)
    for pod in NAMES:
        start_pod(near, pod, "sh", "-c", f"echo I am {pod}; exec sleep 100000", wait_for="")
    near("wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s", timeout=70)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def table(page: Page, picks: str) -> Page:
    go_to(page, f"/clusters/test/pods/?namespace={picks}&sort=name")
    expect(page.locator("tr[data-uid]")).to_have_count(len(NAMES), timeout=SLOW)
    return page


def box(page: Page, pod: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Pick {pod}", exact=True)


def picked(page: Page) -> list[str]:
    """The names of the rows that are picked, in the order of the table."""
    rows: list[str] = page.locator("tr[aria-selected=true]").evaluate_all("rows => rows.map(row => row.dataset.name)")
    return rows


def test_their_logs_stand_on_one_page(table: Page, picks: str) -> None:
    box(table, "pick-b").check()
    box(table, "pick-d").check()
    expect(table.locator("#picked-count")).to_have_text("2 pods picked")
    table.get_by_role("link", name="Logs of 2 pods").click()
    assert f"/logs/?pod={picks}%2Fpick-b&pod={picks}%2Fpick-d" in table.url
    expect(table.get_by_role("heading", level=1)).to_have_text("2 pods")
    for pod in ("pick-b", "pick-d"):
        expect(table.get_by_role("log")).to_contain_text(f"I am {pod}", timeout=SLOW)
    expect(table.get_by_role("log")).not_to_contain_text("I am pick-a")


def test_their_logs_open_in_the_dock(table: Page) -> None:
    box(table, "pick-a").check()
    box(table, "pick-c").check()
    table.get_by_role("button", name="In the dock").click()
    dock = table.get_by_role("region", name="Shells and logs")
    for pod in ("pick-a", "pick-c"):
        expect(dock).to_contain_text(f"I am {pod}", timeout=SLOW)
    expect(table.get_by_role("tab", name="2 pods")).to_be_visible()
    table.get_by_role("button", name="Close 2 pods").click()


def test_shift_and_keys_pick_rows(table: Page) -> None:
    box(table, "pick-a").click()
    box(table, "pick-c").click(modifiers=["Shift"])
    assert picked(table) == ["pick-a", "pick-b", "pick-c"]
    table.get_by_role("button", name="Pick none").click()
    assert picked(table) == []
    for key in "jxjjX":
        table.keyboard.press(key)
    assert picked(table) == ["pick-a", "pick-b", "pick-c"]
    box(table, "pick-a").focus()
    table.keyboard.press("Space")
    assert picked(table) == ["pick-b", "pick-c"]
    everything = table.get_by_role("checkbox", name="Pick all rows of this page")
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    assert picked(table) == NAMES
    everything.uncheck()
    expect(table.locator("#picked")).to_be_hidden()


def test_what_is_picked_stays_so_while_rows_change_and_the_table_shows_others(
    table: Page, picks: str, kubectl: Kubectl
) -> None:
    near = kubectl.within(picks)
    box(table, "pick-b").check()
    table.mouse.move(0, 0)
    start_pod(near, "pick-0", "sh", "-c", "exec sleep 100000", wait_for="")
    expect(box(table, "pick-0")).to_be_visible(timeout=SLOW)
    assert picked(table) == ["pick-b"]
    box(table, "pick-0").check()
    near("delete", "pod", "pick-0", "--force", "--grace-period=0")
    expect(table.locator("#picked-count")).to_have_text("1 pod picked", timeout=SLOW)
    table.locator("#q").fill("pick-d")
    expect(table.locator("tr[data-uid]")).to_have_count(1)
    expect(table.locator("#picked-count")).to_have_text("1 pod picked")
    table.locator("#q").fill("")
    expect(box(table, "pick-b")).to_be_checked()


def test_nobody_picks_what_he_may_not_read(visitor: Page, picks: str, server: Server) -> None:
    server.add_user("viewer-of-picks")
    server.manage(
        *("shell", "-v", "0", "-c"),
        "from clusters.models import Cluster, Grant, Role; from django.contrib.auth.models import User; "
        "Grant.objects.create(user=User.objects.get(username='viewer-of-picks'), "
        f"cluster=Cluster.objects.get(slug='test'), role=Role.VIEW, namespaces=[{picks!r}])",
    )
    take_cookies(visitor.context, server.sign_in("viewer-of-picks"), server.url)
    go_to(visitor, f"/clusters/test/pods/?namespace={picks}")
    expect(visitor.locator("tr[data-uid]")).to_have_count(len(NAMES))
    expect(visitor.get_by_role("checkbox", name=re.compile("^Pick"))).to_have_count(0)
