"""Volumes, claims and storage classes."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import UNSET, age, name, part, text
from simulator.api.tables.columns import Table, columns
from simulator.kinds import PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES, Object

_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def _modes(found: list[str]) -> str:
    return ",".join(short for mode, short in _MODES.items() if mode in found)


def _phase(obj: Object) -> str:
    return "Terminating" if text(obj, "metadata", "deletionTimestamp") else text(obj, "status", "phase")


def _claim(obj: Object, now: datetime) -> list[Any]:
    bound = text(obj, "spec", "volumeName")
    return [
        name(obj),
        _phase(obj),
        bound,
        text(obj, "status", "capacity", "storage") if bound else "",
        _modes(part(obj, "status", "accessModes") or []) if bound else "",
        text(obj, "spec", "storageClassName"),
        text(obj, "spec", "volumeAttributesClassName", absent=UNSET),
        age(obj, now),
        text(obj, "spec", "volumeMode", absent=UNSET),
    ]


def _volume(obj: Object, now: datetime) -> list[Any]:
    claim = part(obj, "spec", "claimRef")
    return [
        name(obj),
        text(obj, "spec", "capacity", "storage"),
        _modes(part(obj, "spec", "accessModes") or []),
        text(obj, "spec", "persistentVolumeReclaimPolicy"),
        _phase(obj),
        f"{claim['namespace']}/{claim['name']}" if claim else "",
        text(obj, "spec", "storageClassName"),
        text(obj, "spec", "volumeAttributesClassName", absent=UNSET),
        text(obj, "status", "reason"),
        age(obj, now),
        text(obj, "spec", "volumeMode", absent=UNSET),
    ]


def _storage_class(obj: Object, now: datetime) -> list[Any]:
    mark = " (default)" if part(obj, "metadata", "annotations").get(_DEFAULT) == "true" else ""
    return [
        name(obj) + mark,
        text(obj, "provisioner"),
        text(obj, "reclaimPolicy", absent="Delete"),
        text(obj, "volumeBindingMode", absent="Immediate"),
        part(obj, "allowVolumeExpansion") is True,
        age(obj, now),
    ]


TABLES = {
    PERSISTENT_VOLUME_CLAIMS: Table(
        columns(
            *("Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age"),
            wide=("VolumeMode",),
        ),
        _claim,
    ),
    PERSISTENT_VOLUMES: Table(
        columns(
            *("Name", "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass"),
            *("VolumeAttributesClass", "Reason", "Age"),
            wide=("VolumeMode",),
        ),
        _volume,
    ),
    STORAGE_CLASSES: Table(
        columns("Name", "Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"),
        _storage_class,
    ),
}
