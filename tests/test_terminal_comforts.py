"""What makes a terminal pleasant: finding text, a question before lines are pasted, letters as large as one likes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.harness.browsers import admin_page, go_to, load_again
from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server
from tests.harness.terminals import SLOW, screen, shows, type_line
from tests.harness.waiting import eventually

HIDE_SOFTWARE = """
const ask = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  const answer = ask.call(this, name);
  return typeof answer === "string" ? answer.replace(/swiftshader/gi, "A card") : answer;
};
"""

PHONE = ViewportSize(width=390, height=844)
PASTEBOARD = "navigator.clipboard.readText()"
BACKGROUNDS = {"Light": "rgb(251, 251, 253)", "Dark": "rgb(10, 14, 20)", "High contrast": "rgb(0, 0, 0)"}

LOSE_THE_CARD = """() => {
  for (const canvas of document.querySelectorAll(".xterm-screen canvas"))
    canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context").loseContext();
}"""


@pytest.fixture(scope="module")
def near(kubectl: Kubectl) -> Iterator[Kubectl]:
    near = kubectl.within("default")
    start_pod(near, "comfort")
    yield near
    near("delete", "pod", "comfort", "--force", "--grace-period=0")


def open_shell(page: Page, shell: str = "auto") -> None:
    go_to(page, f"/clusters/test/pods/default/comfort/shell/?shell={shell}")
    page.get_by_role("button", name="Open shell").click()


def test_text_is_found_in_what_was_printed(page: Page, near: Kubectl) -> None:
    open_shell(page)
    shows(page, "#")
    type_line(page, "clear; seq 1000 1120; echo needle-$((40 + 2)); seq 2000 2120")
    shows(page, "2120")
    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("NEEDLE-42")
    form = page.get_by_role("search", name="Find in this terminal")
    expect(form.get_by_role("status")).to_have_text("1 of 1")
    shows(page, "needle-42")
    form.get_by_role("checkbox").check()
    expect(form.get_by_role("status")).to_have_text("None")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()


def test_several_lines_are_pasted_after_a_question(page: Page, near: Kubectl) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_shell(page, "sh")
    shows(page, "#")
    page.evaluate("navigator.clipboard.writeText('echo first-$((1 + 1))\\necho last-$((2 + 2))\\n')")
    page.keyboard.press("Control+Shift+V")
    asked = page.get_by_role("dialog", name="Paste 2 lines?")
    expect(asked).to_contain_text("echo last-$((2 + 2))")
    page.keyboard.press("Enter")  # which cancels
    expect(asked).to_be_hidden()
    page.keyboard.press("Control+Shift+V")
    asked.get_by_role("button", name="Paste").click()
    shows(page, "first-2")
    shows(page, "last-4")


def test_larger_letters_leave_the_shell_fewer_columns(page: Page, near: Kubectl) -> None:
    open_shell(page)
    shows(page, "#")

    def columns() -> int:
        return int(page.locator("#size").inner_text().split()[0])

    before = columns()
    page.get_by_role("button", name="How terminals look").click()
    for _ in range(4):
        page.get_by_role("button", name="Larger letters").click()
    eventually(lambda: columns() < before)
    page.get_by_label("Dark").check()
    expect(page.locator(".terminal-place")).to_have_css("background-color", "rgb(10, 14, 20)")
    load_again(page)
    expect(page.locator(".terminal-place")).to_have_css("background-color", "rgb(10, 14, 20)", timeout=SLOW)


def choose_word(page: Page, word: str) -> None:
    """Select it with two clicks; it begins its line."""
    box = screen(page).locator("> div", has_text=word).last.bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 20, box["y"] + box["height"] / 2)


def test_what_is_selected_is_copied_where_one_has_chosen_that(page: Page, near: Kubectl) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_shell(page, "sh")
    shows(page, "#")
    type_line(page, "clear; echo chosen-$((40 + 2))")
    shows(page, "chosen-42")
    page.evaluate("navigator.clipboard.writeText('from before')")
    choose_word(page, "chosen-42")
    assert page.evaluate(PASTEBOARD) == "from before"
    page.get_by_role("button", name="How terminals look").click()
    page.get_by_label("Copy what is selected").check()
    page.keyboard.press("Escape")
    choose_word(page, "chosen-42")
    eventually(lambda: page.evaluate(PASTEBOARD) == "chosen-42")


def test_every_theme_paints_the_terminal(page: Page, near: Kubectl) -> None:
    open_shell(page)
    shows(page, "#")
    page.get_by_role("button", name="How terminals look").click()
    for theme, background in BACKGROUNDS.items():
        page.get_by_label(theme, exact=True).check()
        expect(page.locator(".terminal-place")).to_have_css("background-color", background)
    page.get_by_label("As the page").check()
    for look in ("dark", "light"):
        page.emulate_media(color_scheme=look)
        expect(page.locator(".terminal-place")).to_have_css("background-color", BACKGROUNDS[look.title()])


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """A page on a touch screen."""
    with admin_page(browser, server, viewport=PHONE, touch=True) as page:
        yield page


def key(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar", name="Keys").get_by_role("button", name=name, exact=True)


def test_a_touch_screen_has_the_keys_that_it_lacks(phone: Page, near: Kubectl) -> None:
    open_shell(phone, "bash")
    shows(phone, "#")
    type_line(phone, "sleep 1000")
    key(phone, "Ctrl").tap()
    expect(key(phone, "Ctrl")).to_have_attribute("aria-pressed", "true")
    phone.keyboard.type("c")
    shows(phone, "^C")
    expect(key(phone, "Ctrl")).to_have_attribute("aria-pressed", "false")
    type_line(phone, "clear; echo again-$((40 + 2))")
    shows(phone, "again-42")
    phone.keyboard.type("cat /etc/pass")
    key(phone, "Tab").tap()
    shows(phone, "cat /etc/passwd")
    key(phone, "|").tap()
    phone.keyboard.type("wc -l; echo end-$((40 + 2))\n")
    shows(phone, "end-42")
    phone.keyboard.type("clear\n")
    key(phone, "Up").tap()
    key(phone, "Up").tap()
    shows(phone, "wc -l")
    key(phone, "Left").tap()
    key(phone, "Esc").tap()


def test_on_a_phone_the_dock_makes_way_for_the_page_that_one_goes_to(phone: Page, near: Kubectl) -> None:
    open_shell(phone)
    shows(phone, "#")
    go_to(phone, "/clusters/test/pods/")
    expect(phone.get_by_role("heading", name="Pods")).to_be_in_viewport()
    expect(screen(phone)).to_have_count(0)
    phone.get_by_role("button", name="Open the dock").tap()
    shows(phone, "#")
    load_again(phone)
    shows(phone, "#")


def test_the_last_line_is_whole(phone: Page, near: Kubectl) -> None:
    open_shell(phone)
    shows(phone, "#")
    room, letters = phone.locator(".terminal-place").bounding_box(), phone.locator(".xterm-screen").bounding_box()
    assert room
    assert letters
    assert letters["y"] + letters["height"] <= room["y"] + room["height"]


def test_on_a_computer_they_are_not_shown(page: Page, near: Kubectl) -> None:
    open_shell(page)
    shows(page, "#")
    expect(page.get_by_role("toolbar", name="Keys")).to_be_hidden()


def test_a_graphics_card_draws_until_it_is_lost(page: Page, near: Kubectl) -> None:
    page.add_init_script(HIDE_SOFTWARE)
    open_shell(page)
    expect(page.locator("#shell-status")).to_have_text("Shell in main", timeout=SLOW)
    expect(page.locator(".xterm-screen canvas").first).to_be_attached(timeout=SLOW)
    expect(page.locator(".xterm-rows")).to_have_count(0)
    type_line(page, "echo drawn-$((40 + 2))")
    page.evaluate(LOSE_THE_CARD)
    shows(page, "drawn-42")
