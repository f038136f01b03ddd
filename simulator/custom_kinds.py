"""Kinds that custom resource definitions add. Only the version that a definition stores is served.

Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from typing import Any

from simulator.kinds import ALL, CUSTOM_RESOURCE_DEFINITIONS, KINDS, Kind, Object, PrinterColumn
from simulator.storage import Storage


class CustomKinds:
    """What the definitions in a storage define; the same Kind as long as its definition stays the same."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._made: dict[str, tuple[Object, Kind]] = {}

    def kinds(self) -> tuple[Kind, ...]:
        """All of them."""
        definitions = self._storage.list(CUSTOM_RESOURCE_DEFINITIONS)
        found = (self._kind(item) for item in definitions)
        return tuple(kind for kind in found if kind)

    def _kind(self, definition: Object) -> Kind | None:
        name, spec = definition["metadata"]["name"], definition.get("spec", {})
        known = self._made.get(name)
        if known is None or known[0] is not spec:
            kind = _kind(spec)
            if kind is None:
                return None
            known = self._made[name] = spec, kind
        return known[1]


def _kind(spec: Object) -> Kind | None:
    """What a definition's spec describes; None for one that makes no sense, or that would hide a kind of ours."""
    try:
        version = next(item for item in spec["versions"] if item.get("storage") and item.get("served"))
        names = spec["names"]
        kind = Kind(
            group=spec["group"],
            version=version["name"],
            plural=names["plural"],
            singular=names.get("singular") or names["kind"].lower(),
            kind=names["kind"],
            namespaced=spec["scope"] == "Namespaced",
            short_names=tuple(names.get("shortNames") or ()),
            categories=tuple(names.get("categories") or ()),
            verbs=ALL,
            subresources=tuple(sorted(version.get("subresources") or ())),
            has_generation=True,
            is_custom=True,
            printer_columns=tuple(_column(item) for item in version.get("additionalPrinterColumns") or ()),
        )
    except (KeyError, TypeError, AttributeError, StopIteration):
        return None
    return None if any(kind.resource == ours.resource for ours in KINDS) else kind


def _column(item: dict[str, Any]) -> PrinterColumn:
    return PrinterColumn(item["name"], item["type"], item.get("format", ""), item.get("priority", 0), item["jsonPath"])
