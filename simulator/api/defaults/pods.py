"""Defaults of pods and pod templates."""

from typing import Any

from simulator.kinds import Object
from simulator.quantities import quantity

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_UNREADY, _SECONDS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"), 300


def fill_pod(pod: Object) -> None:
    """A pod."""
    spec = pod.setdefault("spec", {})
    fill_pod_spec(spec)
    spec.setdefault("enableServiceLinks", True)
    for container in _containers(spec):
        _request_limits(container)


def admit_pod(pod: Object) -> None:
    """What the admission plugins of every cluster add to a pod. It belongs to nobody in its managed fields."""
    spec = pod["spec"]
    account = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = account
    spec.setdefault("priority", 0)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    _tolerate_unready_nodes(spec)


def fill_template(template: Object) -> None:
    """A pod template."""
    template.setdefault("metadata", {})
    fill_pod_spec(template.setdefault("spec", {}))


def fill_pod_spec(spec: Object) -> None:
    """What pods and templates have in common."""
    for container in _containers(spec):
        _fill_container(container)
    for volume in spec.get("volumes") or ():
        for source in ("configMap", "secret", "downwardAPI", "projected"):
            if isinstance(volume.get(source), dict):
                volume[source].setdefault("defaultMode", 0o644)
    defaults: Object = {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
    }
    for key, value in defaults.items():
        spec.setdefault(key, value)
    if account := spec.get("serviceAccountName"):
        spec.setdefault("serviceAccount", account)


def quality_of_service(pod: Object) -> str:
    """ "Guaranteed", "Burstable" or "BestEffort": how well its requests and limits cover what it uses."""
    containers = [*pod["spec"].get("containers", ()), *pod["spec"].get("initContainers", ())]
    resources: list[Any] = [container.get("resources") or {} for container in containers]
    if not any(item.get("requests") or item.get("limits") for item in resources):
        return "BestEffort"
    for item in resources:
        limits, requests = item.get("limits") or {}, item.get("requests") or {}
        for name in ("cpu", "memory"):
            if name not in limits or _number(requests.get(name, limits[name])) != _number(limits[name]):
                return "Burstable"
    return "Guaranteed"


def _number(value: Any) -> Any:
    return quantity(str(value))


def _containers(spec: Object) -> list[Object]:
    groups = (spec.get(name) or () for name in ("initContainers", "containers", "ephemeralContainers"))
    return [container for group in groups for container in group if isinstance(container, dict)]


def _fill_container(container: Object) -> None:
    container.setdefault("resources", {})
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("imagePullPolicy", "Always" if _is_latest(container.get("image", "")) else "IfNotPresent")
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
    for variable in container.get("env") or ():
        if reference := (variable.get("valueFrom") or {}).get("fieldRef"):
            reference.setdefault("apiVersion", "v1")
    for name in _PROBES:
        if probe := container.get(name):
            _fill_probe(probe)


def _is_latest(image: str) -> bool:
    if "@" in image:
        return False
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return not colon or tag == "latest"


def _fill_probe(probe: Object) -> None:
    for key, value in {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}.items():
        probe.setdefault(key, value)
    if request := probe.get("httpGet"):
        request.setdefault("path", "/")
        request.setdefault("scheme", "HTTP")


def _request_limits(container: Object) -> None:
    """What is limited and not requested is requested to the limit."""
    resources = container["resources"]
    if limits := resources.get("limits"):
        resources["requests"] = {**limits, **(resources.get("requests") or {})}


def _tolerate_unready_nodes(spec: Object) -> None:
    tolerations = spec.setdefault("tolerations", [])
    for key in _UNREADY:
        if not any(_tolerates(item, key) for item in tolerations):
            toleration = {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _SECONDS}
            tolerations.append(toleration)


def _tolerates(toleration: Object, key: str) -> bool:
    return bool(toleration.get("key", key) == key and toleration.get("effect", "NoExecute") == "NoExecute")
