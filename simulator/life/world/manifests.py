"""Short ways to write the manifests of the demo."""

from collections.abc import Sequence
from typing import Any

from simulator.kinds import Object

REGISTRY = "registry.kestrel.example"


def container(
    name: str, image: str, *, port: int = 0, requests: str = "", limits: str = "", ready: str = "", **more: object
) -> Object:
    """A container. `requests` and `limits`: CPU and memory, "100m 128Mi". `ready`: the path that a probe asks."""
    made: Object = {"name": name, "image": image, "resources": {}}
    for field, text in (("requests", requests), ("limits", limits)):
        if text:
            made["resources"][field] = dict(zip(("cpu", "memory"), text.split(), strict=True))
    if port:
        made["ports"] = [{"name": "http", "containerPort": port}]
    if ready:
        probe = {"httpGet": {"path": ready, "port": port}}
        made["readinessProbe"] = {**probe, "initialDelaySeconds": 2}
        made["livenessProbe"] = {**probe, "initialDelaySeconds": 20}
    return {**made, **more}


def env_from(config_map: str = "", secret: str = "") -> list[Object]:
    """Environment from a config map and a secret."""
    found: list[Object] = [{"configMapRef": {"name": config_map}}] if config_map else []
    return found + ([{"secretRef": {"name": secret}}] if secret else [])


def labels(name: str, part_of: str, component: str, version: str = "") -> dict[str, str]:
    """The recommended labels."""
    found = {"name": name, "component": component, "part-of": part_of, "managed-by": "Helm"}
    found |= {"version": version} if version else {}
    return {f"app.kubernetes.io/{key}": value for key, value in found.items()}


def pod_spec(containers: Sequence[Object], **more: object) -> Object:
    """The spec of a pod."""
    return {"containers": list(containers), **more}


def alone(name: str, image: str, **fields: Any) -> Object:
    """The spec of a pod of one container; `fields` as `container` takes them."""
    return pod_spec([container(name, image, **fields)])


def deployment(
    name: str, namespace: str, replicas: int, described: dict[str, str], spec: Object, **more: object
) -> Object:
    """A deployment; `described` are its labels."""
    made: Object = {"replicas": replicas, **_selected(described, spec)}
    return _object("apps/v1", "Deployment", name, namespace, described, {**made, **more})


def stateful_set(
    name: str, namespace: str, replicas: int, described: dict[str, str], spec: Object, *, size: str
) -> Object:
    """A stateful set with a volume claim called "data"."""
    claim: Object = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}}
    claim["spec"] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    made: Object = {"replicas": replicas, **_selected(described, spec), "serviceName": name}
    made["volumeClaimTemplates"] = [claim]
    return _object("apps/v1", "StatefulSet", name, namespace, described, made)


def daemon_set(name: str, namespace: str, described: dict[str, str], spec: Object) -> Object:
    """A daemon set."""
    return _object("apps/v1", "DaemonSet", name, namespace, described, _selected(described, spec))


def cron_job(name: str, namespace: str, schedule: str, described: dict[str, str], spec: Object) -> Object:
    """A cron job that does not overlap with itself."""
    template = {"metadata": {"labels": described}, "spec": {**spec, "restartPolicy": "Never"}}
    made: Object = {"schedule": schedule, "concurrencyPolicy": "Forbid"}
    made["jobTemplate"] = {"spec": {"backoffLimit": 2, "template": template}}
    return _object("batch/v1", "CronJob", name, namespace, described, made)


def service(name: str, namespace: str, address: str, described: dict[str, str], *ports: tuple[int, int]) -> Object:
    """A service; `ports` are its own and the pods'."""
    made: Object = {"clusterIP": address}
    made["selector"] = {"app.kubernetes.io/name": described["app.kubernetes.io/name"]}
    named = [
        {"name": f"tcp-{port}" if port != 80 else "http", "port": port, "targetPort": target} for port, target in ports
    ]
    made["ports"] = named
    return _object("v1", "Service", name, namespace, described, made)


def config_map(name: str, namespace: str, **data: str) -> Object:
    """A config map."""
    return {**_named("v1", "ConfigMap", name, namespace), "data": data}


def _selected(described: dict[str, str], spec: Object) -> Object:
    """Selector and template."""
    selector = {"app.kubernetes.io/name": described["app.kubernetes.io/name"]}
    return {"selector": {"matchLabels": selector}, "template": {"metadata": {"labels": described}, "spec": spec}}


def _object(version: str, kind: str, name: str, namespace: str, described: dict[str, str], spec: Object) -> Object:
    made = _named(version, kind, name, namespace)
    made["metadata"]["labels"] = described
    return {**made, "spec": spec}


def _named(version: str, kind: str, name: str, namespace: str) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
