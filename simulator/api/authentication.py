"""Who asks: by token or certificate, or as whom he impersonates.

Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
"""

from collections.abc import Iterator
from urllib.parse import unquote

from aiohttp import web

from simulator.api.rbac import Attributes, check
from simulator.api.tokens import user_of
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Unauthorized
from simulator.identities import ANONYMOUS, User, authenticated, of_certificate, service_account

_USER, _GROUP, _UID, _EXTRA = "Impersonate-User", "Impersonate-Group", "Impersonate-Uid", "Impersonate-Extra-"
_GROUP_API = "authentication.k8s.io"


def authenticate(cluster: SimulatedCluster, request: web.Request) -> User:
    """Who asks. Raises Unauthorized for a token that is not known; without any he is anonymous."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        user = cluster.identities.of_token(token.strip()) or user_of(cluster, token.strip())
        if user is None:
            raise Unauthorized
        return user
    certificate = request.transport.get_extra_info("peercert") if request.transport else None
    return (of_certificate(certificate) if certificate else None) or ANONYMOUS


def impersonated(cluster: SimulatedCluster, request: web.Request, user: User) -> User:
    """As whom `user` asks. Raises Forbidden when he may not pose as that, BadRequest for headers without a user."""
    name = request.headers.get(_USER, "")
    groups = tuple(request.headers.getall(_GROUP, []))
    uid = request.headers.get(_UID, "")
    extra = _extra(request)
    if not name:
        if groups or uid or extra:
            wanted = " ".join(f"{{{item}    }}" for item in _named(groups, uid, extra))
            raise BadRequest(f"requested [{wanted}] without impersonating a user")
        return user
    for attributes in _wanted(name, groups, uid, extra):
        check(cluster.storage, user, attributes)
    return authenticated(User(name, groups, uid, extra))


def _named(groups: tuple[str, ...], uid: str, extra: dict[str, tuple[str, ...]]) -> Iterator[str]:
    yield from (f"Group  {group}" for group in groups)
    yield from (f"UserExtra  {value}" for values in extra.values() for value in values)
    if uid:
        yield f"UID  {uid}"


def _wanted(name: str, groups: tuple[str, ...], uid: str, extra: dict[str, tuple[str, ...]]) -> Iterator[Attributes]:
    """Every right that the impersonation takes."""
    if account := service_account(name):
        yield Attributes("impersonate", resource="serviceaccounts", namespace=account[0], name=account[1])
    else:
        yield Attributes("impersonate", resource="users", name=name)
    for group in groups:
        yield Attributes("impersonate", resource="groups", name=group)
    for key, values in extra.items():
        for value in values:
            yield Attributes("impersonate", _GROUP_API, "userextras", key, name=value)
    if uid:
        yield Attributes("impersonate", _GROUP_API, "uids", name=uid)


def _extra(request: web.Request) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for header, value in request.headers.items():
        if header.lower().startswith(_EXTRA.lower()):
            key = unquote(header[len(_EXTRA) :].lower())
            found[key] = (*found.get(key, ()), value)
    return found
