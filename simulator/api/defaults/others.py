"""Defaults of what is neither workload nor network."""

import base64

from simulator.kinds import Object


def fill_namespace(namespace: Object) -> None:
    """A namespace carries its name as a label, and a finalizer until it is empty."""
    metadata = namespace.setdefault("metadata", {})
    if name := metadata.get("name"):
        metadata["labels"] = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": name}
    spec = namespace.setdefault("spec", {})
    if "deletionTimestamp" not in metadata and not metadata.get("uid"):
        spec["finalizers"] = ["kubernetes"]


def fill_secret(secret: Object) -> None:
    """A secret: what was written in clear is encoded."""
    clear = secret.pop("stringData", None) or {}
    if clear:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in clear.items()}
        secret["data"] = {**(secret.get("data") or {}), **encoded}
    secret.setdefault("type", "Opaque")


def fill_claim(claim: Object) -> None:
    """A claim of a volume is held back while a pod uses it."""
    claim.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")


def fill_volume(volume: Object) -> None:
    """A volume."""
    spec = volume.setdefault("spec", {})
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")


def fill_storage_class(storage_class: Object) -> None:
    """A storage class."""
    storage_class.setdefault("reclaimPolicy", "Delete")
    storage_class.setdefault("volumeBindingMode", "Immediate")


def fill_budget(budget: Object) -> None:
    """A pod disruption budget."""
    budget.setdefault("spec", {})


def fill_autoscaler(autoscaler: Object) -> None:
    """A horizontal pod autoscaler looks at CPU unless told otherwise."""
    spec = autoscaler.setdefault("spec", {})
    spec.setdefault("minReplicas", 1)
    target = {"type": "Utilization", "averageUtilization": 80}
    spec.setdefault("metrics", [{"type": "Resource", "resource": {"name": "cpu", "target": target}}])
