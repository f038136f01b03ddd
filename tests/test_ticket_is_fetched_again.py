"""A ticket that does not open its socket any more is replaced by the page itself; nobody has to load it again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.harness.browsers import go_to
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.terminals import SLOW, shows, type_line

TICKETS = "**/ticket/?*"


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "ticketed", "sh", "-c", "echo first-line; exec sleep 100000")
    yield near
    near("delete", "pod", "ticketed", "--force", "--grace-period=0")


def spoil(route: Route) -> None:
    """A ticket that is for another pod, as one that has expired or was used opens nothing."""
    spent = route.fetch(url=route.request.url.replace("ticketed", "another"))
    route.fulfill(response=spent)


def test_a_shell_opens_at_the_second_try(page: Page, near: Kubectl) -> None:
    page.route(TICKETS, spoil, times=1)
    go_to(page, "/clusters/test/pods/default/ticketed/shell/?shell=sh")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    type_line(page, "echo came-$((40 + 2))")
    shows(page, "came-42")


def test_a_log_opens_at_the_second_try(page: Page, near: Kubectl) -> None:
    page.route(TICKETS, spoil, times=1)
    go_to(page, "/clusters/test/pods/default/ticketed/logs/")
    expect(page.get_by_text("first-line")).to_be_visible(timeout=SLOW)


def test_a_command_runs_at_the_second_try(page: Page, near: Kubectl) -> None:
    page.route(TICKETS, spoil, times=1)
    go_to(page, "/clusters/test/pods/default/ticketed/run/")
    page.get_by_label("Command").fill("echo ran")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#output")).to_have_text("ran\n", use_inner_text=True, timeout=SLOW)


def test_a_server_that_has_none_for_a_moment_is_asked_again(page: Page, near: Kubectl, problems: list[str]) -> None:
    page.route(TICKETS, lambda route: route.fulfill(status=503), times=1)
    go_to(page, "/clusters/test/pods/default/ticketed/shell/?shell=sh")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    problems.clear()


def test_tickets_that_never_open_anything_end_it_with_the_reason(page: Page, near: Kubectl) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/ticket/" in request.url:
            asked.append(request.url)

    page.route(TICKETS, spoil)
    page.on("request", note)
    go_to(page, "/clusters/test/pods/default/ticketed/shell/?shell=sh")
    page.get_by_role("button", name="Open shell").click()
    expect(page.locator("#shell-status")).to_contain_text("The ticket of this page is missing", timeout=SLOW)
    assert len(asked) == 3
