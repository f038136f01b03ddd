"""The dock at the bottom of every page: shells in it go on while one moves through pages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.harness.browsers import go_to, load_again
from tests.harness.containers import ITS_OWN, left_behind, start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.terminals import SLOW, screen, shows, type_line
from tests.harness.waiting import eventually

POD = "/clusters/test/pods/default/docked/"


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "docked", "sh", "-c", f"echo sailing; exec {ITS_OWN}")
    yield near
    near("delete", "pod", "docked", "--force", "--grace-period=0")


@pytest.fixture
def docked(page: Page, near: Kubectl) -> Iterator[Page]:
    """The page of a pod with a shell in the dock, at its prompt. Whatever is open at the end is closed."""
    go_to(page, POD)
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    yield page
    tabs = page.get_by_role("tab")
    while tabs.count():
        page.get_by_role("button", name="Close docked").first.click()
        if page.get_by_role("dialog").is_visible():
            page.get_by_role("dialog").get_by_role("button", name=re.compile("^Close shell")).click()
        expect(page.get_by_role("dialog")).to_be_hidden()


def ready(page: Page) -> None:
    """Put the keyboard into the terminal that can be seen."""
    page.locator(".xterm-screen:visible").click()


def test_a_shell_goes_on_while_one_moves_through_pages(docked: Page) -> None:
    type_line(docked, "kept=4; echo was-$((kept * 10))")
    shows(docked, "was-40")
    docked.get_by_role("link", name="Namespaces").click()
    expect(docked.get_by_role("heading", level=1)).to_have_text("Namespaces")
    shows(docked, "was-40")
    ready(docked)
    type_line(docked, "echo is-$((kept + 2))")
    shows(docked, "is-6")
    load_again(docked)
    shows(docked, re.compile("was-40.*is-6"))


def test_old_questions_to_the_terminal_are_not_answered_again(docked: Page) -> None:
    type_line(docked, r"clear; stty -echo; printf '\033[c'; read -rs -n 7 reply; stty echo; echo asked-${#reply}")
    shows(docked, "asked-7")
    load_again(docked)
    shows(docked, "asked-7")
    ready(docked)
    # An answer would stand before this as if it had been typed.
    type_line(docked, "clear; echo un-$((40 + 2))")
    shows(docked, re.compile(r"^un-42"))


def test_what_is_typed_while_the_link_is_lost_arrives_once(page: Page, near: Kubectl) -> None:
    lines: list[WebSocketRoute] = []

    def hold(line: WebSocketRoute) -> None:
        lines.append(line)
        line.connect_to_server()

    page.route_web_socket(re.compile("/ws/.*shell"), hold)
    go_to(page, POD)
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    for count in (1, 2, 3):
        lines[-1].close(code=1011)
        type_line(page, f"echo typed-$(({count} * 11))")
        shows(page, f"typed-{count * 11}")
    expect(page.get_by_text("nothing missed")).to_be_visible()
    shown = screen(page).inner_text()
    assert re.findall(r"^typed-(\d+)", shown, re.MULTILINE) == ["11", "22", "33"]
    page.get_by_role("button", name="Close docked").click()
    page.get_by_role("dialog").get_by_role("button", name="Close shell").click()


def test_a_shell_that_another_window_took_is_taken_back_on_request(docked: Page) -> None:
    type_line(docked, "mine=5")
    other = docked.context.new_page()
    other.add_init_script(f"sessionStorage.setItem('pilothouse.dock', {kept(docked)!r})")
    other.goto("/")
    expect(docked.get_by_text("taken up in another window")).to_be_visible(timeout=SLOW)
    load_again(docked)
    # It is left where it is until somebody says so.
    docked.get_by_role("button", name="Take it back here").click()
    shows(docked, "mine=5")
    expect(other.get_by_text("taken up in another window")).to_be_visible(timeout=SLOW)
    ready(docked)
    type_line(docked, "echo back-$((mine * 5))")
    shows(docked, "back-25")
    other.close()


def kept(page: Page) -> str:
    """The dock of the page, as the browser keeps it for the next one."""
    text: str = page.evaluate("() => sessionStorage.getItem('pilothouse.dock')")
    return text


def test_panes_stand_side_by_side_and_are_closed_after_a_question(docked: Page, near: Kubectl) -> None:
    type_line(docked, "sleep 86411")
    docked.get_by_role("button", name="Show beside it").click()
    docked.get_by_role("menuitem", name="Another one of docked").click()
    expect(screen(docked)).to_have_count(2)
    expect(screen(docked).nth(1)).to_contain_text("#", timeout=SLOW)
    type_line(docked, "echo second-$((1 + 1))")
    expect(screen(docked).nth(1)).to_contain_text("second-2", timeout=SLOW)
    divider = docked.get_by_role("separator", name="Width of docked").last
    before = divider.bounding_box()
    divider.focus()
    docked.keyboard.press("ArrowLeft")
    after = divider.bounding_box()
    assert before
    assert after
    assert after["x"] < before["x"]
    eventually(lambda: "sleep 86411" in left_behind(near, "docked"))
    docked.get_by_role("button", name="Close this one").first.click()
    docked.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(screen(docked)).to_have_count(2)
    docked.get_by_role("button", name="Close this one").first.click()
    docked.get_by_role("dialog").get_by_role("button", name="Close shell").click()
    expect(screen(docked)).to_have_count(1)
    eventually(lambda: "sleep 86411" not in left_behind(near, "docked"))
    shows(docked, "second-2")


def test_another_tab_is_shown_beside_by_the_keyboard(docked: Page) -> None:
    type_line(docked, "first=4")
    docked.get_by_role("button", name="Another one of these").click()
    expect(docked.get_by_role("tab")).to_have_count(2)
    shows(docked, "#")
    beside = docked.get_by_role("button", name="Show beside it")
    beside.focus()
    docked.keyboard.press("Enter")
    expect(docked.get_by_role("menuitem", name="Another one of docked 2")).to_be_focused()
    docked.keyboard.press("ArrowDown")
    docked.keyboard.press("Enter")
    expect(docked.get_by_role("tab")).to_have_count(1)
    expect(screen(docked)).to_have_count(2)
    expect(screen(docked).nth(1)).to_contain_text("first=4", timeout=SLOW)
    type_line(docked, "echo kept-$((first * 10))")
    expect(screen(docked).nth(1)).to_contain_text("kept-40", timeout=SLOW)


def test_many_tabs_keep_the_end_of_their_names_and_their_button(docked: Page) -> None:
    for _ in range(3):
        docked.get_by_role("button", name="Another one of these").click()
        shows(docked, "#")
    docked.set_viewport_size({"width": 700, "height": 700})
    tabs = docked.get_by_role("tab")
    expect(tabs.last).to_contain_text("docked 4")
    for number in range(4):
        tabs.nth(number).scroll_into_view_if_needed()
        box, close = tabs.nth(number).bounding_box(), docked.locator("[name=close-tab]").nth(number).bounding_box()
        assert box
        assert close
        assert box["x"] + box["width"] <= close["x"]
        assert tabs.nth(number).locator(".tab-name").evaluate("name => name.clientWidth") >= 20


def test_keys_fold_the_dock_change_its_height_and_choose_a_tab(docked: Page) -> None:
    docked.get_by_role("button", name="Another one of these").click()
    expect(docked.get_by_role("tab")).to_have_count(2)
    shows(docked, "#")
    docked.keyboard.press("Control+Shift+Escape")
    expect(docked.get_by_role("tab", selected=True)).to_be_focused()
    docked.keyboard.press("Alt+1")
    expect(docked.get_by_role("tab").first).to_have_attribute("aria-selected", "true")
    docked.keyboard.press("Control+Shift+Escape")
    height = docked.get_by_role("separator", name="Height of the dock")
    before = int(height.get_attribute("aria-valuenow") or 0)
    height.focus()
    docked.keyboard.press("ArrowDown")
    expect(height).to_have_attribute("aria-valuenow", str(before - 24))
    docked.keyboard.press("Control+j")
    expect(screen(docked)).to_have_count(0)
    load_again(docked)
    expect(screen(docked)).to_have_count(0)
    docked.keyboard.press("Control+j")
    shows(docked, "#")


def test_leaving_the_page_of_a_shell_moves_it_into_the_dock(page: Page, near: Kubectl) -> None:
    go_to(page, f"{POD}shell/")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    type_line(page, "moved=7")
    load_again(page)
    expect(page.locator("#shell-status")).to_have_text("Shell in main", timeout=SLOW)
    expect(page.get_by_role("tab")).to_have_count(0)
    page.get_by_role("link", name="Summary").click()
    expect(page.get_by_role("tab", name="docked")).to_be_visible()
    shows(page, "moved=7")
    ready(page)
    type_line(page, "echo $((moved * 6)); exit 3")
    shows(page, "The shell ended with exit code 3.")
    shows(page, "42")
    page.get_by_role("button", name="Close docked").click()
    expect(page.get_by_role("tab")).to_have_count(0)
    eventually(lambda: left_behind(near, "docked") == [], seconds=20)


def test_logs_in_the_dock_go_on_while_one_moves_through_pages(page: Page, near: Kubectl) -> None:
    go_to(page, f"{POD}logs/")
    expect(page.get_by_role("main")).to_contain_text("sailing", timeout=SLOW)
    page.get_by_role("button", name="Put into the dock").click()
    dock = page.get_by_role("region", name="Shells and logs")
    expect(dock).to_contain_text("sailing", timeout=SLOW)
    page.get_by_role("link", name="Namespaces").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Namespaces")
    expect(dock).to_contain_text("sailing", timeout=SLOW)
    page.get_by_role("button", name="Close docked").click()
    expect(dock).to_be_hidden()
