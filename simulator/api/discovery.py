"""What kinds there are, in the three forms in which clients ask for it.

Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from aiohttp import web

from simulator.api.responses import json_response
from simulator.kinds import Kind, Object

_AGGREGATED = "APIGroupDiscoveryList"
_ORDER = (
    *("apiregistration.k8s.io", "apps", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch"),
    *("certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io"),
    *("admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io"),
    *("node.k8s.io", "discovery.k8s.io"),
)
"""The real server's order: kubectl takes the first group that knows a word."""

_PROXY = ("create", "delete", "get", "patch", "update")
_STATUS = ("get", "patch", "update")
_SUBRESOURCES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "approval": ("", "", "", _STATUS),
    "finalize": ("", "", "", ("update",)),
    "nodes/proxy": ("", "", "NodeProxyOptions", _PROXY),
    "pods/attach": ("", "", "PodAttachOptions", ("create", "get")),
    "pods/binding": ("", "", "Binding", ("create",)),
    "pods/eviction": ("policy", "v1", "Eviction", ("create",)),
    "pods/exec": ("", "", "PodExecOptions", ("create", "get")),
    "pods/log": ("", "", "", ("get",)),
    "pods/portforward": ("", "", "PodPortForwardOptions", ("create", "get")),
    "pods/proxy": ("", "", "PodProxyOptions", _PROXY),
    "scale": ("autoscaling", "v1", "Scale", _STATUS),
    "serviceaccounts/token": ("authentication.k8s.io", "v1", "TokenRequest", ("create",)),
    "services/proxy": ("", "", "ServiceProxyOptions", _PROXY),
}
"""Group, version and kind of what they take, and their verbs; those not named take the object itself."""


def groups_of(kinds: Sequence[Kind]) -> list[str]:
    """The API groups, without the core, in the order of their precedence."""
    found = {kind.group for kind in kinds} - {""}
    return [group for group in _ORDER if group in found] + sorted(found.difference(_ORDER))


def discover(kinds: Sequence[Kind], request: web.Request, path: str) -> web.StreamResponse | None:
    """The answer to a path of discovery; None where there is no such path."""
    parts = path.strip("/").split("/")
    accept = request.headers.get("Accept", "")
    match parts:
        case ["api"] | ["apis"] if version := _aggregated_version(accept):
            return _aggregated(kinds, request, parts[0], version)
        case ["api"]:
            return json_response({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
        case ["apis"]:
            groups = [_group(kinds, group) for group in groups_of(kinds)]
            return json_response({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        case ["apis", group] if group in groups_of(kinds):
            return json_response({"kind": "APIGroup", "apiVersion": "v1", **_group(kinds, group)})
        case ["api", version]:
            return _resource_list(kinds, "", version)
        case ["apis", group, version]:
            return _resource_list(kinds, group, version)
    return None


def _versions(kinds: Sequence[Kind], group: str) -> list[str]:
    return list(dict.fromkeys(kind.version for kind in kinds if kind.group == group))


def _group(kinds: Sequence[Kind], group: str) -> Object:
    versions = [{"groupVersion": f"{group}/{name}", "version": name} for name in _versions(kinds, group)]
    return {"name": group, "versions": versions, "preferredVersion": versions[0]}


def _resource_list(kinds: Sequence[Kind], group: str, version: str) -> web.StreamResponse | None:
    found = [kind for kind in kinds if (kind.group, kind.version) == (group, version)]
    if not found:
        return None
    resources = [entry for kind in found for entry in (_resource(kind), *_subresources(kind))]
    body = {"kind": "APIResourceList", "groupVersion": found[0].api_version, "resources": resources}
    return json_response(body if not group else {"apiVersion": "v1", **body})


def _resource(kind: Kind) -> Object:
    entry: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    return entry | _words(kind)


def _subresources(kind: Kind) -> Iterable[Object]:
    for name in kind.subresources:
        group, version, takes, verbs = _subresource(kind, name)
        of_group = {"group": group, "version": version} if group else {}
        yield {
            "name": f"{kind.plural}/{name}",
            "singularName": "",
            "namespaced": kind.namespaced,
            **of_group,
            "kind": takes,
            "verbs": list(verbs),
        }


def _subresource(kind: Kind, name: str) -> tuple[str, str, str, tuple[str, ...]]:
    known = _SUBRESOURCES.get(f"{kind.plural}/{name}") or _SUBRESOURCES.get(name) or ("", "", "", _STATUS)
    group, version, takes, verbs = known
    return group, version, takes or kind.kind, verbs


def _words(kind: Kind) -> Object:
    words: Object = {}
    if kind.short_names:
        words["shortNames"] = list(kind.short_names)
    if kind.categories:
        words["categories"] = list(kind.categories)
    return words


def _aggregated_version(accept: str) -> str:
    """Which version of the aggregated form the client takes: "v2", "v2beta1" or none."""
    for clause in accept.replace(" ", "").split(","):
        if f"as={_AGGREGATED}" in clause:
            for version in ("v2", "v2beta1"):
                if f"v={version}" in clause.split(";"):
                    return version
    return ""


def _aggregated(kinds: Sequence[Kind], request: web.Request, root: str, version: str) -> web.StreamResponse:
    groups = [""] if root == "api" else groups_of(kinds)
    listed = {
        "kind": _AGGREGATED,
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": [_aggregated_group(kinds, group) for group in groups],
    }
    body = msgspec.json.encode(listed) + b"\n"
    tag = f'"{hashlib.sha512(body).hexdigest().upper()}"'
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "public"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = f"application/json;g=apidiscovery.k8s.io;v={version};as={_AGGREGATED}"
    return web.Response(body=body, headers=headers)


def _aggregated_group(kinds: Sequence[Kind], group: str) -> Object:
    versions = [
        {
            "version": version,
            "resources": [
                _aggregated_resource(kind) for kind in kinds if (kind.group, kind.version) == (group, version)
            ],
            "freshness": "Current",
        }
        for version in _versions(kinds, group)
    ]
    return {"metadata": {"name": group} if group else {}, "versions": versions}


def _aggregated_resource(kind: Kind) -> Object:
    entry: Object = {
        "resource": kind.plural,
        "responseKind": _own_kind(kind, kind.kind),
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
        **_words(kind),
    }
    subresources = []
    for name in kind.subresources:
        group, version, takes, verbs = _subresource(kind, name)
        taken = _response_kind(group, version, takes) if group else _own_kind(kind, takes)
        subresources.append({"subresource": name, "responseKind": taken, "verbs": list(verbs)})
    return {**entry, "subresources": subresources} if subresources else entry


def _own_kind(kind: Kind, takes: str) -> Object:
    """Only custom resources repeat group and version here."""
    group, version = (kind.group, kind.version) if kind.is_custom else ("", "")
    return _response_kind(group, version, takes)


def _response_kind(group: str, version: str, kind: str) -> Object:
    return {"group": group, "version": version, "kind": kind}
