"""A service account whose rights on the test cluster come and go: what Pilothouse is given to work with."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.kubectl import Kubectl

NAME = "pilothouse"
WATCHES = [
    {"apiGroups": [""], "resources": ["pods", "nodes", "namespaces", "events"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": ["apps"], "resources": ["deployments", "replicasets"], "verbs": ["get", "list", "watch"]},
]
STREAMS = [
    {"apiGroups": [""], "resources": ["pods/exec", "pods/attach"], "verbs": ["get", "create"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
]


@dataclass(frozen=True)
class Robot:
    """The account: it may watch what Pilothouse shows, and has logs and shells in the namespace of `near`."""

    near: Kubectl
    kubeconfig: Path

    def loses_its_streams(self) -> None:
        """The RoleBinding for logs and shells is removed; it sees the pods still."""
        self.near("delete", "rolebinding", NAME)

    def loses_everything(self) -> None:
        """Every binding is removed."""
        self.near("delete", "clusterrolebinding", _watcher(self.near))
        self.near("delete", "rolebinding", NAME)

    def is_removed(self) -> None:
        """The account itself is: its token is worth nothing any more."""
        self.near("delete", "serviceaccount", NAME)


@contextmanager
def robot(near: Kubectl, folder: Path) -> Iterator[Robot]:
    """Makes one, with a kubeconfig in the folder whose context is called `test`."""
    near("create", "serviceaccount", NAME)
    _bind(near, "Role", NAME, STREAMS)
    _bind(near, "ClusterRole", _watcher(near), WATCHES)
    token = near("create", "token", NAME, "--duration=1h").strip()
    try:
        yield Robot(near, _kubeconfig(near, token, folder))
    finally:
        for kind in ("clusterrolebinding", "clusterrole"):
            near("delete", kind, _watcher(near), "--ignore-not-found")


def _watcher(near: Kubectl) -> str:
    """What belongs to the whole cluster is told from that of other tests by the namespace."""
    return f"{near.namespace}-watcher"


def _bind(near: Kubectl, kind: str, name: str, rules: list[dict[str, Any]]) -> None:
    group = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": near.namespace}
    near.apply({"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": name}, "rules": rules})
    near.apply(
        {
            "apiVersion": f"{group}/v1",
            "kind": f"{kind}Binding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": kind, "name": name},
            "subjects": [subject],
        }
    )


def _kubeconfig(near: Kubectl, token: str, folder: Path) -> Path:
    """The administrator's kubeconfig with the account's token for its credentials."""
    cluster = near.json("config", "view", "--raw", "--flatten", "--minify")["clusters"][0]["cluster"]
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "test", "user": {"token": token}}],
    }
    file = folder / "robot.kubeconfig"
    file.write_text(json.dumps(document))
    return file
