"""A debug container: chosen, added after a page that says what will happen, and open for a shell."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from clusters.models import Role
from clusters.streams.debugging import DEFAULT_IMAGE
from tests import people
from tests.harness.browsers import go_to
from tests.harness.containers import IMAGE, start_pod
from tests.harness.kubectl import Kubectl

SLOW = 60_000


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "debugged")
    yield near
    near("delete", "pod", "debugged", "--force", "--grace-period=0")


@pytest.mark.django_db
def test_the_cluster_has_an_image_of_its_own() -> None:
    harbour = people.cluster("harbour")
    people.pod(harbour, "payments", "web")
    client = Client()
    client.force_login(people.admin())
    address = "/clusters/harbour/pods/payments/web/debug/"
    assert DEFAULT_IMAGE in client.get(address).content.decode()
    harbour.debug_image = "registry.harbour.example/tools:1"
    harbour.save()
    assert "registry.harbour.example/tools:1" in client.get(address).content.decode()


@pytest.mark.django_db
def test_who_may_only_have_shells_adds_none() -> None:
    harbour, maria = people.cluster("harbour"), people.person("maria")
    people.pod(harbour, "payments", "web")
    people.grant(maria, harbour, Role.SHELL)
    client = Client()
    client.force_login(maria)
    assert client.post("/clusters/harbour/pods/payments/web/debug/", {"image": "x"}).status_code == 403
    assert "Debug" not in client.get("/clusters/harbour/pods/payments/web/shell/").content.decode()


def test_a_shell_in_one_beside_the_container(page: Page, near: Kubectl) -> None:
    go_to(page, "/clusters/test/pods/default/debugged/debug/")
    page.get_by_label("Image").fill(IMAGE)
    page.get_by_role("button", name="Add it to debugged").click()
    expect(page.locator("#shell-status")).to_contain_text("Shell in debugger-", timeout=SLOW)
    page.keyboard.type("ps; echo see-$((40 + 2))\n")
    expect(page.locator(".terminal-place")).to_contain_text("see-42", timeout=SLOW)
    assert "debugger-" in near("get", "pod", "debugged", "-o", "jsonpath={.spec.ephemeralContainers[*].name}")
    go_to(page, "/clusters/test/pods/default/debugged/debug/")
    expect(page.get_by_label("Image")).to_have_value(IMAGE)


def test_what_is_no_image_is_said(page: Page, near: Kubectl, problems: list[str]) -> None:
    go_to(page, "/clusters/test/pods/default/debugged/debug/")
    page.get_by_label("Image").fill("not an image")
    page.get_by_role("button", name="Add it to debugged").click()
    expect(page.get_by_role("alert")).to_contain_text("That is not the name of an image")
    problems.clear()
