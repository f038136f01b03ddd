"""Pods that no API server should have: they get past all validation, and a client has to live with them."""

from collections.abc import Callable, Mapping

from simulator.kinds import Object

_CONTAINERS = 10_000
_ANNOTATION_BYTES = 3 * 1024 * 1024


def _pod(name: str, namespace: str) -> Object:
    container = {"name": "app", "image": "registry.example/app:1"}
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    status = {"name": "app", "ready": True, "restartCount": 0, "state": state, "image": container["image"]}
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [container]},
        "status": {"phase": "Running", "containerStatuses": [status]},
    }


def _huge_annotation(pod: Object) -> None:
    pod["metadata"]["annotations"] = {"example.com/huge": "x" * _ANNOTATION_BYTES}


def _unknown_enum(pod: Object) -> None:
    pod["status"]["phase"] = "Hovering"
    pod["spec"]["restartPolicy"] = "Whenever"
    pod["status"]["conditions"] = [{"type": "Ready", "status": "Perhaps"}]


def _year_9999(pod: Object) -> None:
    pod["status"]["startTime"] = "9999-12-31T23:59:59Z"
    pod["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "9999-12-31T23:59:59Z"}}


def _many_containers(pod: Object) -> None:
    (container,), (status,) = pod["spec"]["containers"], pod["status"]["containerStatuses"]
    names = [f"app-{number}" for number in range(_CONTAINERS)]
    pod["spec"]["containers"] = [{**container, "name": name} for name in names]
    pod["status"]["containerStatuses"] = [{**status, "name": name} for name in names]


def _wrong_types(pod: Object) -> None:
    pod["spec"]["containers"] = "none"
    pod["status"]["containerStatuses"][0]["restartCount"] = "many"


SPOILS: Mapping[str, Callable[[Object], None]] = {
    "huge-annotation": _huge_annotation,
    "unknown-enum": _unknown_enum,
    "year-9999": _year_9999,
    "many-containers": _many_containers,
    "wrong-types": _wrong_types,
}
"""How each is spoilt, by its name."""


def hostile_pod(how: str, name: str, namespace: str) -> Object:
    """The pod. Raises ValueError for a way that is not known."""
    if how not in SPOILS:
        raise ValueError(f"A pod is hostile in one of these ways: {', '.join(SPOILS)}.")
    pod = _pod(name, namespace)
    SPOILS[how](pod)
    return pod
