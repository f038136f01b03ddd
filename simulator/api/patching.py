"""Patches as they arrive: which kind of patch it is, and what it makes of an object."""

import json
from dataclasses import dataclass
from typing import Any

from simulator.api.bodies import WriteOptions, decoded_json, read_body, yaml_value
from simulator.api.decoding import WrongType, decoded, strict_words, warnings_of
from simulator.api.patches.golang import go_text
from simulator.api.patches.json_patch import apply_json_patch
from simulator.api.patches.merge import merge
from simulator.api.patches.strategic import strategic_merge
from simulator.api.routing import Call
from simulator.api.schema import ANY, field_of
from simulator.api.validation.faults import forbidden, required
from simulator.errors import BadRequest, Cause, Invalid, UnsupportedMediaType
from simulator.kinds import Kind, Object

MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
JSON_PATCH, APPLY = "application/json-patch+json", "application/apply-patch+yaml"


@dataclass(frozen=True)
class Patch:
    """A patch of one of the four media types."""

    media: str
    value: Any


async def read_patch(call: Call, options: WriteOptions) -> Patch:
    """The patch in the body. Raises BadRequest, Invalid and UnsupportedMediaType."""
    media = call.request.content_type
    if media not in (MERGE, STRATEGIC, JSON_PATCH, APPLY):
        raise UnsupportedMediaType("415: Unsupported Media Type", details={})
    _check_options(media, call, options)
    body = await read_body(call.request)
    if media == APPLY:
        try:
            return Patch(media, yaml_value(body))
        except ValueError as error:
            raise BadRequest(f"error decoding YAML: {error}") from None
    try:
        value = decoded_json(body)
    except BadRequest as error:
        raise error if media == STRATEGIC else BadRequest(f"error decoding patch: {error.message}") from None
    if media != JSON_PATCH and not isinstance(value, dict):
        found = "array" if isinstance(value, list) else "string" if isinstance(value, str) else "number"
        words = f"json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
        raise BadRequest(words if media == STRATEGIC else f"error decoding patch: {words}")
    return Patch(media, value)


def _check_options(media: str, call: Call, options: WriteOptions) -> None:
    faults: list[Cause] = []
    if media == APPLY and not call.info.query.get("fieldManager"):
        faults.append(required("fieldManager", "is required for apply patch"))
    if media != APPLY and options.force is not None:
        faults.append(forbidden("force", "may not be specified for non-apply patch"))
    if faults:
        raise Invalid("PatchOptions", "", faults, group="meta.k8s.io")


def patched(kind: Kind, obj: Object, patch: Patch) -> Object:
    """What a merge, strategic or JSON patch makes of the object. Raises the errors of the patches."""
    if patch.media == JSON_PATCH:
        changed = apply_json_patch(obj, patch.value)
        return changed if isinstance(changed, dict) else {}
    if patch.media == MERGE:
        merged: Object = merge(obj, patch.value)
        return merged
    field = field_of(kind)
    if field is ANY and kind.group != "autoscaling":
        raise UnsupportedMediaType(
            "the body of the request was in an unknown format - accepted media types include: "
            f"{JSON_PATCH}, {MERGE}, {APPLY}"
        )
    return strategic_merge(obj, patch.value, field)


def known_part(kind: Kind, obj: Object, patch: Patch, validation: str) -> tuple[Object, list[str]]:
    """What of a patched object the kind knows, and warnings of the rest. Raises Invalid."""
    try:
        known, unknown = decoded(kind, obj)
    except WrongType as error:
        raise _bad_patch(obj, patch, _reason(error, patch)) from None
    if unknown and validation == "Strict":
        raise _bad_patch(obj, patch, strict_words(unknown))
    return known, warnings_of(unknown) if validation == "Warn" else []


def _reason(error: WrongType, patch: Patch) -> str:
    """A strategic patch is read by another decoder, which says less."""
    words = str(error)
    if patch.media != STRATEGIC or "cannot unmarshal" not in words:
        return words
    found, wanted = words.split()[3], words.rpartition(" of type ")[2]
    if wanted.startswith("[]"):
        return f"cannot restore slice from {found}"
    if wanted.startswith("map["):
        return f"cannot restore map from {found}"
    return f"cannot restore struct from: {found}" if "." in wanted else f"unrecognized type: {wanted}"


def _bad_patch(obj: Object, patch: Patch, why: str) -> Invalid:
    ordered = {key: obj[key] for key in sorted(obj)}
    shown = go_text(patch.value) if patch.media == STRATEGIC else json.dumps(ordered, separators=(",", ":"))
    words = f"Invalid value: {json.dumps(shown, ensure_ascii=False)}: {why}"
    return Invalid("", "", [Cause("patch", "FieldValueInvalid", words)])
