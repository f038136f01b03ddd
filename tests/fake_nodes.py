"""Nodes without a kubelet, on which nothing is ever placed by the scheduler."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tests.harness.kubectl import Kubectl
from tests.manifests import Manifest

KEEP_OUT = {"key": "example.com/fake", "effect": "NoSchedule"}


@contextmanager
def fake_nodes(kubectl: Kubectl, nodes: dict[str, Manifest]) -> Iterator[dict[str, str]]:
    """Nodes with the `labels`, `spec` and `status` given by name; gives the names they have on the cluster."""
    names = {name: f"{name}-{secrets.token_hex(4)}" for name in nodes}
    try:
        for name, node in nodes.items():
            _create(kubectl, names[name], **node)
        yield names
    finally:
        kubectl("delete", "nodes", *names.values(), "--wait=false", "--ignore-not-found")


def _create(
    kubectl: Kubectl,
    name: str,
    *,
    labels: Manifest | None = None,
    spec: Manifest | None = None,
    status: Manifest | None = None,
) -> None:
    metadata = {"name": name, "labels": labels or {}}
    kubectl.apply(
        {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {"taints": [KEEP_OUT], **(spec or {})}}
    )
    if status:
        kubectl("patch", "node", name, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
