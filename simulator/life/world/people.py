"""What the demo's people may do beside what `simulator.roles` grants, and the service accounts of its workloads."""

from simulator.kinds import Object


def permissions() -> list[Object]:
    """Service accounts, roles and bindings.

    The developer is the shop's: elsewhere he only looks. Without this binding `simulator.roles` would let him edit.
    """
    return [
        _cluster_binding("developers", "view", _group("developers")),
        _binding("developers", "shop", "edit", _group("developers")),
        _binding("shop-leads", "shop", "admin", _group("shop-leads")),
        _account("checkout-api", "payments"),
        _account("stock-sync", "warehouse"),
        _role("config-reader", "payments", ["configmaps"], ["get", "list", "watch"]),
        _binding(
            "checkout-api-reads-config",
            "payments",
            "config-reader",
            _of_account("checkout-api", "payments"),
            kind="Role",
        ),
    ]


def _group(name: str) -> Object:
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}


def _of_account(name: str, namespace: str) -> Object:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def _account(name: str, namespace: str) -> Object:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def _role(name: str, namespace: str, resources: list[str], verbs: list[str]) -> Object:
    metadata = {"name": name, "namespace": namespace}
    rules = [{"apiGroups": [""], "resources": resources, "verbs": verbs}]
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules}


def _binding(name: str, namespace: str, role: str, subject: Object, *, kind: str = "ClusterRole") -> Object:
    made: Object = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"}
    made["metadata"] = {"name": name, "namespace": namespace}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}
    return {**made, "roleRef": reference, "subjects": [subject]}


def _cluster_binding(name: str, role: str, subject: Object) -> Object:
    made: Object = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    return {**made, "metadata": {"name": name}, "roleRef": reference, "subjects": [subject]}
