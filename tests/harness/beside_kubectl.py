"""What kubectl prints of objects, beside the rows that we make of the same objects."""

import json
from dataclasses import dataclass
from typing import Any

from clusters.kinds import KINDS
from clusters.kube.objects import decode
from tests.harness.kubectl import Kubectl
from tests.harness.waiting import eventually


@dataclass(frozen=True)
class Beside:
    """One object: its line as kubectl prints it, our row by column, and our decoded object."""

    printed: dict[str, str]
    row: dict[str, Any]
    decoded: Any


def beside_kubectl(kubectl: Kubectl, plural: str) -> dict[str, Beside]:
    """All objects of the kind that `kubectl` sees, by name; printed and read while none of them changed."""

    def at_rest() -> dict[str, Beside]:
        before = kubectl.json("get", plural)
        lines = {line["NAME"]: line for line in kubectl.rows("get", plural, "-o", "wide")}
        unchanged = _versions(before) == _versions(kubectl.json("get", plural))
        return {item["metadata"]["name"]: _beside(plural, item, lines) for item in before["items"] if unchanged}

    return eventually(at_rest, seconds=30)


def _versions(found: Any) -> dict[str, str]:
    return {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in found["items"]}


def _beside(plural: str, item: Any, lines: dict[str, dict[str, str]]) -> Beside:
    kind = KINDS[plural]
    decoded = decode(kind.struct, json.dumps(item).encode())
    row = dict(zip(kind.columns, kind.row(decoded), strict=True))
    return Beside(lines[item["metadata"]["name"]], row, decoded)
