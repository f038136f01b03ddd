"""Deletes objects, at once or gracefully, and the handlers of delete and deletecollection.

Source: https://github.com/kubernetes/apiserver/blob/master/pkg/registry/rest/delete.go
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from simulator.api.bodies import read_body
from simulator.api.options import list_options
from simulator.api.protobuf import DELETE_OPTIONS, PROTOBUF, read_content, unwrapped
from simulator.api.protobuf.wire import Broken
from simulator.api.reading import form_for, page
from simulator.api.responses import json_response, raw_response
from simulator.api.routing import Call, Handlers
from simulator.api.validation.faults import invalid, unsupported
from simulator.clock import moment_of, timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Cause, Conflict, Forbidden, Invalid
from simulator.kinds import (
    JOBS,
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    POD_TEMPLATES,
    PODS,
    RESOURCE_QUOTAS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Kind,
    Object,
)
from simulator.storage import Stored

_PROTECTED = ("default", "kube-public", "kube-system")
_SHOWN = (
    *(PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, POD_TEMPLATES, PODS),
    *(RESOURCE_QUOTAS, SERVICES, SERVICE_ACCOUNTS),
)
"""Kinds of which the answer to a deletion shows the object even when it is gone."""

_POLICIES = ("Foreground", "Background", "Orphan", "nil")
_FINALIZERS = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}


@dataclass(frozen=True)
class DeleteOptions:
    """How to delete. `grace` is in seconds; None leaves it to the object."""

    grace: int | None = None
    propagation: str = ""
    """"Background", "Foreground" or "Orphan"; empty leaves it to the kind."""
    uid: str = ""
    version: str = ""
    dry_run: bool = False
    orphan_dependents: bool | None = None
    """The old form of `propagation`."""

    @property
    def finalizer(self) -> str | None:
        """What lets the garbage collector know; empty for none, None where the client did not say."""
        if self.orphan_dependents is not None:
            return "orphan" if self.orphan_dependents else ""
        return _FINALIZERS.get(self.propagation, "") if self.propagation else None


@dataclass(frozen=True)
class Deletion:
    """The object as it is now, or was last, and whether it is gone."""

    object: Object
    gone: bool


def delete(
    cluster: SimulatedCluster, kind: Kind, name: str, namespace: str = "", options: DeleteOptions | None = None
) -> Deletion:
    """Deletes the object, or marks it as going: pods while they may still run, and what finalizers hold back.

    The kubelet removes pods whose time is over, the garbage collector and the namespace controller do the rest.
    Raises NotFound, Forbidden for namespaces that every cluster needs, Conflict for another uid or version.
    """
    options = options or DeleteOptions()
    if kind is NAMESPACES and name in _PROTECTED:
        words = f'namespaces "{name}" is forbidden: this namespace may not be deleted'
        raise Forbidden(words, details={"name": name, "kind": kind.plural})
    obj = cluster.storage.get(kind, name, namespace)
    _check_preconditions(kind, obj, options)
    marked = _marked(cluster, kind, obj, options)
    if marked is not obj and not options.dry_run:
        marked = _store(cluster, kind, marked)
    if not _gone(kind, marked):
        return Deletion(marked, gone=False)
    if not options.dry_run:
        cluster.storage.remove(kind, name, namespace)
    return Deletion(marked, gone=True)


def _check_preconditions(kind: Kind, obj: Object, options: DeleteOptions) -> None:
    metadata = obj["metadata"]
    if options.uid and options.uid != metadata["uid"]:
        raise _mismatch(kind, obj, "UID", options.uid, metadata["uid"], "deleted and then recreated")
    if options.version and options.version != metadata["resourceVersion"]:
        raise _mismatch(kind, obj, "ResourceVersion", options.version, metadata["resourceVersion"], "modified")


def _mismatch(kind: Kind, obj: Object, what: str, wanted: str, found: str, fate: str) -> Conflict:
    name = obj["metadata"]["name"]
    qualified = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
    words = f"the {what} in the precondition ({wanted}) does not match the {what} in record ({found})"
    details = {"name": name, "group": kind.group, "kind": kind.kind}
    return Conflict(
        f'Operation cannot be fulfilled on {qualified} "{name}": {words}. The object might have been {fate}',
        details={key: value for key, value in details.items() if value},
    )


def _marked(cluster: SimulatedCluster, kind: Kind, obj: Object, options: DeleteOptions) -> Object:
    """The object as its deletion leaves it; itself where that changes nothing."""
    metadata = obj["metadata"]
    new: Object = {**metadata}
    _set_finalizers(kind, new, options)
    now = cluster.clock.now()
    if kind is NAMESPACES:
        return obj if "deletionTimestamp" in metadata else _going_namespace(obj, new, timestamp(now))
    if kind is PODS or new.get("finalizers"):
        _set_deadline(new, now, _grace(obj, options.grace) if kind is PODS else 0, told=options.grace is not None)
    return obj if new == metadata else {**obj, "metadata": new}


def _set_deadline(metadata: Object, now: datetime, grace: int, *, told: bool) -> None:
    """When it is to be gone. A second deletion can only hasten the first."""
    if "deletionTimestamp" not in metadata:
        asked = now
        if "generation" in metadata:
            metadata["generation"] += 1
    elif told and grace < (metadata.get("deletionGracePeriodSeconds") or 0):
        asked = _requested(metadata)
    else:
        return
    metadata["deletionTimestamp"] = timestamp(asked + timedelta(seconds=grace))
    metadata["deletionGracePeriodSeconds"] = grace


def _requested(metadata: Object) -> datetime:
    """When the deletion was asked for first."""
    seconds = metadata.get("deletionGracePeriodSeconds") or 0
    return moment_of(metadata["deletionTimestamp"]) - timedelta(seconds=seconds)


def _set_finalizers(kind: Kind, metadata: Object, options: DeleteOptions) -> None:
    wanted = options.finalizer
    if wanted is None:
        wanted = "orphan" if kind is JOBS else None
    if wanted is None:
        return
    finalizers = [name for name in metadata.get("finalizers") or () if name not in _FINALIZERS.values()]
    finalizers += [wanted] if wanted else []
    metadata.pop("finalizers", None)
    if finalizers:
        metadata["finalizers"] = finalizers


def _going_namespace(obj: Object, metadata: Object, now: str) -> Object:
    status = {**(obj.get("status") or {}), "phase": "Terminating"}
    return {**obj, "metadata": {**metadata, "deletionTimestamp": now}, "status": status}


def _grace(pod: Object, asked: int | None) -> int:
    """Seconds that a pod has; none where it runs nowhere."""
    spec, phase = pod.get("spec", {}), pod.get("status", {}).get("phase")
    if not spec.get("nodeName") or phase in ("Succeeded", "Failed"):
        return 0
    grace = spec.get("terminationGracePeriodSeconds", 30) if asked is None else asked
    return int(grace) if grace >= 0 else 1


def _gone(kind: Kind, obj: Object) -> bool:
    """Whether nothing holds it back."""
    metadata = obj["metadata"]
    if kind is NAMESPACES and obj.get("spec", {}).get("finalizers"):
        return False
    return not metadata.get("finalizers") and not metadata.get("deletionGracePeriodSeconds")


def _store(cluster: SimulatedCluster, kind: Kind, marked: Object) -> Object:
    metadata = marked["metadata"]

    def change(current: Object) -> None:
        current["metadata"] = {**metadata}
        if kind is NAMESPACES:
            current["status"] = marked["status"]

    return cluster.storage.update(kind, metadata["name"], metadata.get("namespace", ""), change=change)


async def delete_one(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """DELETE of an object."""
    options = await read_options(call)
    kind, name = call.kind, call.info.name
    deletion = delete(cluster, kind, name, call.namespace, options)
    if deletion.gone and kind not in _SHOWN:
        return json_response(success(kind, deletion.object))
    code = 202 if not deletion.gone and options.orphan_dependents is False else 200
    metadata = deletion.object["metadata"]
    shown = Stored(metadata.get("namespace", ""), name, int(metadata["resourceVersion"]), obj=deletion.object)
    return raw_response(form_for(cluster, call).one(shown), code)


async def delete_collection(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """DELETE of all that selectors mean; the answer lists them as they were."""
    options = await read_options(call)
    kind = call.kind
    items, metadata = await page(cluster, kind, call.namespace, list_options(call.info))
    for item in items:
        if cluster.storage.find(kind, item.name, item.namespace):
            delete(cluster, kind, item.name, item.namespace, options)
    bare = [{key: value for key, value in item.object.items() if key not in ("kind", "apiVersion")} for item in items]
    listed = {"kind": kind.list_kind, "apiVersion": kind.api_version, "metadata": metadata, "items": bare}
    return json_response(listed)


def success(kind: Kind, obj: Object) -> Object:
    """The Status that tells that an object is gone."""
    metadata = obj["metadata"]
    details = {"name": metadata["name"], "group": kind.group, "kind": kind.plural, "uid": metadata["uid"]}
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    return {**status, "details": {key: value for key, value in details.items() if value}}


async def read_options(call: Call) -> DeleteOptions:
    """The options in the body or else in the query. Raises BadRequest and Invalid."""
    body = await read_body(call.request)
    if not body:
        return delete_options(call.info.query)
    if call.request.content_type == PROTOBUF:
        return delete_options(_options_of_protobuf(body))
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise BadRequest("couldn't get version/kind; json parse error: unexpected end of JSON input") from None
    if not isinstance(found, dict):
        raise BadRequest("couldn't get version/kind; json parse error: the options are no object")
    return delete_options(found)


def _options_of_protobuf(body: bytes) -> Object:
    try:
        said, content = unwrapped(body)
        if said.get("kind") not in (None, DELETE_OPTIONS.kind):
            raise BadRequest(f"the options are no {DELETE_OPTIONS.kind}, but of kind {said['kind']}")
        return read_content(DELETE_OPTIONS, content)
    except Broken as error:
        raise BadRequest(str(error)) from None


def delete_options(found: Mapping[str, Any]) -> DeleteOptions:
    """Options as a query or a body names them. Raises BadRequest and Invalid."""
    grace, orphan = found.get("gracePeriodSeconds"), found.get("orphanDependents")
    dry_run = found.get("dryRun") or ()
    dry_run = [dry_run] if isinstance(dry_run, str) else list(dry_run)
    preconditions = found.get("preconditions") or {}
    try:
        seconds = None if grace in (None, "") else int(str(grace))
    except ValueError:
        raise BadRequest(f'strconv.ParseInt: parsing "{grace}": invalid syntax') from None
    policy = found.get("propagationPolicy") or ""
    _check(policy, dry_run, both=orphan is not None and bool(policy))
    return DeleteOptions(
        grace=seconds,
        propagation=policy,
        uid=preconditions.get("uid") or "",
        version=preconditions.get("resourceVersion") or "",
        dry_run=bool(dry_run),
        orphan_dependents=orphan if orphan is None or isinstance(orphan, bool) else orphan == "true",
    )


def _check(policy: str, dry_run: list[str], *, both: bool) -> None:
    faults: list[Cause] = []
    if both:
        words = "orphanDependents and deletionPropagation cannot be both set"
        faults.append(invalid("propagationPolicy", policy, words))
    if policy and policy not in _POLICIES[:3]:
        faults.append(unsupported("propagationPolicy", policy, _POLICIES))
    if dry_run and set(dry_run) != {"All"}:
        faults.append(unsupported("dryRun", dry_run, ["All"]))
    if faults:
        raise Invalid("DeleteOptions", "", faults, group="meta.k8s.io")


HANDLERS: Handlers = {("delete", ""): delete_one, ("deletecollection", ""): delete_collection}
