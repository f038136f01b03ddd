"""JSON merge patches.

Source: https://www.rfc-editor.org/rfc/rfc7386
"""

from typing import Any


def merge(target: Any, patch: Any) -> Any:
    """`target` with `patch` merged into it; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
