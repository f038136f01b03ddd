"""A shell in the pod of a stateful set that one chooses, from the row of another of its pods."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import go_to, load_again
from tests.harness.containers import IMAGE, ITS_OWN
from tests.harness.kubectl import Kubectl
from tests.harness.terminals import shows, type_line

NAME = "tides-db"


@pytest.fixture
def near(kubectl: Kubectl, namespace: str) -> Iterator[Kubectl]:
    """A namespace with a stateful set of two pods that run."""
    near = kubectl.within(namespace)
    main = {"name": "main", "image": IMAGE, "imagePullPolicy": "IfNotPresent", "command": ITS_OWN.split()}
    pod = {"containers": [main], "terminationGracePeriodSeconds": 1}
    template = {"metadata": {"labels": {"app": NAME}}, "spec": pod}
    spec = {
        "podManagementPolicy": "Parallel",
        "replicas": 2,
        "serviceName": NAME,
        "selector": {"matchLabels": {"app": NAME}},
        "template": template,
    }
    made = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": NAME}, "spec": spec}
    near.apply(made)
    near("rollout", "status", f"statefulset/{NAME}", "--timeout=90s", timeout=100)
    yield near
    near("delete", "statefulset", NAME, "--wait=false")


def test_from_a_pod_to_a_shell_in_another_one_of_its_stateful_set(page: Page, near: Kubectl, namespace: str) -> None:
    go_to(page, f"/clusters/test/pods/?namespace={namespace}&sort=name")
    row = page.locator(f'tr[data-name="{NAME}-0"]')
    row.hover()
    expect(row.get_by_role("link", name=f"Shell in {NAME}-0")).to_be_visible()
    row.get_by_role("link", name=f"{NAME}-0", exact=True).click()
    page.get_by_role("link", name=f"Shell in StatefulSet {NAME}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"StatefulSet {NAME}")
    page.locator("select[name=pod]").select_option(f"{NAME}-1")
    expect(page.locator("#terminal")).to_have_attribute("data-pod", f"{NAME}-1")
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    type_line(page, "echo in-$(hostname)")
    shows(page, f"in-{NAME}-1")
    load_again(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"StatefulSet {NAME}")
    shows(page, f"in-{NAME}-1")
