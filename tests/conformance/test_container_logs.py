"""Logs of containers, and what is refused."""

import re
from typing import Any

import pytest

from tests.conformance.pods import has_ended, start
from tests.harness.containers import IMAGE
from tests.harness.kubernetes_api import KubernetesApi
from tests.harness.waiting import eventually

BOTH = (
    'PodLogOptions "speaker" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'
)
SPEAKS = "echo one; echo two; echo three; sleep 100000"


@pytest.fixture
def pod(api: KubernetesApi, namespace: str) -> str:
    """The path of a pod that has said three lines."""
    path = start(api, namespace, "speaker", {"name": "main", "command": ["sh", "-c", SPEAKS]})
    eventually(lambda: b"three" in log(api, path))
    return path


def log(api: KubernetesApi, pod: str, **query: Any) -> bytes:
    answer = api.ask("GET", f"{pod}/log", query=query)
    assert answer.code == 200, answer.body
    assert answer.headers["Content-Type"] == "text/plain"
    return answer.body


def refusal(api: KubernetesApi, pod: str, **query: Any) -> tuple[int, str, str]:
    return api.ask("GET", f"{pod}/log", query=query).refusal


def test_all_lines_the_last_lines_and_the_first_bytes(api: KubernetesApi, pod: str) -> None:
    assert log(api, pod) == b"one\ntwo\nthree\n"
    assert log(api, pod, tailLines=2) == b"two\nthree\n"
    assert log(api, pod, tailLines=0) == b""
    assert log(api, pod, limitBytes=5) == b"one\nt"
    assert log(api, pod, container="main") == b"one\ntwo\nthree\n"


def test_timestamps_and_since(api: KubernetesApi, pod: str) -> None:
    lines = log(api, pod, timestamps="true").decode().splitlines()
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (one|two|three)", line) for line in lines)
    second = lines[0][:19] + "Z"
    assert log(api, pod, sinceTime=second) == b"one\ntwo\nthree\n"
    assert log(api, pod, sinceTime="2999-01-01T00:00:00Z") == b""
    assert log(api, pod, sinceSeconds=3600) == b"one\ntwo\nthree\n"


def test_followed_it_ends_with_the_container(api: KubernetesApi, namespace: str) -> None:
    script = "echo one; sleep 2; echo two"
    collection = f"/api/v1/namespaces/{namespace}/pods"
    container = {"name": "main", "image": IMAGE, "imagePullPolicy": "IfNotPresent", "command": ["sh", "-c", script]}
    spec = {"restartPolicy": "Never", "containers": [container]}
    api.create(collection, {"metadata": {"name": "brief"}, "spec": spec})
    eventually(lambda: api.ask("GET", f"{collection}/brief/log").code == 200, seconds=60)
    assert log(api, f"{collection}/brief", follow="true") == b"one\ntwo\n"
    eventually(lambda: has_ended(api, f"{collection}/brief"), seconds=30)
    assert log(api, f"{collection}/brief") == b"one\ntwo\n"


@pytest.mark.parametrize(
    ("query", "code", "reason", "words"),
    [
        ({"container": "other"}, 400, "BadRequest", "container other is not valid for pod speaker"),
        ({"previous": "true"}, 400, "BadRequest", 'previous terminated container "main" in pod "speaker" not found'),
        ({"tailLines": "x"}, 400, "BadRequest", 'strconv.ParseInt: parsing "x": invalid syntax'),
        (
            {"tailLines": -1},
            422,
            "Invalid",
            'PodLogOptions "speaker" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
        ),
        (
            {"limitBytes": 0},
            422,
            "Invalid",
            'PodLogOptions "speaker" is invalid: limitBytes: Invalid value: 0: must be greater than 0',
        ),
        (
            {"sinceSeconds": 1, "sinceTime": "2026-01-01T00:00:00Z"},
            422,
            "Invalid",
            BOTH,
        ),
    ],
)
def test_what_is_refused(api: KubernetesApi, pod: str, query: Any, code: int, reason: str, words: str) -> None:
    assert refusal(api, pod, **query) == (code, reason, words)


def test_a_moment_that_is_none(api: KubernetesApi, pod: str) -> None:
    words = 'parsing time "bad" as "2006-01-02T15:04:05Z07:00": cannot parse "bad" as "2006"'
    assert refusal(api, pod, sinceTime="bad") == (400, "BadRequest", words)


def test_one_of_two_containers_must_be_named(api: KubernetesApi, namespace: str) -> None:
    sleeps = {"command": ["sleep", "100000"]}
    pod = start(api, namespace, "two", {"name": "front", **sleeps}, {"name": "back", **sleeps})
    words = "a container name must be specified for pod two, choose one of: [front back]"
    assert refusal(api, pod) == (400, "BadRequest", words)
    assert log(api, pod, container="back") == b""


def test_no_such_pod(api: KubernetesApi, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods/nobody"
    assert refusal(api, path) == (404, "NotFound", 'pods "nobody" not found')


def test_a_pod_that_waits(api: KubernetesApi, namespace: str) -> None:
    collection = f"/api/v1/namespaces/{namespace}/pods"
    nowhere = {"nodeSelector": {"there-is": "none"}, "containers": [{"name": "main", "image": IMAGE}]}
    api.create(collection, {"metadata": {"name": "homeless"}, "spec": nowhere})
    assert api.ask("GET", f"{collection}/homeless/log").code == 204
    missing = {"containers": [{"name": "main", "image": "localhost:1/none:missing", "imagePullPolicy": "IfNotPresent"}]}
    api.create(collection, {"metadata": {"name": "waiting"}, "spec": missing})
    said = 'container "main" in pod "waiting" is waiting to start: '
    allowed = [said + why for why in ("image can't be pulled", "trying and failing to pull image")]
    log_path = f"{collection}/waiting/log"
    eventually(lambda: (found := api.ask("GET", log_path)).code == 400 and found.refusal[2] in allowed, seconds=60)
