"""What a request asks for: its path, method and query as RBAC and the handlers see them.

Source: https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/request/requestinfo.go
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from aiohttp import web

from simulator.cluster import SimulatedCluster
from simulator.errors import NotFound
from simulator.identities import User
from simulator.kinds import Kind

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_OF_NAMESPACES = ("status", "finalize")
_TRUE = ("1", "t", "T", "TRUE", "true", "True")


@dataclass(frozen=True)
class RequestInfo:
    """A request in Kubernetes' terms. Without a `resource` it is for a `path` only, as /version is."""

    verb: str
    path: str
    group: str = ""
    version: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""
    """What follows the subresource, as behind a proxy: "/index.html"."""
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def api_version(self) -> str:
        """ "v1" or "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def flag(self, name: str) -> bool:
        """Whether a boolean parameter is set."""
        return self.query.get(name, "") in _TRUE


@dataclass(frozen=True)
class Call:
    """A request on its way through the handlers. `kind` is that of the resource in the path."""

    request: web.Request
    info: RequestInfo
    user: User
    known: Kind | None = None

    @property
    def kind(self) -> Kind:
        """The kind of the resource. Raises NotFound where there is no such resource."""
        if self.known is None:
            raise NotFound.resource()
        return self.known

    @property
    def namespace(self) -> str:
        """The namespace to look in; that of a request for a namespace is its name, but none holds it."""
        return self.info.namespace if self.kind.namespaced else ""


Handler = Callable[[SimulatedCluster, Call], Awaitable[web.StreamResponse]]
Handlers = Mapping[tuple[str, str], Handler]
"""By verb and resource.

`("get", "")` is for every kind, `("create", "pods/exec")` for one subresource, `("*", "pods/proxy")` for all its verbs,
`("get", "*/status")` for a subresource of every kind, and `("list", "pods.metrics.k8s.io")` for one kind alone.
"""


def request_info(method: str, raw_path: str, query: Mapping[str, str]) -> RequestInfo:
    """Take a request apart. `raw_path` is still percent-encoded, so that a name may hold a slash."""
    path = unquote(raw_path)
    parts = [unquote(part) for part in raw_path.strip("/").split("/")]
    match parts:
        case ["api", version, *rest] if rest:
            return _resource_info(method, path, "", version, rest, query)
        case ["apis", group, version, *rest] if rest:
            return _resource_info(method, path, group, version, rest, query)
    return RequestInfo("get" if method == "HEAD" else method.lower(), path, query=query)


def _resource_info(
    method: str, path: str, group: str, version: str, parts: list[str], query: Mapping[str, str]
) -> RequestInfo:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 1:
        namespace = parts[1]
        if len(parts) > 2 and parts[2] not in _OF_NAMESPACES:
            parts = parts[2:]
    resource, name, subresource, *_ = [*parts, "", "", ""]
    name = name or (_name_of_selector(query) if method in ("GET", "HEAD") else "")
    rest = "/" + "/".join(parts[3:]) if len(parts) > 3 else ""
    verb = _verb(method, name if len(parts) > 1 and parts[1] else "", query)
    return RequestInfo(verb, path, group, version, resource, namespace, name, subresource, rest, query)


def _verb(method: str, name: str, query: Mapping[str, str]) -> str:
    if method in ("GET", "HEAD"):
        if query.get("watch", "") in _TRUE:
            return "watch"
        return "get" if name else "list"
    if method == "DELETE" and not name:
        return "deletecollection"
    return _VERBS.get(method, method.lower())


def _name_of_selector(query: Mapping[str, str]) -> str:
    """A list of one name is authorized as that name."""
    for term in query.get("fieldSelector", "").split(","):
        key, _, value = term.partition("=")
        if key == "metadata.name" and value.lstrip("="):
            return value.lstrip("=")
    return ""
