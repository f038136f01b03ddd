"""A page that shows an object follows the cluster without a reload, and says when the object is gone."""

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to
from tests.harness.kubectl import Kubectl
from tests.harness.pages import forbid_reload, was_reloaded

PATIENCE = 60_000  # milliseconds: pods take their time to start and to end
BREAKS_OFF = """() => {
  const whole = window.fetch;
  window.brokenOff = 0;
  window.fetch = async (...asked) => {
    const answer = await whole(...asked);
    if (window.brokenOff++) return answer;
    return new Response(new ReadableStream({ pull: (body) => body.error(new TypeError("network error")) }));
  };
}"""
"""The next answer to the page's scripts breaks off in the middle."""

IMAGE = "docker.io/jocatalin/kubernetes-bootcamp:v1"


@pytest.fixture
def pod(kubectl: Kubectl, namespace: str) -> str:
    kubectl("run", "web", f"--image={IMAGE}", "--image-pull-policy=IfNotPresent", "--namespace", namespace)
    kubectl("wait", "pod/web", "--for=condition=Ready", "--timeout=60s", "--namespace", namespace)
    return "web"


def test_a_label_appears_while_a_container_stays_open(page: Page, kubectl: Kubectl, namespace: str, pod: str) -> None:
    go_to(page, f"/clusters/test/pods/{namespace}/{pod}/")
    forbid_reload(page)
    page.locator("#container-web summary").click()
    kubectl("label", "pod", pod, "look=here", "--namespace", namespace)
    expect(page.get_by_text("look=here")).to_be_visible()
    expect(page.locator("#container-web[open]")).to_be_visible()
    assert not was_reloaded(page)


def test_it_changes_after_an_answer_that_broke_off(page: Page, kubectl: Kubectl, namespace: str, pod: str) -> None:
    address = f"/clusters/test/pods/{namespace}/{pod}/"
    go_to(page, address)
    forbid_reload(page)
    page.evaluate(BREAKS_OFF)
    kubectl("label", "pod", pod, "look=here", "--namespace", namespace)
    expect(page.get_by_text("look=here")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("() => window.brokenOff") > 1
    assert not was_reloaded(page)


def test_a_pod_that_is_deleted_is_said_to_be_gone(
    page: Page, kubectl: Kubectl, namespace: str, pod: str, problems: list[str]
) -> None:
    go_to(page, f"/clusters/test/pods/{namespace}/{pod}/")
    kubectl("delete", "pod", pod, "--grace-period=1", "--wait=false", "--namespace", namespace)
    expect(page.get_by_text("This is gone from the cluster.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", level=1)).to_have_text(pod)
    problems.clear()  # the page asks for the pod once more, and is told that it is not there


def test_a_deployment_is_seen_to_scale(page: Page, kubectl: Kubectl, namespace: str) -> None:
    kubectl("create", "deployment", "shop", f"--image={IMAGE}", "--namespace", namespace)
    go_to(page, f"/clusters/test/deployments/{namespace}/shop/")
    forbid_reload(page)
    expect(page.get_by_text("Revision 1 is rolled out")).to_be_visible(timeout=PATIENCE)
    kubectl("scale", "deployment/shop", "--replicas=3", "--namespace", namespace)
    expect(page.locator(".facts")).to_contain_text("3 of 3", timeout=PATIENCE)
    expect(page.locator("#pods tbody tr")).to_have_count(3)
    assert not was_reloaded(page)


def test_the_yaml_is_what_kubectl_reads(page: Page, kubectl: Kubectl, namespace: str, pod: str) -> None:
    go_to(page, f"/clusters/test/pods/{namespace}/{pod}/")
    page.get_by_role("link", name="YAML").click()
    shown = page.locator("#manifest").inner_text()
    compared = kubectl("create", "--dry-run=client", "-o", "jsonpath={.metadata.uid}", "-f", "-", stdin=shown)
    assert compared == kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}", "--namespace", namespace)
