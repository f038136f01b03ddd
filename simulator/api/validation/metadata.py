"""What metadata must be like."""

from collections.abc import Iterator

from simulator.api.validation import names
from simulator.api.validation.faults import invalid, required
from simulator.errors import Cause
from simulator.kinds import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    NAMESPACES,
    ROLE_BINDINGS,
    ROLES,
    SERVICES,
    Kind,
    Object,
)

_FORMS = {NAMESPACES: names.LABEL, SERVICES: names.SERVICE_NAME}
_FREE = (CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, ROLES, ROLE_BINDINGS)
_FINALIZERS = ("foregroundDeletion", "orphan", "kubernetes")


def metadata_faults(kind: Kind, obj: Object) -> Iterator[Cause]:
    """Faults of a new object's metadata."""
    metadata = obj["metadata"]
    name = metadata.get("name") or ""
    generated = metadata.get("generateName") or ""
    if not name and not generated:
        yield required("metadata.name", "name or generateName is required")
    elif kind in _FREE:
        yield from names.path_segment("metadata.name", name or generated)
    else:
        form = _FORMS.get(kind, names.SUBDOMAIN)
        shown = name or f"{generated}x"
        yield from form.faults("metadata.name" if name else "metadata.generateName", shown, name or generated)
    yield from common_faults(metadata)


def common_faults(metadata: Object, at: str = "metadata") -> Iterator[Cause]:
    """Faults of what may change."""
    yield from names.labels(f"{at}.labels", metadata.get("labels"))
    yield from names.annotations(f"{at}.annotations", metadata.get("annotations"))
    for index, finalizer in enumerate(metadata.get("finalizers") or ()):
        field = f"{at}.finalizers[{index}]"
        yield from names.qualified_name(field, finalizer)
        if "/" not in finalizer and finalizer not in _FINALIZERS:
            yield invalid(field, finalizer, "name is neither a standard finalizer name nor is it fully qualified")


def metadata_update_faults(new: Object, old: Object) -> Iterator[Cause]:
    """Faults of changed metadata."""
    before, after = old["metadata"], new["metadata"]
    if before.get("deletionTimestamp"):
        yield from names.no_new_finalizers(before.get("finalizers") or [], after.get("finalizers") or [])
    yield from common_faults(after)
