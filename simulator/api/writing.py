"""Handlers of create, update and patch, and of the status, finalize and ephemeralcontainers subresources."""

from typing import Any

from aiohttp import web

from simulator.api import binding, evicting
from simulator.api.bodies import check_place, read_object, write_options
from simulator.api.decoding import strictly
from simulator.api.patching import APPLY, known_part, patched, read_patch
from simulator.api.reading import form_for, get
from simulator.api.responses import raw_response
from simulator.api.routing import Call, Handlers
from simulator.api.server_side_apply import apply
from simulator.api.storing import Writing, create_object, replace_object
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest
from simulator.kinds import Object
from simulator.storage import Stored

_WRONG_NAMESPACE = "the namespace of the provided object does not match the namespace sent on the request"


async def create(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """POST of an object."""
    form_for(cluster, call)
    options = write_options(call, "CreateOptions")
    sent, warnings = strictly(call.kind, await read_object(call), options.validation)
    _settle_namespace(call, sent)
    created = create_object(cluster, call.kind, sent, Writing(options.manager, dry_run=options.dry_run))
    return _shown(cluster, call, created, 201, warnings)


async def update(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """PUT of an object, or of one of its subresources."""
    form_for(cluster, call)
    options = write_options(call, "UpdateOptions")
    sent, warnings = strictly(call.kind, await read_object(call), options.validation)
    check_place(call.info, sent, named=True)
    _settle_namespace(call, sent)
    old = cluster.storage.get(call.kind, call.info.name, call.namespace)
    writing = Writing(options.manager, call.info.subresource, options.dry_run)
    return _shown(cluster, call, replace_object(cluster, call.kind, sent, old, writing), 200, warnings)


async def patch(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """PATCH of an object, or of one of its subresources."""
    form_for(cluster, call)
    options = write_options(call, "PatchOptions")
    wanted = await read_patch(call, options)
    writing = Writing(options.manager, call.info.subresource, options.dry_run)
    if wanted.media == APPLY:
        applied, is_new = apply(cluster, call, wanted.value, writing, force=bool(options.force))
        return _shown(cluster, call, applied, 201 if is_new else 200, [])
    old = cluster.storage.get(call.kind, call.info.name, call.namespace)
    new, warnings = known_part(call.kind, patched(call.kind, old, wanted), wanted, options.validation)
    check_place(call.info, new, named=True)
    _settle_namespace(call, new)
    return _shown(cluster, call, replace_object(cluster, call.kind, new, old, writing), 200, warnings)


def _settle_namespace(call: Call, obj: Object) -> None:
    """The object goes where the path says. Raises BadRequest where it says another place."""
    metadata: Any = obj.setdefault("metadata", {})
    if metadata.get("namespace", "") not in ("", call.namespace):
        raise BadRequest(_WRONG_NAMESPACE)
    metadata.pop("namespace", None)
    if call.namespace:
        metadata["namespace"] = call.namespace


def _shown(cluster: SimulatedCluster, call: Call, obj: Object, code: int, warnings: list[str]) -> web.StreamResponse:
    metadata = obj["metadata"]
    version = int(metadata.get("resourceVersion") or 0)
    stored = Stored(metadata.get("namespace", ""), metadata["name"], version, obj=obj)
    response = raw_response(form_for(cluster, call).one(stored), code)
    for warning in warnings:
        escaped = warning.replace("\\", "\\\\").replace('"', '\\"')
        response.headers.add("Warning", f'299 - "{escaped}"')
    return response


_PARTS = (
    ("status", ("get", "update", "patch")),
    ("ephemeralcontainers", ("get", "update", "patch")),
    ("finalize", ("update",)),
)
_VERBS = {"get": get, "update": update, "patch": patch}

HANDLERS: Handlers = {
    ("create", ""): create,
    ("update", ""): update,
    ("patch", ""): patch,
    **{(verb, f"*/{part}"): _VERBS[verb] for part, verbs in _PARTS for verb in verbs},
    **binding.HANDLERS,
    **evicting.HANDLERS,
}
