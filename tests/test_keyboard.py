"""Everything can be reached by keys, and keys do nothing while somebody types."""

import re

from playwright.sync_api import Page, expect

from tests.harness.containers import start_pod
from tests.harness.kubectl import Kubectl
from tests.harness.pages import open_listening

PODS = "/clusters/test/pods/"
IMAGE = "--image=docker.io/jocatalin/kubernetes-bootcamp:v1"


def focused(page: Page) -> str:
    """The id of the element that has the focus."""
    found: str = page.evaluate("() => document.activeElement.id")
    return found


def test_g_and_a_letter_go_to_a_kind(page: Page) -> None:
    open_listening(page, PODS)
    for letter, title in (("n", "Nodes"), ("d", "Deployments"), ("e", "Events"), ("p", "Pods"), ("o", "test")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        # The heading is there before the page's scripts are.
        expect(page.locator("html[data-listening]")).to_be_attached()


def test_slash_leads_to_the_filter_and_escape_back(page: Page) -> None:
    open_listening(page, PODS)
    page.keyboard.press("/")
    assert focused(page) == "q"
    page.keyboard.type("gp?j")
    expect(page.locator("#q")).to_have_value("gp?j")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("")
    page.keyboard.press("Escape")
    assert focused(page) != "q"


def test_j_k_and_enter_walk_the_rows_and_open_one(page: Page) -> None:
    open_listening(page, "/clusters/test/nodes/?sort=name")
    rows = page.locator("tr[data-uid]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    name = rows.nth(0).get_attribute("data-name") or ""
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_y_opens_the_yaml_of_a_row_and_of_a_page(page: Page) -> None:
    open_listening(page, "/clusters/test/nodes/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page).to_have_url(re.compile("/nodes/[^/]+/yaml/$"))
    open_listening(page, "/clusters/test/namespaces/?sort=name")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page).to_have_url(re.compile("/namespaces/[^/]+/yaml/$"))


def test_letters_open_the_views_of_a_pod(page: Page, kubectl: Kubectl, namespace: str) -> None:
    start_pod(kubectl.within(namespace), "web")
    open_listening(page, f"/clusters/test/pods/?namespace={namespace}")
    expect(page.locator("tr[data-uid]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Views of this object")).to_be_visible()
    for letter, view in (("l", "logs"), ("y", "yaml")):
        open_listening(page, page.url)
        page.keyboard.press(letter)
        expect(page).to_have_url(re.compile(f"/{view}/$"))


def test_question_mark_shows_the_keys(page: Page) -> None:
    open_listening(page, PODS)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_single_keys_that_are_turned_off_do_nothing(page: Page) -> None:
    open_listening(page, PODS)
    page.keyboard.press("?")
    box = page.get_by_role("checkbox", name="Keys without")
    with page.expect_response("**/preferences/"):
        box.uncheck()
    page.keyboard.press("Escape")
    open_listening(page, PODS)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.get_by_role("button", name="Keyboard help").click()
    with page.expect_response("**/preferences/"):
        box.check()


def test_the_palette_jumps_to_an_object(page: Page, kubectl: Kubectl, namespace: str) -> None:
    kubectl.within(namespace)("create", "deployment", "lighthouse", IMAGE)
    open_listening(page, f"/clusters/test/deployments/?namespace={namespace}")
    expect(page.locator("tr[data-name=lighthouse]")).to_be_visible()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Name of a cluster")
    expect(field).to_be_focused()
    field.fill("lighthouse")
    expect(page.get_by_role("option", selected=True)).to_contain_text(f"Deployment · {namespace}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("lighthouse")


def test_the_palette_says_when_there_is_nothing(page: Page) -> None:
    open_listening(page, "/")
    page.get_by_role("button", name="Search or go to").click()
    page.keyboard.type("no-such-thing-anywhere")
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("Nothing that you may see")


def test_menus_open_below_their_button_and_are_walked_with_arrows(page: Page) -> None:
    open_listening(page, PODS)
    opener = page.get_by_role("button", name="All namespaces")
    opener.click()
    menu = page.get_by_role("menu", name="Namespaces")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("menuitem", name="All namespaces")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
