"""How much a pod needs somebody, and the sentence that says why before Kubernetes' own word."""

import json

import pytest

from clusters.kinds import KINDS
from clusters.kube.objects import decode
from clusters.models import Severity
from tests.manifests import Manifest, condition, pod
from tests.pod_states import CONTAINER, STATES, State, ended, restarted, runs, says, waits

PODS = KINDS["pods"]
PROBED = {**CONTAINER, "readinessProbe": {"httpGet": {"port": 80}}}
SLOW = {**CONTAINER, "startupProbe": {"httpGet": {"port": 80}}}
UNPLACED = condition("PodScheduled", "False", reason="Unschedulable", message="0/2 nodes are available: 2 Too small.")


def said(status: Manifest, spec: Manifest | None = None) -> tuple[Severity, str]:
    manifest = pod("shop", "web")
    manifest["status"] = status
    manifest["spec"] = {"containers": [CONTAINER], **(spec or {})}
    row = dict(zip(PODS.columns, PODS.row(decode(PODS.struct, json.dumps(manifest).encode())), strict=True))
    return Severity(row["severity"]), row["summary"]


def of(*statuses: Manifest, phase: str = "Running", **more: object) -> Manifest:
    return {"phase": phase, "containerStatuses": list(statuses), **more}


def pulls(message: str) -> Manifest:
    return of(says("one", {"waiting": {"reason": "ImagePullBackOff", "message": message}}), phase="Pending")


def initial(status: Manifest) -> Manifest:
    return {"phase": "Pending", "initContainerStatuses": [status]}


CRASHED = {"restartCount": 3, "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}


@pytest.mark.parametrize(
    ("status", "spec", "severity", "sentence"),
    [
        (of(runs("one")), {}, Severity.RUNNING, ""),
        (of(runs("one", ready=False)), {}, Severity.WARNING, "Not ready"),
        (
            of(runs("one", ready=False)),
            {"containers": [PROBED]},
            Severity.WARNING,
            "Not ready: readiness probe failing",
        ),
        (of(says("one", {"running": {}})), {"containers": [SLOW]}, Severity.WARNING, "Not ready: still starting"),
        (of(waits("one", "CrashLoopBackOff", **restarted(4))), {}, Severity.FAILED, "Crash loop: exited with code 1"),
        (of(waits("one", "CrashLoopBackOff", **CRASHED)), {}, Severity.FAILED, "Crash loop: killed for memory"),
        (of(waits("one", "CrashLoopBackOff")), {}, Severity.FAILED, "Crash loop: it keeps ending"),
        (of(ended("one", 137, "OOMKilled")), {}, Severity.FAILED, "Killed for memory"),
        (of(ended("one", 3), phase="Failed"), {}, Severity.FAILED, "Exited with code 3"),
        (of(ended("one", 2, "Error"), phase="Failed"), {}, Severity.FAILED, "Exited with code 2"),
        (of(ended("one", 137, signal=9)), {}, Severity.FAILED, "Ended by signal 9"),
        (pulls("no such thing"), {}, Severity.FAILED, "Image cannot be pulled"),
        (pulls("repository: not found"), {}, Severity.FAILED, "Image cannot be pulled: not found"),
        (pulls("401 Unauthorized"), {}, Severity.FAILED, "Image cannot be pulled: access denied"),
        (of(waits("one", "CreateContainerConfigError")), {}, Severity.FAILED, "Configuration is missing"),
        ({"phase": "Failed", "reason": "Evicted"}, {}, Severity.FAILED, "Evicted from its node"),
        ({}, {}, Severity.PENDING, "Nothing reported yet"),
        ({"phase": "Pending"}, {}, Severity.PENDING, "Waiting for a node"),
        ({"phase": "Pending", "conditions": [UNPLACED]}, {}, Severity.PENDING, "No node can take it: 2 Too small"),
        (of(waits("one", "ContainerCreating"), phase="Pending"), {}, Severity.PENDING, "Creating container"),
        (of(ended("one", 0, "Completed"), phase="Succeeded"), {}, Severity.COMPLETED, ""),
        (initial(runs("first")), {"initContainers": [CONTAINER] * 2}, Severity.PENDING, "Init container 1 of 2"),
        (initial(ended("first", 2)), {}, Severity.FAILED, "Init container: exited with code 2"),
        (initial(waits("first", "ErrImagePull")), {}, Severity.FAILED, "Init container: image cannot be pulled"),
        ({"phase": "Pending", "reason": "SomethingNew"}, {}, Severity.FAILED, "SomethingNew"),
    ],
)
def test_a_pod_says_what_is_wrong(status: Manifest, spec: Manifest, severity: Severity, sentence: str) -> None:
    assert said(status, spec) == (severity, sentence)


@pytest.mark.parametrize("state", [pytest.param(state, id=state.name) for state in STATES])
def test_whatever_is_not_well_is_said_in_a_sentence(state: State) -> None:
    severity, sentence = said(state.status, state.spec)
    assert bool(sentence) == (severity not in (Severity.RUNNING, Severity.COMPLETED))
