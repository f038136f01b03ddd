"""How controllers delete and let go."""

from simulator.api.deleting import DeleteOptions
from simulator.api.deleting import delete as delete_as_asked
from simulator.kinds import Kind, Object
from simulator.life.engine import Life


def delete(life: Life, kind: Kind, obj: Object, *, propagation: str = "Background", grace: int | None = None) -> None:
    """Ask for an object's end, as a client does. `grace` in seconds; None leaves it to the object.

    Raises NotFound and Conflict where it is not there any more.
    """
    metadata = obj["metadata"]
    options = DeleteOptions(grace=grace, propagation=propagation, uid=metadata["uid"])
    delete_as_asked(life.cluster, kind, metadata["name"], metadata.get("namespace", ""), options)


def release(life: Life, kind: Kind, obj: Object, finalizer: str) -> None:
    """Take a finalizer away, and the object with it when it was the last one."""
    metadata = obj["metadata"]
    left = [each for each in metadata.get("finalizers") or () if each != finalizer]
    name, namespace = metadata["name"], metadata.get("namespace", "")
    if left or not metadata.get("deletionTimestamp"):
        life.storage.update(kind, name, namespace, change=lambda it: it["metadata"].update(finalizers=left))
    else:
        life.storage.remove(kind, name, namespace, uid=metadata["uid"])
