"""Roles and their bindings."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import age, name, part
from simulator.api.tables.columns import Table, columns
from simulator.api.tables.configuration import CREATED
from simulator.kinds import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES, Object


def _binding(obj: Object, now: datetime) -> list[Any]:
    role = part(obj, "roleRef")
    named: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for subject in part(obj, "subjects") or ():
        word = subject["name"]
        if subject["kind"] == "ServiceAccount":
            word = f"{subject.get('namespace', '')}/{word}"
        named.setdefault(subject["kind"], []).append(word)
    subjects = [", ".join(named[kind]) for kind in ("User", "Group", "ServiceAccount")]
    return [name(obj), f"{role.get('kind', '')}/{role.get('name', '')}", age(obj, now), *subjects]


_BINDINGS = Table(columns("Name", "Role", "Age", wide=("Users", "Groups", "ServiceAccounts")), _binding)
TABLES = {
    CLUSTER_ROLE_BINDINGS: _BINDINGS,
    CLUSTER_ROLES: CREATED,
    ROLE_BINDINGS: _BINDINGS,
    ROLES: CREATED,
}
