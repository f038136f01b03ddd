"""S12: what runs in a container prints all that a terminal may obey; it reaches neither clipboard nor other pages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.terminals import SLOW, screen, shows, type_line

QUESTIONS = 3000


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "attacker")
    yield near
    near("delete", "pod", "attacker", "--force", "--grace-period=0")


@pytest.fixture
def terminal(page: Page, near: Kubectl) -> Page:
    """The page of an open shell."""
    go_to(page, "/clusters/test/pods/default/attacker/shell/")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    return page


def test_the_clipboard_is_neither_read_nor_written(terminal: Page) -> None:
    terminal.context.grant_permissions(["clipboard-read", "clipboard-write"])
    terminal.evaluate("navigator.clipboard.writeText('mine')")
    type_line(terminal, r"clear; printf '\033]52;c;ZXZpbA==\007\033]52;c;?\007'; echo asked-$((40 + 2))")
    shows(terminal, "asked-42")
    # An answer would stand before this as if it had been typed.
    type_line(terminal, "echo un-$((40 + 2))")
    shows(terminal, re.compile(r"asked-42\S*# echo un-.*un-42"))
    assert terminal.evaluate("navigator.clipboard.readText()") == "mine"


def test_a_link_that_is_a_script_is_text(terminal: Page) -> None:
    type_line(terminal, r"clear; printf '\033]8;;javascript:document.title=1\007press\033]8;;\007 d%s\n' one")
    shows(terminal, "press done")
    box = terminal.locator(".xterm-rows > div", has_text="press done").bounding_box()
    assert box
    terminal.mouse.click(box["x"] + 12, box["y"] + box["height"] / 2)
    expect(terminal.get_by_role("dialog")).to_have_count(0)
    assert terminal.title() == "Shell in attacker · Pilothouse"


def test_a_title_is_shown_as_text(terminal: Page) -> None:
    type_line(terminal, r"printf '\033]0;<b>mine</b>\007'")
    shown = terminal.get_by_role("complementary", name="Session")
    expect(shown).to_contain_text("<b>mine</b>", timeout=SLOW)
    assert terminal.title() == "Shell in attacker · Pilothouse"


def test_a_flood_of_questions_gets_few_answers(terminal: Page) -> None:
    ask = rf"for i in $(seq {QUESTIONS}); do printf '\033[6n'; done"
    type_line(terminal, f"clear; stty -echo -icanon; {ask}; timeout 5 tr -dc R | wc -c | sed s/^/answers-/; stty sane")
    shows(terminal, re.compile(r"answers-\d+"))
    answers = re.search(r"answers-(\d+)", screen(terminal).inner_text())
    assert answers
    assert 1 <= int(answers[1]) < QUESTIONS / 3


def test_an_escape_without_an_end_and_a_reset_leave_a_terminal_that_works(terminal: Page) -> None:
    type_line(terminal, r"printf '\033]0;'; head -c 10000000 /dev/zero | tr '\0' x; printf '\007'")
    type_line(terminal, r"printf '\033c\033[18t\033P+q544e\033\\'")
    type_line(terminal, "clear; echo alive-$((40 + 2))")
    shows(terminal, "alive-42")
