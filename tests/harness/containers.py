"""Pods for tests of logs and shells, and what runs in their containers."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests.harness.kubectl import Kubectl
from tests.harness.waiting import eventually

IMAGE = "docker.io/jocatalin/kubernetes-bootcamp:v1"
ITS_OWN = "sleep 100000"
"""What the container itself runs; nothing of ours may touch it."""


def start_pod(
    kubectl: Kubectl,
    name: str,
    *command: str,
    wait_for: str = "Ready",
    node: str = "",
    restart: str = "Always",
    **more: Any,
) -> str:
    """A pod with one container, "main", that runs `command` (by default ITS_OWN), on that node where one is named.

    `restart` is its restart policy; `more` goes into the container's spec. Returns its name once it runs.
    """
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": list(command) or ITS_OWN.split(),
        **more,
    }
    where = {"nodeName": node} if node else {}
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {"terminationGracePeriodSeconds": 1, "restartPolicy": restart, "containers": [container], **where},
        }
    )
    if wait_for:
        kubectl("wait", f"--for=condition={wait_for}", f"pod/{name}", "--timeout=60s", timeout=70)
    return name


def processes(kubectl: Kubectl, pod: str) -> list[str]:
    """The command lines of what runs in the container, without what looks at them and without zombies."""
    listed = kubectl("exec", pod, "--", "/bin/ps", "-o", "stat,args")
    lines = (re.match(r"(\S+)\s+(.*)", line) for line in listed.splitlines()[1:])
    return [found[2] for found in lines if found and found[1][0] != "Z" and "ps -o" not in found[2]]


def left_behind(kubectl: Kubectl, pod: str) -> Sequence[str]:
    """What runs in the container beside ITS_OWN."""
    found = processes(kubectl, pod)
    assert ITS_OWN in found, json.dumps(found)
    return [command for command in found if command != ITS_OWN]


BUSY = "sleep 86401 & setsid sleep 86402 & env -i sleep 86403 & sleep 86400"
"""What a person may leave running in a shell: in the foreground, in the background, detached, without environment."""

SLEEPERS = {"sleep 86400", "sleep 86401", "sleep 86402", "sleep 86403"}


def is_busy(kubectl: Kubectl, pod: str) -> None:
    """Wait until BUSY runs."""
    eventually(lambda: set(processes(kubectl, pod)) >= SLEEPERS)


def nothing_is_left(kubectl: Kubectl, pod: str, *, seconds: float = 10) -> None:
    """Wait until only ITS_OWN runs in the container. Raises AssertionError after `seconds`."""

    def look() -> bool:
        left = left_behind(kubectl, pod)
        assert not left, left
        return True

    eventually(look, seconds=seconds)


EDITING = "sleep 1d & vim.tiny /tmp/notes"
"""What a person may do in a shell: a background job, and an editor that fills the screen."""


def is_editing(kubectl: Kubectl, pod: str) -> None:
    """Wait until EDITING runs; skips the test where the cluster's image has no vim.tiny."""
    if not kubectl("exec", pod, "--", "sh", "-c", "command -v vim.tiny || true").strip():
        pytest.skip("The image on this cluster has no vim.tiny; raise the cluster anew: tests/cluster/up.")
    eventually(lambda: set(processes(kubectl, pod)) >= {"sleep 1d", "vim.tiny /tmp/notes"})
