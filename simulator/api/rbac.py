"""Who may do what, decided from the stored roles and bindings.

Source: https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/rbac.go
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.api.routing import RequestInfo
from simulator.errors import Forbidden
from simulator.identities import MASTERS, User, service_account
from simulator.kinds import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES, Object
from simulator.storage import Storage


@dataclass(frozen=True)
class Attributes:
    """What somebody wants to do: to a resource or, where that is empty, at a path."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @classmethod
    def of(cls, info: RequestInfo) -> "Attributes":
        """Those of a request."""
        return cls(info.verb, info.group, info.resource, info.subresource, info.namespace, info.name, info.path)

    @property
    def full_resource(self) -> str:
        """With the subresource: "pods/log"."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed, and by which binding."""

    allowed: bool
    reason: str = ""


def decide(storage: Storage, user: User, wanted: Attributes) -> Decision:
    """May the user do that?"""
    if MASTERS in user.groups:
        return Decision(allowed=True)
    for rule, reason in _granted(storage, user, wanted.namespace):
        if _covers(rule, wanted):
            return Decision(allowed=True, reason=f"RBAC: allowed by {reason}")
    return Decision(allowed=False)


def check(storage: Storage, user: User, wanted: Attributes) -> None:
    """Raises Forbidden in the server's words when the user may not do that."""
    if not decide(storage, user, wanted).allowed:
        raise _forbidden(user, wanted)


def rules(storage: Storage, user: User, namespace: str) -> list[Object]:
    """The rules that hold for the user in the namespace."""
    return [rule for rule, _ in _granted(storage, user, namespace)]


def _forbidden(user: User, wanted: Attributes) -> Forbidden:
    if not wanted.resource:
        return Forbidden(f'forbidden: User "{user.name}" cannot {wanted.verb} path "{wanted.path}"', details={})
    place = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
    of_group = f".{wanted.group}" if wanted.group else ""
    named = f' "{wanted.name}"' if wanted.name else ""
    details = {"name": wanted.name, "group": wanted.group, "kind": wanted.resource}
    return Forbidden(
        f'{wanted.resource}{of_group}{named} is forbidden: User "{user.name}" cannot {wanted.verb} resource '
        f'"{wanted.full_resource}" in API group "{wanted.group}" {place}',
        details={key: value for key, value in details.items() if value},
    )


def _granted(storage: Storage, user: User, namespace: str) -> Iterator[tuple[Object, str]]:
    """Every rule that binds the user, and through which binding."""
    for binding in storage.list(CLUSTER_ROLE_BINDINGS):
        yield from _rules_of(storage, binding, user, "")
    if namespace:
        for binding in storage.list(ROLE_BINDINGS, namespace):
            yield from _rules_of(storage, binding, user, namespace)


def _rules_of(storage: Storage, binding: Object, user: User, namespace: str) -> Iterator[tuple[Object, str]]:
    subject = next((item for item in binding.get("subjects") or () if _is_subject(item, user, namespace)), None)
    reference = binding.get("roleRef", {})
    if subject is None:
        return
    name = binding["metadata"]["name"]
    title = f'RoleBinding "{name}/{namespace}"' if namespace else f'ClusterRoleBinding "{name}"'
    reason = f'{title} of {reference.get("kind")} "{reference.get("name")}" to {_described(subject, namespace)}'
    if reference.get("kind") == "Role":
        role = storage.find(ROLES, reference.get("name", ""), namespace)
    else:
        role = storage.find(CLUSTER_ROLES, reference.get("name", ""))
    for rule in (role or {}).get("rules") or ():
        yield rule, reason


def _is_subject(subject: Object, user: User, namespace: str) -> bool:
    match subject.get("kind"):
        case "User":
            return bool(subject.get("name") == user.name)
        case "Group":
            return subject.get("name") in user.groups
        case "ServiceAccount":
            return service_account(user.name) == (subject.get("namespace") or namespace, subject.get("name"))
    return False


def _described(subject: Object, namespace: str) -> str:
    if subject["kind"] == "ServiceAccount":
        return f'ServiceAccount "{subject["name"]}/{subject.get("namespace") or namespace}"'
    return f'{subject["kind"]} "{subject["name"]}"'


def _covers(rule: Object, wanted: Attributes) -> bool:
    if not _has(rule, "verbs", wanted.verb):
        return False
    if not wanted.resource:
        return any(_is_path(pattern, wanted.path) for pattern in rule.get("nonResourceURLs") or ())
    names = rule.get("resourceNames") or ()
    return (
        _has(rule, "apiGroups", wanted.group)
        and any(_is_resource(pattern, wanted) for pattern in rule.get("resources") or ())
        and (not names or wanted.name in names)
    )


def _has(rule: Object, key: str, value: str) -> bool:
    found = rule.get(key) or ()
    return value in found or "*" in found


def _is_path(pattern: str, path: str) -> bool:
    return pattern in ("*", path) or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))


def _is_resource(pattern: str, wanted: Attributes) -> bool:
    if pattern in ("*", wanted.full_resource):
        return True
    return bool(wanted.subresource) and pattern == f"*/{wanted.subresource}"
