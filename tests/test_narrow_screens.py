"""On a phone and on a small desktop nothing is cut off, and everything can be reached."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.harness.browsers import go_to
from tests.harness.kubectl import Kubectl

IMAGE = "--image=docker.io/jocatalin/kubernetes-bootcamp:v1"
PHONE = ViewportSize(width=390, height=844)
LONG_NAME = "a-pod-with-quite-a-long-name-that-would-not-fit-on-a-phone"
SIDEWAYS = "() => document.querySelector('#main').scrollWidth - document.querySelector('#main').clientWidth"
OUTSIDE = """controls => controls.filter(control => {
    const { left, right, width } = control.getBoundingClientRect();
    return width && (left < 0 || right > innerWidth);
}).map(control => control.outerHTML)"""
BOTTOM_GAP = """() => document.querySelector('#main').getBoundingClientRect().bottom -
    document.querySelector('.pager').getBoundingClientRect().bottom"""


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size(PHONE)
    return page


@pytest.fixture
def pod(kubectl: Kubectl, namespace: str) -> str:
    kubectl.within(namespace)("run", LONG_NAME, IMAGE, "--restart=Never")
    return LONG_NAME


def wait_for(phone: Page, namespace: str, pod: str) -> None:
    """Until Pilothouse knows the pod."""
    go_to(phone, f"/clusters/test/pods/?namespace={namespace}")
    expect(phone.locator(f'tr[data-name="{pod}"]')).to_be_visible()


@pytest.mark.parametrize("tab", ["logs", "shell"])
def test_the_tools_of_a_stream_fit_on_a_phone(phone: Page, namespace: str, pod: str, tab: str) -> None:
    wait_for(phone, namespace, pod)
    go_to(phone, f"/clusters/test/pods/{namespace}/{pod}/{tab}/")
    tools = phone.locator(".tools")
    expect(tools).to_be_visible()
    assert tools.locator("select, button, input, a").evaluate_all(OUTSIDE) == []


def test_a_row_on_a_phone_says_its_namespace_unless_the_page_is_about_one(
    phone: Page, namespace: str, pod: str
) -> None:
    cell = phone.locator(f'tr[data-name="{pod}"] [data-col="namespace"]')
    go_to(phone, f"/clusters/test/pods/?q={pod}")
    expect(cell.filter(has_text=namespace)).to_be_visible()
    go_to(phone, f"/clusters/test/pods/?q={pod}&namespace={namespace}")
    expect(cell).to_be_hidden()


def test_a_row_on_a_phone_leads_to_its_pod_wherever_it_is_touched(phone: Page, namespace: str, pod: str) -> None:
    go_to(phone, f"/clusters/test/pods/?namespace={namespace}")
    row = phone.locator(f'tr[data-uid][data-name="{pod}"]')
    box = row.bounding_box()
    assert box is not None
    assert box["height"] >= 56
    row.click(position={"x": box["width"] - 20, "y": box["height"] - 8})
    expect(phone).to_have_url(f"/clusters/test/pods/{namespace}/{pod}/")
    go_to(phone, "/")  # the page of the pod would ask for it once more when its namespace goes


def test_chips_wrap_in_the_filter_of_a_phone(phone: Page, namespace: str) -> None:
    go_to(phone, f"/clusters/test/pods/?namespace={namespace}&labels=tier%3Dweb&status=Running")
    expect(phone.locator(".chip")).to_have_count(3)
    assert phone.locator("#filter a, #q").evaluate_all(OUTSIDE) == []
    expect(phone.locator("#q")).to_have_attribute("placeholder", "Filter")


def test_a_small_desktop_shows_every_column(page: Page, kubectl: Kubectl, namespace: str) -> None:
    kubectl.within(namespace)("create", "deployment", LONG_NAME, IMAGE)
    page.set_viewport_size(ViewportSize(width=1280, height=800))
    go_to(page, f"/clusters/test/replicasets/?namespace={namespace}")
    expect(page.locator("tr[data-uid]")).to_have_count(1)
    for kind in ("pods", "deployments", "replicasets", "events", "nodes"):
        go_to(page, f"/clusters/test/{kind}/")
        assert page.evaluate(SIDEWAYS) <= 0, kind


def test_yaml_links_show_when_they_are_reached_by_keyboard(page: Page) -> None:
    go_to(page, "/clusters/test/namespaces/")
    link = page.get_by_role("link", name="YAML of kube-system")
    expect(link).to_have_css("opacity", "0")
    link.focus()
    expect(link).to_have_css("opacity", "1")


def test_the_first_heading_of_a_page_is_its_title(page: Page) -> None:
    go_to(page, "/clusters/test/")
    expect(page.get_by_role("heading").first).to_have_text("test")
    expect(page.get_by_role("group", name="Workloads").get_by_role("link", name="Pods")).to_be_visible()


def test_the_pager_of_an_empty_page_is_at_the_bottom(page: Page, namespace: str) -> None:
    go_to(page, f"/clusters/test/pods/?namespace={namespace}")
    expect(page.get_by_text("No pods match")).to_be_visible()
    assert abs(page.evaluate(BOTTOM_GAP)) <= 1


def test_the_image_of_a_debug_container_stays_within_its_card(phone: Page, namespace: str, pod: str) -> None:
    wait_for(phone, namespace, pod)
    go_to(phone, f"/clusters/test/pods/{namespace}/{pod}/debug/")
    expect(phone.get_by_label("Image")).to_be_visible()
    assert phone.locator("form.leaf :is(select, button, input:not([type=hidden]))").evaluate_all(OUTSIDE) == []
    assert phone.evaluate(SIDEWAYS) <= 0


def test_how_often_a_container_restarted_stands_in_one_line_beside_its_name(
    phone: Page, namespace: str, pod: str
) -> None:
    wait_for(phone, namespace, pod)
    go_to(phone, f"/clusters/test/pods/{namespace}/{pod}/")
    name, restarts = (phone.locator(f".parts > summary {part}").bounding_box() for part in (".name", ".counted"))
    assert name
    assert restarts
    assert restarts["height"] < 2 * name["height"]
    assert restarts["x"] > name["x"] + name["width"]
    assert abs(restarts["y"] - name["y"]) < name["height"]
