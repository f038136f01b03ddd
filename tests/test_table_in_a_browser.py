"""A live table in a browser: it changes by itself, and moves nothing that is read or typed."""

import re

from playwright.sync_api import Page, ViewportSize, expect

from tests.harness.browsers import go_to, load_again
from tests.harness.kubectl import Kubectl
from tests.harness.pages import forbid_reload, was_reloaded

IMAGE = "--image=docker.io/jocatalin/kubernetes-bootcamp:v1"
SECONDS = 1000  # Playwright counts milliseconds
PHONE = ViewportSize(width=390, height=844)
SIDEWAYS = "() => document.querySelector('#main').scrollWidth - document.querySelector('#main').clientWidth"


def table(page: Page, namespace: str, query: str = "") -> None:
    go_to(page, f"/clusters/test/pods/?namespace={namespace}&sort=name{query}")
    forbid_reload(page)


def make_pod(kubectl: Kubectl, namespace: str, name: str) -> None:
    kubectl.within(namespace)("run", name, IMAGE, "--restart=Never", "--labels=tier=web")


def row(name: str) -> str:
    """The selector of a row that is there, not one that is struck out."""
    return f'tr[data-uid][data-name="{name}"]'


def test_rows_appear_change_and_go_without_a_reload(page: Page, kubectl: Kubectl, namespace: str) -> None:
    table(page, namespace)
    expect(page.get_by_text("No pods match")).to_be_visible()
    make_pod(kubectl, namespace, "web")
    status = page.locator(row("web")).locator('[data-col="status"] .word')
    expect(status).to_have_text("Running", timeout=20 * SECONDS)
    expect(page.locator("#range")).to_have_text("1\u20131 of 1")
    kubectl.within(namespace)("delete", "pod", "web", "--force", "--grace-period=0", "--wait=false")
    expect(page.locator("tr.is-gone")).to_have_count(1)
    expect(page.locator("tbody tr")).to_have_count(0, timeout=10 * SECONDS)
    assert not was_reloaded(page)


def test_new_rows_wait_while_the_pointer_is_in_the_table(page: Page, kubectl: Kubectl, namespace: str) -> None:
    make_pod(kubectl, namespace, "b")
    table(page, namespace)
    page.locator(row("b")).hover()
    make_pod(kubectl, namespace, "a")
    waiting = page.get_by_role("button", name="1 new")
    expect(waiting).to_be_visible()
    expect(page.locator(row("a"))).to_have_count(0)
    waiting.click()
    expect(page.locator("tr[data-uid]").first).to_have_attribute("data-name", "a")


def test_what_is_typed_filters_and_keeps_the_caret(page: Page, kubectl: Kubectl, namespace: str) -> None:
    for name in ("web", "ledger"):
        make_pod(kubectl, namespace, name)
    table(page, namespace)
    expect(page.locator("tr[data-uid]")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("led")
    expect(page.locator("tr[data-uid]")).to_have_count(1)
    page.keyboard.type("ger")
    expect(page.locator("#q")).to_have_value("ledger")
    expect(page.locator("#q")).to_be_focused()
    expect(page).to_have_url(f"/clusters/test/pods/?q=ledger&namespace={namespace}&sort=name")
    assert not was_reloaded(page)


def test_a_label_becomes_a_chip_that_can_be_taken_off(page: Page, kubectl: Kubectl, namespace: str) -> None:
    make_pod(kubectl, namespace, "web")
    kubectl.within(namespace)("run", "plain", IMAGE, "--restart=Never")
    table(page, namespace)
    page.locator("#q").fill("tier=web")
    page.keyboard.press("Enter")
    expect(page.locator(".chip").last).to_contain_text("labels tier=web")
    expect(page.locator("tr[data-uid]")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter by labels").click()
    expect(page.locator("tr[data-uid]")).to_have_count(2)


def test_the_back_button_returns_to_the_view_before(page: Page, namespace: str) -> None:
    go_to(page, "/clusters/test/nodes/")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page).to_have_url("/clusters/test/nodes/?sort=name")
    page.go_back()
    expect(page).to_have_url("/clusters/test/nodes/")
    expect(page.locator("th[aria-sort]")).to_have_text("Status")


def test_the_back_button_brings_the_whole_page_after_a_filter(page: Page) -> None:
    go_to(page, "/clusters/test/nodes/")
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page).to_have_url("/clusters/test/nodes/?sort=name")
    page.locator("tr[data-uid] a").first.click()
    expect(page).to_have_url(re.compile(r"/nodes/[^/]+/$"))
    page.go_back()
    expect(page).to_have_url("/clusters/test/nodes/?sort=name")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nodes")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_colours_change_at_once_and_stay(page: Page) -> None:
    go_to(page, "/clusters/test/pods/")
    background = "() => getComputedStyle(document.querySelector('#main')).backgroundColor"
    light = page.evaluate(background)
    for choice in ("Dark", "As the system"):
        page.get_by_role("button", name="Colours and row height").click()
        with page.expect_response("**/preferences/"):
            page.get_by_role("menuitemradio", name=choice).click()
        changed = page.evaluate(background)
        assert (changed == light) == (choice == "As the system")
        load_again(page)
        assert page.evaluate(background) == changed


def test_a_phone_never_scrolls_sideways(page: Page, kubectl: Kubectl, namespace: str) -> None:
    make_pod(kubectl, namespace, "a-pod-with-quite-a-long-name-that-would-not-fit-on-a-phone")
    page.set_viewport_size(PHONE)
    for kind in ("pods", "nodes", "namespaces", "deployments", "replicasets", "events"):
        go_to(page, f"/clusters/test/{kind}/")
        assert page.evaluate(SIDEWAYS) <= 0
        expect(page.get_by_role("navigation", name="Sections")).to_be_visible()


def test_every_page_has_one_heading_and_its_landmarks(page: Page) -> None:
    for address in ("/", "/clusters/test/", "/clusters/test/pods/", "/clusters/test/nodes/"):
        go_to(page, address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("main")).to_have_count(1)
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()


def test_a_lost_connection_is_told_and_taken_up_again(page: Page, namespace: str, problems: list[str]) -> None:
    table(page, namespace)
    freshness = page.locator("#freshness")
    expect(freshness).to_contain_text("Live, as of")
    page.context.set_offline(True)
    page.evaluate("() => dispatchEvent(new Event('pagehide'))")
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(freshness).to_have_text("Not connected to Pilothouse, trying again")
    page.context.set_offline(False)
    expect(freshness).to_contain_text("Live, as of", timeout=20 * SECONDS)
    problems.clear()
