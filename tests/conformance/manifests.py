"""Objects that the tests of writing send. Nothing of them ever runs, so that no controller gets in the way."""

import json
from typing import Any

from tests.harness.kubernetes_api import Answer, Json, KubernetesApi

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"


def config_map(name: str = "colours", **data: str) -> Json:
    """A config map with that data."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(name: str = "web", **spec: Any) -> Json:
    """A deployment without pods; `spec` replaces parts of its spec."""
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "server", "image": "web:1"}]}}
    base = {"replicas": 0, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {**base, **spec}}


def pod(name: str = "web", **spec: Any) -> Json:
    """A pod that fits on no node."""
    base = {"containers": [{"name": "server", "image": "web:1"}], "nodeSelector": {"no": "where"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {**base, **spec}}


def patch(api: KubernetesApi, path: str, change: Any, media: str = MERGE, **query: str) -> Answer:
    """Sends a patch of that media type."""
    body = change if isinstance(change, dict | bytes) else encoded(change)
    return api.ask("PATCH", path, body=body, headers={"Content-Type": media}, query=query)


def encoded(value: Any) -> bytes:
    """JSON that is no object."""
    return json.dumps(value).encode()
