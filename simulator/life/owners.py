"""Owner references: who looks after an object.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
"""

from simulator.kinds import Kind, Object


def controlled_by(kind: Kind, owner: Object) -> list[Object]:
    """The `ownerReferences` of what this owner controls."""
    return [
        {
            "apiVersion": kind.api_version,
            "kind": kind.kind,
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def controller_of(obj: Object) -> Object | None:
    """The reference to the controller, if there is one."""
    references = obj["metadata"].get("ownerReferences") or ()
    return next((reference for reference in references if reference.get("controller")), None)


def is_leaving(obj: Object) -> bool:
    """Whether it has been deleted and is only held by a finalizer or a grace period."""
    return bool(obj["metadata"].get("deletionTimestamp"))
