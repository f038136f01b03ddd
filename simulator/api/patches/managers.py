"""Who owns which field of an object: `metadata.managedFields`.

Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from dataclasses import dataclass, replace

from simulator.api.patches.fieldsets import Path, changes, decoded, encoded
from simulator.api.schema import Field
from simulator.kinds import Object

_BOOKKEEPING = (
    *("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName"),
    *("generation", "managedFields", "resourceVersion"),
)
STRIPPED: frozenset[Path] = frozenset(
    {("f:apiVersion",), ("f:kind",), ("f:metadata",), *(("f:metadata", f"f:{name}") for name in _BOOKKEEPING)}
)
"""What belongs to nobody."""


@dataclass(frozen=True)
class Manager:
    """Somebody who writes, and how. `operation` is "Apply" or "Update"."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""

    def shown(self) -> str:
        """As messages of conflicts have it."""
        words = f'"{self.name}"'
        if self.subresource:
            words += f' with subresource "{self.subresource}"'
        return f"{words} using {self.api_version}" if self.operation == "Update" else words


@dataclass(frozen=True)
class Owned:
    """The fields of a manager, and when they were last written."""

    paths: frozenset[Path]
    time: str


Owners = dict[Manager, Owned]


def owners(obj: Object) -> Owners:
    """Who owns what of an object."""
    found: Owners = {}
    for entry in obj.get("metadata", {}).get("managedFields") or ():
        manager = Manager(
            entry.get("manager", ""),
            entry.get("operation", ""),
            entry.get("apiVersion", ""),
            entry.get("subresource", ""),
        )
        found[manager] = Owned(frozenset(decoded(entry.get("fieldsV1") or {})), entry.get("time", ""))
    return found


def keep_owners(obj: Object, found: Owners) -> None:
    """Write them into the object; those who own nothing are left out."""
    entries = [_entry(manager, owned) for manager, owned in found.items() if owned.paths]
    entries.sort(key=lambda entry: (entry["operation"], entry["time"], entry["manager"], entry["apiVersion"]))
    metadata = obj["metadata"]
    metadata.pop("managedFields", None)
    if entries:
        metadata["managedFields"] = entries


def _entry(manager: Manager, owned: Owned) -> Object:
    entry: Object = {"manager": manager.name, "operation": manager.operation, "apiVersion": manager.api_version}
    entry |= {"time": owned.time, "fieldsType": "FieldsV1", "fieldsV1": encoded(owned.paths)}
    return entry | ({"subresource": manager.subresource} if manager.subresource else {})


def updated(kind: Field, old: Object, new: Object, found: Owners, manager: Manager, now: str) -> Owners:
    """The owners after `manager` made `new` of `old`: what he wrote is his, and what he took away is nobody's."""
    change = changes(kind, old, new)
    written = {path for path in change.written - STRIPPED if path[-1] != "f:metadata"}
    removed = change.removed
    after = {
        other: _without(owned, removed if other == manager else written | removed) for other, owned in found.items()
    }
    mine = after.get(manager, Owned(frozenset(), now))
    if (
        written - mine.paths
        or (manager in found and mine.paths != found[manager].paths)
        or change.modified & mine.paths
    ):
        mine = Owned(mine.paths | written, now)
    return {**after, manager: mine}


def _without(owned: Owned, paths: set[Path]) -> Owned:
    return replace(owned, paths=owned.paths - paths)
