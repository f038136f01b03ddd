"""As much of OpenAPI as kubectl needs to leave the checking of fields to the server. It describes paths, not fields.

Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
"""

import hashlib
from collections.abc import Sequence

import msgspec

from simulator import VERSION
from simulator.kinds import Kind, Object

_VERBS = {
    "create": ("post", False),
    "delete": ("delete", True),
    "get": ("get", True),
    "list": ("get", False),
    "patch": ("patch", True),
    "update": ("put", True),
}
"""The HTTP method of a verb, and whether it is about one object."""

_CHANGES = ("post", "put", "patch", "delete")
_INFO = {"title": "Kubernetes", "version": VERSION}


def openapi(kinds: Sequence[Kind], path: str) -> Object | None:
    """The document at a path of OpenAPI; None where there is none."""
    if path == "/openapi/v2":
        return {"swagger": "2.0", "info": _INFO, "paths": {}, "definitions": {}}
    if path.rstrip("/") == "/openapi/v3":
        roots = {_root(kind): kind for kind in kinds}
        return {"paths": {root: {"serverRelativeURL": _address(kinds, root)} for root in roots}}
    root = path.removeprefix("/openapi/v3/")
    found = [kind for kind in kinds if _root(kind) == root]
    return _document(found) if found else None


def _root(kind: Kind) -> str:
    return f"{'apis' if kind.group else 'api'}/{kind.api_version}"


def _address(kinds: Sequence[Kind], root: str) -> str:
    document = _document([kind for kind in kinds if _root(kind) == root])
    return f"/openapi/v3/{root}?hash={hashlib.sha512(msgspec.json.encode(document)).hexdigest().upper()}"


def _document(kinds: Sequence[Kind]) -> Object:
    paths: Object = {}
    for kind in kinds:
        place = "/namespaces/{namespace}" if kind.namespaced else ""
        collection = f"/{_root(kind)}{place}/{kind.plural}"
        for verb in kind.verbs:
            if verb in _VERBS:
                method, single = _VERBS[verb]
                path = f"{collection}/{{name}}" if single else collection
                paths.setdefault(path, {})[method] = _operation(kind, verb, method)
    return {"openapi": "3.0.0", "info": _INFO, "paths": paths, "components": {"schemas": {}}}


def _operation(kind: Kind, verb: str, method: str) -> Object:
    names = ["dryRun"] if method in _CHANGES else []
    names += ["fieldManager", "fieldValidation"] if method in _CHANGES and method != "delete" else []
    return {
        "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names],
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": verb,
        "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
    }
