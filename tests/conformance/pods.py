"""Pods for tests that look into containers."""

from typing import Any

from tests.harness.containers import IMAGE
from tests.harness.kubernetes_api import KubernetesApi
from tests.harness.waiting import eventually


def start(api: KubernetesApi, namespace: str, name: str, *containers: dict[str, Any], labels: Any = None) -> str:
    """A pod that runs `containers`, by default one called "main" with the tutorial's server; gives its path."""
    specs = [{"image": IMAGE, "imagePullPolicy": "IfNotPresent", **each} for each in containers or ({"name": "main"},)]
    spec = {"terminationGracePeriodSeconds": 0, "containers": specs}
    collection = f"/api/v1/namespaces/{namespace}/pods"
    api.create(collection, {"metadata": {"name": name, "labels": labels or {}}, "spec": spec})
    path = f"{collection}/{name}"
    eventually(lambda: is_ready(api, path), seconds=60)
    return path


def is_ready(api: KubernetesApi, path: str) -> bool:
    """Whether the pod says that it is ready. Raises AssertionError, which tells what it says, where it is not."""
    status = api.get(path)["status"]
    conditions = status.get("conditions", [])
    assert any(each["type"] == "Ready" and each["status"] == "True" for each in conditions), status
    return True


def has_ended(api: KubernetesApi, path: str) -> bool:
    """Whether its first container has terminated."""
    statuses = api.get(path)["status"].get("containerStatuses") or [{}]
    return "terminated" in statuses[0].get("state", {})
