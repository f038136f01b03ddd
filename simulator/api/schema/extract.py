"""python -m simulator.api.schema.extract < openapi-v2.json > simulator/api/schema/types.json

Keeps of a server's OpenAPI document (`kubectl get --raw /openapi/v2`) what the simulator asks for: the fields of the
kinds that it serves, how their lists merge, and nothing of what they mean.
"""

import json
import sys
from typing import Any

from simulator.kinds import KINDS, Kind

_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_FREE = ("JSON", "RawExtension", "FieldsV1", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrArray", "IntOrString")
_SCALARS = {"string", "integer", "number", "boolean"}


def main() -> None:
    """Reads the document, writes the types: one a line, so that versions can be compared."""
    definitions = json.load(sys.stdin)["definitions"]
    kinds: dict[str, str] = {}
    for name, definition in definitions.items():
        for named in definition.get("x-kubernetes-group-version-kind", ()):
            if any(_is(kind, named) for kind in KINDS) and not name.endswith("WatchEvent"):
                kinds[f"{named['group']}/{named['version']}/{named['kind']}"] = name
    types = _reachable(definitions, sorted(kinds.values()))
    roots = {key: _short(name) for key, name in sorted(kinds.items())}
    lines = ",\n".join(f"{json.dumps(name)}: {_compact(types[name])}" for name in sorted(types))
    sys.stdout.write(f'{{"kinds": {_compact(roots)},\n"types": {{\n{lines}\n}}}}\n')


def _is(kind: Kind, named: dict[str, str]) -> bool:
    return (kind.group, kind.version, kind.kind) == (named["group"], named["version"], named["kind"])


def _reachable(definitions: dict[str, Any], roots: list[str]) -> dict[str, Any]:
    """The types of these definitions and of all that they refer to, by short name."""
    types: dict[str, Any] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if _short(name) in types or _scalar(definitions, name):
            continue
        definition = definitions[name]
        fields = {}
        for field, schema in definition.get("properties", {}).items():
            fields[field], used = _field(definitions, schema)
            waiting += used
        types[_short(name)] = {"fields": fields}
        if required := definition.get("required"):
            types[_short(name)]["required"] = required
        if definition.get("x-kubernetes-map-type") == "atomic":
            types[_short(name)]["atomic"] = True
    return types


def _field(definitions: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A field, and the definitions that it needs."""
    field: dict[str, Any] = {}
    inner = schema
    if schema.get("type") == "array":
        field["shape"], inner = "list", schema["items"]
        field["list"] = schema.get("x-kubernetes-list-type", "atomic")
    elif "additionalProperties" in schema:
        field["shape"], inner = "map", schema["additionalProperties"]
    if schema.get("x-kubernetes-map-type") == "atomic":
        field["atomic"] = True
    if keys := schema.get("x-kubernetes-list-map-keys"):
        field["keys"] = keys
    if strategy := schema.get("x-kubernetes-patch-strategy"):
        field["patch"] = strategy.split(",")
    if key := schema.get("x-kubernetes-patch-merge-key"):
        field["merge_key"] = key
    reference = inner.get("$ref", "").removeprefix("#/definitions/")
    if not reference:
        kind = inner.get("type", "any")
        precise = kind in ("integer", "number") or inner.get("format") == "byte"
        field["type"] = inner.get("format", kind) if precise else kind
        return field, []
    scalar = _scalar(definitions, reference)
    field["type"] = scalar or _short(reference)
    return field, [] if scalar else [reference]


def _scalar(definitions: dict[str, Any], name: str) -> str:
    """What a definition is that is no struct: Time is a string, IntOrString anything."""
    short = name.rpartition(".")[2]
    if short in _FREE:
        return "any"
    if short == "Quantity":
        return "quantity"
    found = definitions[name].get("type", "")
    return found if found in _SCALARS else ""


def _short(name: str) -> str:
    """ "apps.v1.Deployment"; the types of meta/v1 are used by all."""
    return name.replace(_META, "meta.v1.").removeprefix("io.k8s.api.").rpartition("apis.")[2]


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    main()
