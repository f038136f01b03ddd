"""What pods and pod templates must be like: containers, ports, variables, mounts, resources and policies."""

import re
from collections.abc import Iterator
from typing import Any

from simulator.api.patches.golang import quoted
from simulator.api.validation import names
from simulator.api.validation.faults import duplicate, forbidden, invalid, not_found, required, unsupported
from simulator.errors import Cause
from simulator.kinds import Object
from simulator.quantities import quantity

_PULL = ("Always", "IfNotPresent", "Never")
_RESTART = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_VARIABLE = re.compile(r"[ -<>-~]+")
_PORT = "must be between 1 and 65535, inclusive"
_UPDATABLE = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def pod_faults(pod: Object) -> Iterator[Cause]:
    """Faults of a pod."""
    yield from pod_spec_faults(pod.get("spec") or {}, "spec")


def pod_spec_faults(spec: Object, at: str) -> Iterator[Cause]:
    """Faults of the spec of a pod or template that stands at `at`."""
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    yield from _volume_faults(spec.get("volumes") or (), f"{at}.volumes")
    seen: set[Any] = set()
    if not spec.get("containers"):
        yield required(f"{at}.containers")
    for group in ("containers", "ephemeralContainers", "initContainers"):
        for index, container in enumerate(spec.get(group) or ()):
            yield from _container_faults(container, f"{at}.{group}[{index}]", seen, volumes)
    yield from _one_of(f"{at}.restartPolicy", spec.get("restartPolicy"), _RESTART)
    yield from _one_of(f"{at}.dnsPolicy", spec.get("dnsPolicy"), _DNS)
    yield from names.labels(f"{at}.nodeSelector", spec.get("nodeSelector"))
    if node := spec.get("nodeName"):
        yield from names.SUBDOMAIN.faults(f"{at}.nodeName", node)


def _volume_faults(volumes: Any, at: str) -> Iterator[Cause]:
    seen: set[Any] = set()
    for index, volume in enumerate(volumes):
        name = volume.get("name") or ""
        yield from _label(name, f"{at}[{index}].name")
        yield from _unique(name, f"{at}[{index}].name", seen)


def _label(name: str, field: str) -> Iterator[Cause]:
    if name:
        yield from names.LABEL.faults(field, name)
    else:
        yield required(field)


def _unique(name: str, field: str, seen: set[Any]) -> Iterator[Cause]:
    if name and name in seen:
        yield duplicate(field, name)
    seen.add(name)


def _container_faults(container: Object, at: str, seen: set[Any], volumes: set[Any]) -> Iterator[Cause]:
    name = container.get("name") or ""
    yield from _label(name, f"{at}.name")
    image = container.get("image") or ""
    if not image:
        yield required(f"{at}.image")
    elif image != image.strip():
        yield invalid(f"{at}.image", image, "must not have leading or trailing whitespace")
    yield from _port_faults(container.get("ports") or (), f"{at}.ports")
    for index, variable in enumerate(container.get("env") or ()):
        yield from _variable_faults(variable.get("name") or "", f"{at}.env[{index}].name")
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        yield from _mount_faults(mount, f"{at}.volumeMounts[{index}]", volumes)
    yield from _one_of(f"{at}.imagePullPolicy", container.get("imagePullPolicy"), _PULL)
    yield from _resource_faults(container.get("resources") or {}, f"{at}.resources")
    yield from _unique(name, f"{at}.name", seen)


def _port_faults(ports: Any, at: str) -> Iterator[Cause]:
    for index, port in enumerate(ports):
        number = port.get("containerPort") or 0
        if not number:
            yield required(f"{at}[{index}].containerPort")
        elif not 0 < number < 65536:
            yield invalid(f"{at}[{index}].containerPort", number, _PORT)
        if not port.get("protocol"):
            yield required(f"{at}[{index}].protocol")
        yield from _one_of(f"{at}[{index}].protocol", port.get("protocol"), _PROTOCOLS)


def _variable_faults(name: str, field: str) -> Iterator[Cause]:
    if not name:
        yield required(field)
    elif not _VARIABLE.fullmatch(name):
        why = "a valid environment variable name must consist only of printable ASCII characters other than '='"
        yield invalid(field, name, why)


def _mount_faults(mount: Object, at: str, volumes: set[Any]) -> Iterator[Cause]:
    if not mount.get("name"):
        yield required(f"{at}.name")
    elif mount["name"] not in volumes:
        yield not_found(f"{at}.name", mount["name"])
    if not mount.get("mountPath"):
        yield required(f"{at}.mountPath")


def _resource_faults(resources: Object, at: str) -> Iterator[Cause]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for group, values in (("limits", limits), ("requests", requests)):
        for name, value in values.items():
            if _number(value) < 0:
                yield invalid(f"{at}.{group}[{name}]", str(value), "must be greater than or equal to 0")
    for name, value in requests.items():
        if name in limits and _number(value) > _number(limits[name]):
            yield invalid(f"{at}.requests", str(value), f"must be less than or equal to {name} limit of {limits[name]}")


def _number(value: Any) -> Any:
    return quantity(str(value))


def _one_of(field: str, value: Any, supported: tuple[str, ...]) -> Iterator[Cause]:
    if value and value not in supported:
        yield unsupported(field, value, supported)


def pod_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """Of a pod's spec hardly anything may change. The real server shows the difference of its internal form as well."""
    if _without_updatable(new["spec"], old["spec"]) != _without_updatable(old["spec"], old["spec"]):
        yield forbidden("spec", _UPDATABLE)


def ephemeral_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """Ephemeral containers may be added, and that is all. The real server shows the difference as well."""
    known = {item["name"]: item for item in old["spec"].get("ephemeralContainers") or ()}
    fresh = {item.get("name"): item for item in new["spec"].get("ephemeralContainers") or ()}
    for name, container in known.items():
        if name not in fresh:
            yield forbidden(
                "spec.ephemeralContainers", f"existing ephemeral containers {quoted(name)} may not be removed"
            )
        elif fresh[name] != container:
            yield forbidden(
                "spec.ephemeralContainers", f"existing ephemeral containers {quoted(name)} may not be changed"
            )


def _without_updatable(spec: Object, old: Object) -> Object:
    """The spec without what may change."""
    kept = {key: value for key, value in spec.items() if key != "activeDeadlineSeconds"}
    for group in ("containers", "initContainers"):
        if group in kept:
            kept[group] = [{**container, "image": ""} for container in kept[group]]
    known = old.get("tolerations") or []
    kept["tolerations"] = [item for item in kept.get("tolerations") or () if item in known]
    return kept
