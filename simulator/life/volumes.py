"""Volumes for claims, provisioned at once as a local provisioner does.

Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from simulator.kinds import PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES, Object
from simulator.life.engine import Controller, Key, Life
from simulator.life.events import About, Recorder
from simulator.life.owners import is_leaving
from simulator.storage import Event

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


class Volumes(Controller):
    """Binds claims of a known storage class, and removes the volumes of claims that are gone."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        super().__init__(life)
        self._recorder = recorder
        life.follow(PERSISTENT_VOLUME_CLAIMS, self._changed)

    def reconcile(self, key: Key) -> None:
        """Bind a claim."""
        claim = self.storage.find(PERSISTENT_VOLUME_CLAIMS, key[1], key[0])
        if claim is None or is_leaving(claim) or claim.get("status", {}).get("phase") == "Bound":
            return
        storage_class = self._class_of(claim)
        if storage_class is None:
            self.life.set_status(PERSISTENT_VOLUME_CLAIMS, claim, {"phase": "Pending"})
            return
        volume = f"pvc-{claim['metadata']['uid']}"
        size = (claim["spec"].get("resources") or {}).get("requests", {}).get("storage", "1Gi")
        made = self.life.create(PERSISTENT_VOLUMES, _volume(volume, claim, storage_class, size))
        self.life.set_status(PERSISTENT_VOLUMES, made, {"phase": "Bound"})
        about = About(PERSISTENT_VOLUME_CLAIMS, claim, str(storage_class["provisioner"]))
        self._recorder.normal(about, "ProvisioningSucceeded", f"Successfully provisioned volume {volume}")

        def bind(obj: Object) -> None:
            obj["spec"] |= {"volumeName": volume, "storageClassName": storage_class["metadata"]["name"]}
            obj["spec"].setdefault("volumeMode", "Filesystem")
            status = {"phase": "Bound", "accessModes": obj["spec"].get("accessModes"), "capacity": {"storage": size}}
            obj["status"] = status

        self.storage.update(PERSISTENT_VOLUME_CLAIMS, key[1], key[0], change=bind)

    def _changed(self, event: Event) -> None:
        volume = event.object["spec"].get("volumeName", "")
        if event.type != "DELETED":
            self.enqueue(event.object)
        elif self.storage.find(PERSISTENT_VOLUMES, volume):
            self.storage.remove(PERSISTENT_VOLUMES, volume)

    def _class_of(self, claim: Object) -> Object | None:
        name = claim["spec"].get("storageClassName")
        if name is not None:
            return self.storage.find(STORAGE_CLASSES, name)
        classes = self.storage.list(STORAGE_CLASSES)
        return next((each for each in classes if (each["metadata"].get("annotations") or {}).get(_DEFAULT)), None)


def _volume(name: str, claim: Object, storage_class: Object, size: str) -> Object:
    metadata = claim["metadata"]
    reference = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": metadata["name"]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "accessModes": claim["spec"].get("accessModes"),
            "capacity": {"storage": size},
            "claimRef": {**reference, "namespace": metadata["namespace"], "uid": metadata["uid"]},
            "hostPath": {"path": f"/opt/volumes/{name}", "type": "DirectoryOrCreate"},
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": storage_class["metadata"]["name"],
            "volumeMode": "Filesystem",
        },
    }
