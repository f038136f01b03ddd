"""The roles that every cluster has, and what the people of the kubeconfig may.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
"""

from collections.abc import Sequence

from simulator.identities import AUTHENTICATED, MASTERS, UNAUTHENTICATED
from simulator.kinds import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    KINDS,
    ROLE_BINDINGS,
    ROLES,
    SECRETS,
    Kind,
    Object,
)
from simulator.storage import Storage

_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_RBAC = (ROLES, ROLE_BINDINGS)
_STATUS_PAGES = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
_DISCOVERY = ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", *_STATUS_PAGES]
_STREAMS = ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy"]


def grant_roles(storage: Storage) -> None:
    """Creates the roles and bindings that are not there yet."""
    for name, rules in _roles().items():
        _create(storage, CLUSTER_ROLES, {"metadata": _metadata(name), "rules": rules})
    for name, role, groups in _BINDINGS:
        _create(storage, CLUSTER_ROLE_BINDINGS, {"metadata": _metadata(name), **_binding(role, groups)})


def _create(storage: Storage, kind: Kind, obj: Object) -> None:
    if storage.find(kind, obj["metadata"]["name"]) is None:
        storage.create(kind, obj)


def _metadata(name: str) -> Object:
    return {"name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}


def _binding(role: str, groups: Sequence[str]) -> Object:
    api = CLUSTER_ROLES.group
    return {
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "Group", "apiGroup": api, "name": group} for group in groups],
    }


_BINDINGS = (
    ("cluster-admin", "cluster-admin", [MASTERS]),
    ("system:basic-user", "system:basic-user", [AUTHENTICATED]),
    ("system:discovery", "system:discovery", [AUTHENTICATED]),
    ("system:public-info-viewer", "system:public-info-viewer", [AUTHENTICATED, UNAUTHENTICATED]),
    ("dashboards", "dashboard", ["dashboards"]),
    ("developers", "edit", ["developers"]),
    ("viewers", "view", ["viewers"]),
    ("cluster-viewers", "cluster-viewer", ["dashboards", "developers", "viewers"]),
)


def _roles() -> dict[str, list[Object]]:
    view = _rules(_READ, _namespaced(without=(SECRETS, *_RBAC)), more=["pods/log"])
    edit = [*view, *_rules([*_READ, *_WRITE], [SECRETS]), *_rules(_WRITE, _namespaced(without=(SECRETS, *_RBAC)))]
    edit += [
        _rule(["create", "get"], [""], _STREAMS),
        _rule(["create"], [""], ["pods/eviction", "serviceaccounts/token"]),
        _rule([*_READ, "patch", "update"], ["apps"], ["deployments/scale", "replicasets/scale", "statefulsets/scale"]),
    ]
    return {
        "cluster-admin": [_rule(["*"], ["*"], ["*"]), {"verbs": ["*"], "nonResourceURLs": ["*"]}],
        "admin": [*edit, *_rules([*_READ, *_WRITE], _RBAC)],
        "edit": edit,
        "view": view,
        "cluster-viewer": [
            *_rules(_READ, [kind for kind in KINDS if not kind.namespaced and "list" in kind.verbs]),
            *_rules(["get", "list"], [kind for kind in KINDS if kind.group == "metrics.k8s.io"]),
        ],
        "dashboard": [
            *view,
            _rule(["impersonate"], [""], ["users", "groups", "serviceaccounts"]),
            _rule(["impersonate"], ["authentication.k8s.io"], ["userextras/*", "uids"]),
        ],
        "system:basic-user": [
            _rule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            _rule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"]),
        ],
        "system:discovery": [{"verbs": ["get"], "nonResourceURLs": sorted(_DISCOVERY)}],
        "system:public-info-viewer": [{"verbs": ["get"], "nonResourceURLs": _STATUS_PAGES}],
    }


def _namespaced(*, without: Sequence[Kind]) -> list[Kind]:
    return [kind for kind in KINDS if kind.namespaced and "list" in kind.verbs and kind not in without]


def _rules(verbs: list[str], kinds: Sequence[Kind], more: Sequence[str] = ()) -> list[Object]:
    """A rule for each group of the kinds; `more` are resources of the core group."""
    groups = sorted({kind.group for kind in kinds} | ({""} if more else set()))
    return [
        _rule(verbs, [group], [*(kind.plural for kind in kinds if kind.group == group), *([] if group else more)])
        for group in groups
    ]


def _rule(verbs: list[str], groups: list[str], resources: list[str]) -> Object:
    return {"verbs": verbs, "apiGroups": groups, "resources": resources}
