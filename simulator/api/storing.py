"""Stores what somebody wrote, as the API server does it: prepared, checked, and with its managed fields.

The API's handlers use it, and so may controllers that want defaults and checks.
"""

import uuid
from dataclasses import dataclass

import msgspec

from simulator.api.defaults import fill_in
from simulator.api.defaults.workloads import name_pods
from simulator.api.patches.managers import Manager, Owners, keep_owners, owners, updated
from simulator.api.preparing import admit, prepare_change, prepare_new
from simulator.api.schema import field_of
from simulator.api.validation import check_change, check_new
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import AlreadyExists, Conflict, Forbidden, NotFound, Unexplained
from simulator.kinds import JOBS, NAMESPACES, Kind, Object


@dataclass(frozen=True)
class Writing:
    """Who writes and how. `subresource` is empty, "status", "scale", ..."""

    manager: str
    subresource: str = ""
    dry_run: bool = False

    def by(self, kind: Kind, operation: str = "Update") -> Manager:
        """Who owns what he writes."""
        return Manager(self.manager, operation, kind.api_version, self.subresource)


def create_object(
    cluster: SimulatedCluster, kind: Kind, obj: Object, writing: Writing, *, owned: Owners | None = None
) -> Object:
    """Creates the object; `owned` tells whose its fields are where they are not all the writer's.

    Raises AlreadyExists, Forbidden, Invalid, NotFound (the namespace), Unexplained.
    """
    if obj.get("metadata", {}).get("resourceVersion"):
        raise Unexplained("resourceVersion should not be set on objects to be created")
    new = _copy(obj)
    _check_namespace(cluster, kind, new)
    prepare_new(kind, new)
    now = timestamp(cluster.clock.now())
    if owned is None:
        sent = {key: value for key, value in new.items() if key != "status" or "status" not in kind.subresources}
        owned = updated(field_of(kind), {}, sent, {}, writing.by(kind), now)
    admit(cluster, kind, new)
    check_new(kind, new)
    keep_owners(new, owned)
    if writing.dry_run:
        return _as_if_created(cluster, kind, new, now)
    created = cluster.storage.create(kind, new)
    if kind is JOBS:
        name, namespace = created["metadata"]["name"], created["metadata"]["namespace"]
        return cluster.storage.update(kind, name, namespace, change=name_pods, counts=False)
    return created


def _check_namespace(cluster: SimulatedCluster, kind: Kind, obj: Object) -> None:
    """Raises NotFound, and Forbidden where the namespace is going."""
    if not kind.namespaced:
        return
    metadata = obj["metadata"]
    namespace, name = metadata.get("namespace", ""), metadata.get("name") or metadata.get("generateName", "")
    found = cluster.storage.find(NAMESPACES, namespace)
    if found is None:
        raise NotFound.of(NAMESPACES, namespace)
    if not found["metadata"].get("deletionTimestamp"):
        return
    words = f"unable to create new content in namespace {namespace} because it is being terminated"
    cause = {"reason": "NamespaceTerminating", "message": f"namespace {namespace} is being terminated"}
    details: Object = {"name": name, "group": kind.group, "kind": kind.plural}
    raise Forbidden(
        f'{kind.resource} "{name}" is forbidden: {words}',
        details={
            **{key: value for key, value in details.items() if value},
            "causes": [{**cause, "field": "metadata.namespace"}],
        },
    )


def _as_if_created(cluster: SimulatedCluster, kind: Kind, obj: Object, now: str) -> Object:
    """What would be stored. Its uid is any: the ones of the seed are for what is."""
    metadata = obj["metadata"]
    if not metadata.get("name"):
        metadata["name"] = metadata["generateName"] + uuid.uuid4().hex[:5]
    if cluster.storage.find(kind, metadata["name"], metadata.get("namespace", "")):
        raise AlreadyExists.of(kind, metadata["name"])
    metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": now}
    if kind.has_generation:
        metadata["generation"] = 1
    if kind is JOBS:
        name_pods(obj)
    return {"kind": kind.kind, "apiVersion": kind.api_version, **obj}


def replace_object(
    cluster: SimulatedCluster,
    kind: Kind,
    new: Object,
    old: Object,
    writing: Writing,
    *,
    owned: Owners | None = None,
) -> Object:
    """Puts `new` in the place of `old`, which is stored, and returns it. A deleted object that nothing holds back goes.

    Raises Conflict and Invalid.
    """
    _check_identity(kind, new, old)
    new = _copy(new)
    prepare_change(cluster, kind, new, old, writing.subresource)
    filled = _copy(old)
    fill_in(kind, filled)
    admit(cluster, kind, filled)
    check_change(kind, new, filled, writing.subresource)
    return store_change(cluster, kind, new, old, writing, owned=owned)


def store_change(
    cluster: SimulatedCluster,
    kind: Kind,
    new: Object,
    old: Object,
    writing: Writing,
    *,
    owned: Owners | None = None,
) -> Object:
    """Stores an object that is prepared and checked already."""
    now = timestamp(cluster.clock.now())
    before = owners(new) or owners(old)
    if owned is None and before:
        owned = updated(field_of(kind), _bare(old), _bare(new), before, writing.by(kind), now)
    keep_owners(new, owned if owned is not None else before)
    metadata = old["metadata"]
    name, namespace = metadata["name"], metadata.get("namespace", "")
    if _may_go(kind, new):
        if not writing.dry_run:
            cluster.storage.remove(kind, name, namespace)
        return new
    if writing.dry_run:
        return _as_if_changed(kind, new, old)

    def change(current: Object) -> None:
        current.clear()
        current.update(new)

    return cluster.storage.update(kind, name, namespace, change=change)


def _as_if_changed(kind: Kind, new: Object, old: Object) -> Object:
    if kind.has_generation and new.get("spec") != old.get("spec"):
        new["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
    return new


def _may_go(kind: Kind, obj: Object) -> bool:
    """Whether nothing holds a deleted object back any longer."""
    metadata = obj["metadata"]
    if not metadata.get("deletionTimestamp") or metadata.get("finalizers"):
        return False
    if kind is NAMESPACES and obj.get("spec", {}).get("finalizers"):
        return False
    return not metadata.get("deletionGracePeriodSeconds")


def _check_identity(kind: Kind, new: Object, old: Object) -> None:
    metadata, before = new.get("metadata", {}), old["metadata"]
    if metadata.get("uid") and metadata["uid"] != before["uid"]:
        place = "/".join(part for part in (before.get("namespace", ""), before["name"]) if part)
        words = (
            f"StorageError: invalid object, Code: 4, Key: /registry/{kind.plural}/{place}, ResourceVersion: 0, "
            f"AdditionalErrorMsg: Precondition failed: UID in precondition: {metadata['uid']}, "
            f"UID in object meta: {before['uid']}"
        )
        raise Conflict.of(kind, before["name"], words)
    if metadata.get("resourceVersion") and metadata["resourceVersion"] != before["resourceVersion"]:
        raise Conflict.modified(kind, before["name"])


def _bare(obj: Object) -> Object:
    """Without what nobody owns."""
    metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    return {**obj, "metadata": metadata}


def _copy(obj: Object) -> Object:
    copy: Object = msgspec.json.decode(msgspec.json.encode(obj))
    return copy
