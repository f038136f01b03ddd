"""Handlers of the reviews: who am I, what may I, what may somebody else.

Source: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/
"""

from aiohttp import web

from simulator.api.bodies import read_object
from simulator.api.rbac import Attributes, decide, rules
from simulator.api.responses import json_response
from simulator.api.routing import Call, Handlers
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Cause, Invalid
from simulator.identities import MASTERS, User
from simulator.kinds import (
    LOCAL_SUBJECT_ACCESS_REVIEWS,
    SELF_SUBJECT_ACCESS_REVIEWS,
    SELF_SUBJECT_REVIEWS,
    SELF_SUBJECT_RULES_REVIEWS,
    SUBJECT_ACCESS_REVIEWS,
    Object,
)

_EVERYTHING: tuple[Object, ...] = (
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
)


async def self_subject_review(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Who am I?"""
    info: Object = {"username": call.user.name}
    if call.user.uid:
        info["uid"] = call.user.uid
    info["groups"] = list(call.user.groups)
    if call.user.extra:
        info["extra"] = {key: list(values) for key, values in call.user.extra.items()}
    metadata = {"creationTimestamp": timestamp(cluster.clock.now())}
    return _answer(call, metadata, None, {"userInfo": info})


async def self_subject_access_review(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """May I do that?"""
    spec = await _spec(call)
    return _decision(cluster, call, spec, call.user, _attributes(call, spec))


async def subject_access_review(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """May somebody do that?"""
    spec = await _spec(call)
    wanted = _attributes(call, spec)
    if not spec.get("user") and not spec.get("groups"):
        raise _invalid(call, "spec.user", 'Invalid value: "": at least one of user or group must be specified')
    return _decision(cluster, call, spec, User(spec.get("user", ""), tuple(spec.get("groups") or ())), wanted)


async def local_subject_access_review(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """May somebody do that in this namespace?"""
    spec = await _spec(call)
    namespace = _attributes(call, spec).namespace
    if namespace != call.info.namespace:
        words = f'Invalid value: "{namespace}": must match metadata.namespace'
        raise _invalid(call, "spec.resourceAttributes.namespace", words)
    return await subject_access_review(cluster, call)


async def self_subject_rules_review(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """All that I may do in a namespace."""
    namespace = (await _spec(call)).get("namespace", "")
    if not namespace:
        raise BadRequest("no namespace on request")
    found = rules(cluster.storage, call.user, namespace)
    if MASTERS in call.user.groups:
        found += [rule for rule in _EVERYTHING if rule not in found]
    status = {
        "resourceRules": [rule for rule in found if "resources" in rule],
        "nonResourceRules": [rule for rule in found if "nonResourceURLs" in rule],
        "incomplete": False,
    }
    return _answer(call, {}, {}, status)


async def _spec(call: Call) -> Object:
    spec = (await read_object(call)).get("spec") or {}
    if not isinstance(spec, dict):
        raise BadRequest("the object provided is unrecognized: its spec is no JSON object")
    return spec


def _attributes(call: Call, spec: Object) -> Attributes:
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if bool(resource) == bool(path):
        words = "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"
        raise _invalid(call, "spec.resourceAttributes", words)
    found: Object = resource or path or {}
    keys = ("verb", "group", "resource", "subresource", "namespace", "name", "path")
    return Attributes(*(str(found.get(key) or "") for key in keys))


def _decision(
    cluster: SimulatedCluster, call: Call, spec: Object, user: User, wanted: Attributes
) -> web.StreamResponse:
    decision = decide(cluster.storage, user, wanted)
    status: Object = {"allowed": decision.allowed}
    if decision.reason:
        status["reason"] = decision.reason
    return _answer(call, {}, spec, status)


def _answer(call: Call, metadata: Object, spec: Object | None, status: Object) -> web.StreamResponse:
    review: Object = {"kind": call.kind.kind, "apiVersion": call.kind.api_version, "metadata": metadata}
    if spec is not None:
        review["spec"] = spec
    return json_response({**review, "status": status}, 201)


def _invalid(call: Call, field: str, words: str) -> Invalid:
    """Reviews go without a kind and a name in their refusals."""
    return Invalid("", "", [Cause(field, "FieldValueInvalid", words)], group=call.kind.group)


HANDLERS: Handlers = {
    ("create", LOCAL_SUBJECT_ACCESS_REVIEWS.resource): local_subject_access_review,
    ("create", SELF_SUBJECT_ACCESS_REVIEWS.resource): self_subject_access_review,
    ("create", SELF_SUBJECT_REVIEWS.resource): self_subject_review,
    ("create", SELF_SUBJECT_RULES_REVIEWS.resource): self_subject_rules_review,
    ("create", SUBJECT_ACCESS_REVIEWS.resource): subject_access_review,
}
