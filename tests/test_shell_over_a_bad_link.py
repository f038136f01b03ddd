"""A shell whose link fails, or which floods it: the page says what is true, repeats nothing and forgets no wish."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.browsers import admin_page, go_to, load_again
from tests.harness.recorded_shells import SHELL, recording_server
from tests.harness.scripted_shells import SESSION, ScriptedShell
from tests.harness.servers import Server
from tests.harness.terminals import shows

POD = "/clusters/harbour/pods/default/shell/"
RUN = f"{POD}run/"
TITLES = 2000
COUNT_WRITES = """
window.writes = 0;
const { setItem } = Storage.prototype;
Storage.prototype.setItem = function (...what) {
  window.writes += 1;
  return setItem.apply(this, what);
};
"""
CHOSEN = """() => {
  const [{ at, panes }] = JSON.parse(sessionStorage.getItem("pilothouse.dock")).tabs;
  return [at, panes.length];
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with recording_server(tmp_path_factory.mktemp("scripted")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with admin_page(browser, server) as page:
        yield page


@pytest.fixture
def shell(page: Page) -> ScriptedShell:
    return ScriptedShell(page)


def open_on_page(page: Page, shell: ScriptedShell) -> None:
    go_to(page, SHELL)
    page.get_by_role("button", name="Open shell").click()
    shell.begin()
    expect(page.locator("#shell-status")).to_contain_text("Shell in app")


def open_in_dock(page: Page, shell: ScriptedShell) -> None:
    go_to(page, POD)
    page.get_by_role("button", name="Open shell").click()
    shell.begin()


def lose_link(page: Page, shell: ScriptedShell) -> None:
    shell.is_down = True
    shell.cut()
    expect(page.get_by_text("Not connected to Pilothouse").first).to_be_visible()


def close_in_dock(page: Page) -> None:
    page.get_by_role("button", name="Close shell", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Close shell").click()


def test_closed_without_a_link_it_ends_when_there_is_one(page: Page, shell: ScriptedShell) -> None:
    open_on_page(page, shell)
    lose_link(page, shell)
    page.get_by_role("button", name="Close shell").click()
    expect(page.locator("#shell-status")).to_contain_text("the shell ends once it is again, else after 5 min.")
    shell.is_down = False
    shell.resume()
    shell.until_heard({"close": True})
    shell.exit("The shell was closed.", wanted=True)
    expect(page.locator("#shell-status")).to_have_text("The shell was closed.")
    expect(page.get_by_role("button", name="Open shell")).to_be_focused()


def test_so_it_does_in_the_dock_on_the_next_page(page: Page, shell: ScriptedShell) -> None:
    open_in_dock(page, shell)
    lose_link(page, shell)
    close_in_dock(page)
    dock = page.get_by_role("region", name="Shells and logs")
    expect(dock).to_contain_text("the shell ends once it is again")
    page.get_by_role("link", name="Namespaces").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Namespaces")
    expect(dock).to_contain_text("the shell ends once it is again")
    shell.is_down = False
    shell.resume()
    shell.until_heard({"close": True})
    shell.exit("The shell was closed.", wanted=True)
    expect(page.get_by_role("tab")).to_have_count(0)


def test_closed_once_more_it_is_left_to_its_grace_time(page: Page, shell: ScriptedShell) -> None:
    open_in_dock(page, shell)
    lose_link(page, shell)
    close_in_dock(page)
    expect(page.get_by_text("the shell ends once it is again")).to_be_visible()
    expect(page.get_by_text("the shell waits")).to_be_hidden()
    page.get_by_role("button", name="Close shell", exact=True).click()
    expect(page.get_by_role("tab")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_was_skipped_is_said_and_not_sent_again(page: Page, shell: ScriptedShell) -> None:
    open_on_page(page, shell)
    shell.prints("abc")
    shell.tell(type="skipped", bytes=1000)
    shell.prints("def")
    shows(page, re.compile("abc.*1000 bytes came too fast to be shown here.*def"))
    shell.cut()
    shell.resume()
    assert shell.asked_from == 1006


def test_output_of_a_command_is_not_repeated_after_two_cuts(page: Page, shell: ScriptedShell) -> None:
    go_to(page, RUN)
    page.get_by_label("Command").fill("seq 1000")
    page.get_by_role("button", name="Run", exact=True).click()
    shell.begin()
    shell.prints("one\n")
    expect(page.locator("#output")).to_contain_text("one")
    shell.cut()
    shell.resume(lost=1000)
    expect(page.get_by_text("1000 bytes were printed meanwhile")).to_be_visible()
    shell.prints("two\n")
    expect(page.locator("#output")).to_contain_text("two")
    shell.cut()
    shell.resume()
    assert shell.asked_from == 1008


def test_another_shell_does_not_lose_the_first(page: Page, shell: ScriptedShell) -> None:
    open_on_page(page, shell)
    page.get_by_role("button", name="Open shell").click()
    shell.until(lambda: len(shell.addresses) == 3)
    taken_up = [address for address in shell.addresses if address.startswith(f"/ws/shells/{SESSION.format(number=1)}/")]
    assert len(taken_up) == 1
    expect(page.get_by_role("tab", name="shell")).to_be_visible()
    expect(page.locator("#terminal .xterm textarea")).to_be_focused()


def test_a_shell_is_called_by_the_last_of_many_titles(page: Page, shell: ScriptedShell) -> None:
    page.add_init_script(COUNT_WRITES)
    open_in_dock(page, shell)
    expect(page.get_by_role("tab")).to_be_visible()
    before = page.evaluate("writes")
    for number in range(TITLES):
        shell.prints(f"\x1b]0;title {number}\x07")
    expect(page.get_by_role("complementary", name="Session")).to_contain_text(f"title {TITLES - 1}")
    assert page.evaluate("writes") - before < TITLES / 20


def test_the_focus_goes_on_to_what_comes_next(page: Page, shell: ScriptedShell) -> None:
    go_to(page, RUN)
    page.get_by_label("Command").fill("sleep 1000")
    run, stop = (page.get_by_role("button", name=name, exact=True) for name in ("Run", "Stop"))
    run.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log", name="Output")).to_be_focused()
    shell.begin()
    stop.focus()
    page.keyboard.press("Enter")
    shell.until_heard({"close": True})
    shell.exit("You stopped it.", wanted=True)
    expect(run).to_be_focused()


def test_output_is_copied_also_where_the_browser_gives_no_clipboard(page: Page, shell: ScriptedShell) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    go_to(page, RUN)
    page.get_by_label("Command").fill("echo copied")
    page.get_by_role("button", name="Run", exact=True).click()
    shell.begin()
    shell.prints("copied\n")
    expect(page.locator("#output")).to_contain_text("copied")
    shell.exit("The command ended with exit code 0.", 0)
    page.get_by_role("button", name="Copy output").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.context.grant_permissions(["clipboard-read"])
    other = page.context.new_page()
    go_to(other, POD)
    assert other.evaluate("navigator.clipboard.readText()") == "copied\n"


@pytest.mark.parametrize("chord", ["Control+Shift+Backspace", "Control+Shift+Escape"])
def test_the_keyboard_leaves_the_terminal(page: Page, shell: ScriptedShell, chord: str) -> None:
    open_on_page(page, shell)
    terminal = page.get_by_label("Terminal. Ctrl Shift Backspace leaves it.")
    expect(terminal).to_be_focused()
    page.keyboard.press(chord)
    expect(page.get_by_role("button", name="Close shell")).to_be_focused()


def test_a_screen_reader_gets_what_is_printed_where_one_has_chosen_that(page: Page, shell: ScriptedShell) -> None:
    open_on_page(page, shell)
    shell.prints("read-this")
    read = page.get_by_role("listitem").filter(has_text="read-this")
    expect(read).to_have_count(0)
    page.get_by_role("button", name="How terminals look").click()
    page.get_by_label("Screen reader").check()
    expect(read).to_have_count(1)
    load_again(page)
    shell.resume()
    shell.prints("read-this")
    expect(read).to_have_count(1)


def test_the_choice_stays_with_the_pane_that_was_chosen(page: Page, shell: ScriptedShell) -> None:
    open_in_dock(page, shell)
    for number in (2, 3):
        page.get_by_role("button", name="Show beside it").click()
        page.get_by_role("menuitem", name="Another one of").click()
        shell.until(lambda number=number: len(shell.addresses) == number)
        shell.begin(number)
    before, _ = page.evaluate(CHOSEN)
    # As browsers do that give the focus to no button.
    page.get_by_role("button", name="Close this one").first.evaluate("button => button.click()")
    page.get_by_role("dialog").get_by_role("button", name="Close shell").click()
    expect(page.get_by_role("button", name="Close this one")).to_have_count(2)
    assert page.evaluate(CHOSEN) == [before, 2]
