"""What is taken out of an object before anybody sees it as Kubernetes sent it.

Works on the parsed object, so that no representation of it (YAML, JSON, a difference) can miss a field.
"""

import json
from typing import Any

HIDDEN = "(hidden)"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

Object = dict[str, Any]


def presentable(obj: Object) -> Object:
    """A copy of `obj` without managedFields and, if it is a Secret, without its values.

    Keys of a Secret stay; values in `data`, `stringData` and in the copy that kubectl keeps as an annotation become
    "(hidden)". apiVersion, kind, metadata, spec and status come first, all else in the order that the API gave.
    """
    copy: Object = {key: obj[key] for key in ("apiVersion", "kind", "metadata", "spec") if key in obj}
    copy |= {key: value for key, value in obj.items() if key not in copy and key != "status"}
    copy |= {"status": obj["status"]} if "status" in obj else {}
    if isinstance(copy.get("metadata"), dict):
        copy["metadata"] = {key: value for key, value in copy["metadata"].items() if key != "managedFields"}
    return _without_values(copy) if copy.get("kind") == "Secret" else copy


def _without_values(secret: Object) -> Object:
    for field in ("data", "stringData"):
        if field in secret:
            values = secret[field]
            secret[field] = dict.fromkeys(values, HIDDEN) if isinstance(values, dict) else HIDDEN
    metadata = secret.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict) and LAST_APPLIED in annotations:
        hidden = {**annotations, LAST_APPLIED: _last_applied(annotations[LAST_APPLIED])}
        secret["metadata"] = {**secret["metadata"], "annotations": hidden}
    return secret


def _last_applied(text: Any) -> str:
    try:
        applied = json.loads(text)
    except (TypeError, ValueError):
        return HIDDEN
    if not isinstance(applied, dict):
        return HIDDEN
    return json.dumps(_without_values(applied), separators=(",", ":"))
