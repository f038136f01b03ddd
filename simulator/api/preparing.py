"""What a kind does with an object before it is stored: what clients may not set is taken from the stored one.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/registry (strategy.go of each kind)
"""

from simulator.api.allocation import allocate
from simulator.api.defaults import fill_in, first_status
from simulator.api.defaults.pods import admit_pod, quality_of_service
from simulator.cluster import SimulatedCluster
from simulator.kinds import DEPLOYMENTS, EVENTS, NAMESPACES, NODES, PODS, SERVICES, Kind, Object

_SYSTEM = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
_NOT_FOR_CREATION = (*_SYSTEM, "resourceVersion", "managedFields")
_KEEPS_STATUS = (NODES, EVENTS)
"""Kinds whose status can come with the object when it is created, or that have none."""


def prepare_new(kind: Kind, obj: Object) -> None:
    """An object that is about to be created; `admit` comes next."""
    metadata = obj.setdefault("metadata", {})
    for key in _NOT_FOR_CREATION:
        metadata.pop(key, None)
    fill_in(kind, obj)
    if "status" in kind.subresources and kind not in _KEEPS_STATUS:
        obj["status"] = first_status(kind)
    if kind is PODS:
        obj["status"] = {"phase": "Pending", "qosClass": quality_of_service(obj)}


def admit(cluster: SimulatedCluster, kind: Kind, obj: Object) -> None:
    """Adds what every cluster adds on its own account."""
    if kind is PODS:
        admit_pod(obj)
    if kind is SERVICES:
        allocate(cluster, obj)


def prepare_change(cluster: SimulatedCluster, kind: Kind, new: Object, old: Object, subresource: str) -> None:
    """`new` is about to take the place of `old`, as far as the subresource reaches."""
    _keep_system_fields(new, old)
    if subresource == "status":
        _keep_but_status(kind, new, old)
        return
    if "status" in kind.subresources:
        _keep(new, old, "status")
    if subresource == "ephemeralcontainers":
        fresh = new.get("spec", {}).get("ephemeralContainers") or []
        new["spec"] = {**old["spec"], "ephemeralContainers": fresh}
    if kind is NAMESPACES and subresource != "finalize":
        _keep(new, old, "spec")
    if kind is SERVICES:
        _keep_addresses(new, old)
    fill_in(kind, new)
    admit(cluster, kind, new)
    if kind is DEPLOYMENTS and _annotations(new) != _annotations(old):
        new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1


def _keep_system_fields(new: Object, old: Object) -> None:
    metadata, before = new.setdefault("metadata", {}), old["metadata"]
    for key in (*_SYSTEM, "namespace", "generateName"):
        _keep(metadata, before, key)
    metadata["resourceVersion"] = before["resourceVersion"]


def _keep_but_status(kind: Kind, new: Object, old: Object) -> None:
    for key in {*new, *old} - {"status", "metadata"}:
        _keep(new, old, key)
    if kind is DEPLOYMENTS:
        _keep(new["metadata"], old["metadata"], "labels")


def _keep_addresses(new: Object, old: Object) -> None:
    """What was given out to a service stays with it, unless it changes its type."""
    spec, before = new.setdefault("spec", {}), old.get("spec", {})
    if "ExternalName" in (spec.get("type"), before.get("type")):
        return
    for key in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if not spec.get(key) and key in before:
            spec[key] = before[key]
    known = {(port.get("port"), port.get("protocol")): port.get("nodePort") for port in before.get("ports") or ()}
    for port in spec.get("ports") or ():
        given = known.get((port.get("port"), port.get("protocol", "TCP")))
        if given and not port.get("nodePort") and spec.get("type") in ("NodePort", "LoadBalancer"):
            port["nodePort"] = given


def _keep(new: Object, old: Object, key: str) -> None:
    if key in old:
        new[key] = old[key]
    else:
        new.pop(key, None)


def _annotations(obj: Object) -> Object:
    return obj["metadata"].get("annotations") or {}
