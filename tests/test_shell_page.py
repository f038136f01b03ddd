"""The terminal on a page: what is typed arrives, what is printed is shown and obeys nothing beyond the terminal."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.terminals import SLOW, shows, type_line
from tests.harness.waiting import eventually


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "shell-page")
    yield near
    near("delete", "pod", "shell-page", "--force", "--grace-period=0")


@pytest.fixture
def terminal(page: Page, near: Kubectl) -> Page:
    """A page with an open shell."""
    go_to(page, "/clusters/test/pods/default/shell-page/shell/")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    return page


def first_word(page: Page, line: str) -> tuple[float, float]:
    """A point in the first word of the line that begins so; xterm.js lays its screen over what it draws."""
    box = page.locator(".xterm-rows > div", has_text=re.compile(f"^{line}")).bounding_box()
    assert box
    return box["x"] + 12, box["y"] + box["height"] / 2


def test_bash_is_taken_where_there_is_one(terminal: Page) -> None:
    type_line(terminal, "echo ${BASH_VERSION%%.*}-bash-$((6 * 7)) $TERM")
    shows(terminal, re.compile(r"\d-bash-42 xterm-256color"))


def test_sh_can_be_chosen(page: Page, near: Kubectl) -> None:
    go_to(page, "/clusters/test/pods/default/shell-page/shell/?shell=sh")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    type_line(page, "echo no-${BASH_VERSION:-bash}-here")
    shows(page, "no-bash-here")


def test_the_exit_code_is_shown(terminal: Page) -> None:
    type_line(terminal, "exit 7")
    expect(terminal.locator("#shell-status")).to_have_text("The shell ended with exit code 7.", timeout=SLOW)
    shows(terminal, "--- The shell ended with exit code 7. ---")
    terminal.get_by_role("button", name="Open shell").click()
    expect(terminal.locator("#shell-status")).to_have_text("Shell in main", timeout=SLOW)


def test_the_shell_knows_the_size_of_the_window(terminal: Page) -> None:
    def size() -> str:
        columns, _, rows = terminal.locator("#size").inner_text().split()
        return f"{rows} {columns}"

    type_line(terminal, "stty size")
    before = size()
    shows(terminal, before)
    terminal.set_viewport_size({"width": 900, "height": 700})
    eventually(lambda: size() != before)
    type_line(terminal, "clear; stty size")
    shows(terminal, size())


def test_programs_cannot_reach_beyond_the_terminal(terminal: Page) -> None:
    terminal.context.grant_permissions(["clipboard-read", "clipboard-write"])
    terminal.evaluate("navigator.clipboard.writeText('mine')")
    escapes = r"\033]0;title\007\033]52;c;ZXZpbA==\007\033]8;;https://example.invalid\007link\033]8;;\007"
    type_line(terminal, f"clear; printf '{escapes} d%s\\n' one")
    shows(terminal, "link done")
    assert terminal.title() == "Shell in shell-page · Pilothouse"
    assert terminal.evaluate("navigator.clipboard.readText()") == "mine"
    pages = len(terminal.context.pages)
    terminal.mouse.click(*first_word(terminal, "link done"))
    asked = terminal.get_by_role("dialog", name="Open example.invalid?")
    expect(asked).to_contain_text("https://example.invalid/")
    asked.get_by_role("button", name="Cancel").click()
    assert len(terminal.context.pages) == pages


def test_true_colours_are_drawn(terminal: Page) -> None:
    type_line(terminal, r"printf '\033[48;2;0;90;30mgr%s\033[0m\n' een")
    expect(terminal.locator(".xterm-rows span", has_text=re.compile("^green$"))).to_have_css(
        "background-color", "rgb(0, 90, 30)"
    )


def test_what_is_selected_can_be_copied_and_pasted(terminal: Page) -> None:
    terminal.context.grant_permissions(["clipboard-read", "clipboard-write"])
    type_line(terminal, "clear; echo copied-$((40 + 2))")
    shows(terminal, re.compile(r"^copied-42.*# "))
    terminal.mouse.dblclick(*first_word(terminal, "copied-42"))
    expect(terminal.locator(".xterm-selection > div").first).to_be_attached()
    terminal.keyboard.press("Control+Shift+C")
    eventually(lambda: terminal.evaluate("navigator.clipboard.readText()").strip() == "copied-42")
    terminal.keyboard.type("echo pasted: ")
    terminal.keyboard.press("Control+Shift+V")
    terminal.keyboard.press("Enter")
    shows(terminal, re.compile(r"pasted: \S*copied-42"))


def test_the_keyboard_can_leave_the_terminal(terminal: Page) -> None:
    terminal.keyboard.press("Control+Shift+Backspace")
    expect(terminal.get_by_role("button", name="Close shell")).to_be_focused()


def test_another_theme_is_taken_at_once(terminal: Page) -> None:
    screen = terminal.locator(".xterm-scrollable-element")
    terminal.emulate_media(color_scheme="dark")
    expect(screen).to_have_css("background-color", "rgb(10, 14, 20)")
    terminal.emulate_media(color_scheme="light")
    expect(screen).to_have_css("background-color", "rgb(251, 251, 253)")


def test_a_large_paste_arrives_whole(terminal: Page) -> None:
    terminal.context.grant_permissions(["clipboard-read", "clipboard-write"])
    type_line(terminal, "stty -icanon; echo reading-$((40 + 2)); head -c 300000 | md5sum")
    # While it waits for a line bash asks for marks around what is pasted, which would be counted too.
    shows(terminal, "reading-42")
    terminal.evaluate("navigator.clipboard.writeText('0123456789'.repeat(30000))")
    terminal.keyboard.press("Control+Shift+V")
    shows(terminal, "b9c683230a9e20ee0a15acf7f070f508")
