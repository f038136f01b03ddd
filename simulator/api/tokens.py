"""Tokens of service accounts: the token subresource gives them out, and says later whose they are.

They are JSON Web Tokens which hold all that there is to know; nothing keeps a list of them. They end with the server.
Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web

from simulator.api.bodies import read_object_of, write_options
from simulator.api.decoding import strictly
from simulator.api.responses import json_response
from simulator.api.routing import Call, Handlers
from simulator.api.validation.faults import invalid
from simulator.clock import timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Cause, Invalid, NotFound
from simulator.identities import User, authenticated
from simulator.kinds import NODES, PODS, SECRETS, SERVICE_ACCOUNTS, Kind, Object

TOKEN_REQUEST = Kind("authentication.k8s.io", "v1", "tokenrequests", "tokenrequest", "TokenRequest")

_AUDIENCE = "https://kubernetes.default.svc"
_SHORTEST, _LONGEST, _USUAL = 600, 1 << 32, 3600
_BOUND = {kind.kind: kind for kind in (PODS, SECRETS, NODES)}
_ACCOUNT = "serviceaccount"
_CLAIMS = "kubernetes.io"


async def create_token(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """POST of a token request; the answer is the request with the token."""
    options = write_options(call, "CreateOptions")
    sent, _ = strictly(TOKEN_REQUEST, await read_object_of(call, TOKEN_REQUEST), options.validation)
    account = cluster.storage.get(SERVICE_ACCOUNTS, call.info.name, call.namespace)
    name = sent.get("metadata", {}).get("name") or call.info.name
    if name != call.info.name:
        _refuse(call.info.name, invalid("metadata.name", name, "must match the service account name if specified"))
    return json_response(_issue(cluster, account, sent.get("spec") or {}), 201)


def _issue(cluster: SimulatedCluster, account: Object, wanted: Object) -> Object:
    """The answered request. Raises Invalid, BadRequest for what tokens cannot be bound to, and NotFound."""
    seconds = wanted.get("expirationSeconds", _USUAL)
    if seconds < _SHORTEST:
        _refuse("", _bad_seconds(seconds, "may not specify a duration less than 10 minutes"))
    if seconds > _LONGEST:
        _refuse("", _bad_seconds(seconds, "may not specify a duration larger than 2^32 seconds"))
    now = cluster.clock.now()
    metadata = account["metadata"]
    spec = {
        "audiences": wanted.get("audiences") or [_AUDIENCE],
        "expirationSeconds": seconds,
        "boundObjectRef": wanted.get("boundObjectRef"),
    }
    claims = {"namespace": metadata["namespace"], _ACCOUNT: _named(account), **_bound(cluster, account, spec)}
    begin = int(now.timestamp())
    token = _signed(
        cluster,
        {
            "aud": spec["audiences"],
            "exp": begin + seconds,
            "iat": begin,
            "iss": _AUDIENCE,
            "jti": str(uuid.uuid4()),
            _CLAIMS: claims,
            "nbf": begin,
            "sub": f"system:serviceaccount:{metadata['namespace']}:{metadata['name']}",
        },
    )
    shown = {"name": metadata["name"], "namespace": metadata["namespace"], "creationTimestamp": timestamp(now)}
    end = timestamp(now + timedelta(seconds=seconds))
    head = {"kind": TOKEN_REQUEST.kind, "apiVersion": TOKEN_REQUEST.api_version, "metadata": shown}
    return {**head, "spec": spec, "status": {"token": token, "expirationTimestamp": end}}


def _bound(cluster: SimulatedCluster, account: Object, spec: Object) -> Object:
    """The claim that names the object with which the token ends."""
    wanted = spec["boundObjectRef"]
    if not wanted:
        return {}
    version, name = wanted.get("apiVersion", ""), wanted.get("kind", "")
    kind = _BOUND.get(name) if version == "v1" else None
    if kind is None:
        group, _, short = version.rpartition("/")
        raise BadRequest(f"cannot bind token to object of type {group}/{short}, Kind={name}")
    found = cluster.storage.get(kind, wanted.get("name", ""), _place(kind, account["metadata"]["namespace"]))
    if wanted.get("uid", "") not in ("", found["metadata"]["uid"]):
        raise NotFound.of(kind, wanted["name"])
    return {name.lower(): _named(found)}


def user_of(cluster: SimulatedCluster, token: str) -> User | None:
    """Whose token it is; None where it is none of ours, its time is over, or what it stands for is gone."""
    claims = _checked(cluster, token)
    if claims is None or _AUDIENCE not in claims["aud"] or cluster.clock.now().timestamp() >= claims["exp"]:
        return None
    known = dict(claims[_CLAIMS])
    namespace, account = known.pop("namespace"), known[_ACCOUNT]
    for name, wanted in known.items():
        kind = SERVICE_ACCOUNTS if name == _ACCOUNT else _BOUND[name.capitalize()]
        found = cluster.storage.find(kind, wanted["name"], _place(kind, namespace))
        if found is None or found["metadata"]["uid"] != wanted["uid"]:
            return None
    extra = {"authentication.kubernetes.io/credential-id": (f"JTI={claims['jti']}",)}
    return authenticated(User(claims["sub"], uid=account["uid"], extra=extra))


def _signed(cluster: SimulatedCluster, claims: Object) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(_encoded(msgspec.json.encode(part)) for part in parts)
    return f"{text}.{_encoded(_signature(cluster, text))}"


def _checked(cluster: SimulatedCluster, token: str) -> Any:
    """The claims of a token that was signed here."""
    text, _, signature = token.rpartition(".")
    try:
        if not hmac.compare_digest(_decoded(signature), _signature(cluster, text)):
            return None
        return msgspec.json.decode(_decoded(text.partition(".")[2]))
    except (binascii.Error, ValueError):
        return None


def _signature(cluster: SimulatedCluster, text: str) -> bytes:
    return hmac.digest(cluster.identities.signing_key, text.encode(), hashlib.sha256)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _place(kind: Kind, namespace: str) -> str:
    return namespace if kind.namespaced else ""


def _named(obj: Object) -> Object:
    return {"name": obj["metadata"]["name"], "uid": obj["metadata"]["uid"]}


def _bad_seconds(seconds: int, why: str) -> Cause:
    return invalid("spec.expirationSeconds", seconds, why)


def _refuse(name: str, fault: Cause) -> None:
    raise Invalid(TOKEN_REQUEST.kind, name, [fault], group=TOKEN_REQUEST.group)


HANDLERS: Handlers = {("create", "serviceaccounts/token"): create_token}
