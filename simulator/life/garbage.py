"""Removes what lost its owner, and lets owners go that wait for their dependents.

Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
"""

from functools import partial

from simulator.kinds import (
    CONFIG_MAPS,
    CONTROLLER_REVISIONS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    ENDPOINT_SLICES,
    JOBS,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    REPLICA_SETS,
    SECRETS,
    SERVICES,
    STATEFUL_SETS,
    Kind,
    Object,
    named,
)
from simulator.life.deleting import delete, release
from simulator.life.engine import Controller, Key, Life
from simulator.life.owners import is_leaving
from simulator.storage import Event

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
FOLLOWED = (
    *(PODS, REPLICA_SETS, DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, JOBS, CRON_JOBS, SERVICES, ENDPOINT_SLICES),
    *(CONTROLLER_REVISIONS, CONFIG_MAPS, SECRETS, PERSISTENT_VOLUME_CLAIMS),
)


class GarbageCollector(Controller):
    """The garbage collector. Its keys are uids."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self._leaving: dict[str, tuple[Kind, str, str]] = {}
        self._young: dict[str, tuple[Kind, str, str]] = {}
        for kind in FOLLOWED:
            life.follow(kind, partial(self._changed, kind))

    def reconcile(self, key: Key) -> None:
        """Look at the owner, or the new dependent, with this uid."""
        young = self._young.pop(key[1], None)
        if young:
            self._check_owners(*young)
        leaving = self._leaving.get(key[1])
        if leaving:
            kind, namespace, name = leaving
            owner = self.storage.find(kind, name, namespace)
            if owner and owner["metadata"]["uid"] == key[1]:
                self._let_go(kind, owner)
                return
            del self._leaving[key[1]]
        if not young:
            for kind, dependent in self.life.index.dependents(key[1]):
                self._bereave(kind, dependent, key[1])

    def _changed(self, kind: Kind, event: Event) -> None:
        metadata = event.object["metadata"]
        uid, place = metadata["uid"], (kind, metadata.get("namespace", ""), metadata["name"])
        if event.type == "DELETED":
            self.life.enqueue(self, ("", uid))
            self._ask_owners(metadata)
        elif is_leaving(event.object) and {FOREGROUND, ORPHAN} & set(metadata.get("finalizers") or ()):
            self._leaving[uid] = place
            self.life.enqueue(self, ("", uid))
        elif event.type == "ADDED" and metadata.get("ownerReferences"):
            self._young[uid] = place
            self.life.enqueue(self, ("", uid))

    def _ask_owners(self, metadata: Object) -> None:
        """An owner may have waited for this one."""
        for reference in metadata.get("ownerReferences") or ():
            if reference["uid"] in self._leaving:
                self.life.enqueue(self, ("", reference["uid"]))

    def _check_owners(self, kind: Kind, namespace: str, name: str) -> None:
        """A dependent may have been made for an owner that is not there."""
        dependent = self.storage.find(kind, name, namespace)
        for reference in (dependent or {"metadata": {}})["metadata"].get("ownerReferences") or ():
            if dependent and not self._exists(reference, namespace):
                self._bereave(kind, dependent, reference["uid"])

    def _exists(self, reference: Object, namespace: str) -> bool:
        kind = named(reference["apiVersion"], reference["kind"])
        if kind is None:
            return True
        owner = self.storage.find(kind, reference["name"], namespace if kind.namespaced else "")
        return owner is not None and owner["metadata"]["uid"] == reference["uid"]

    def _let_go(self, kind: Kind, owner: Object) -> None:
        uid = owner["metadata"]["uid"]
        dependents = self.life.index.dependents(uid)
        finalizers = owner["metadata"].get("finalizers") or ()
        if ORPHAN in finalizers:
            for each, dependent in dependents:
                self._forget_owner(each, dependent, uid)
            release(self.life, kind, owner, ORPHAN)
        elif FOREGROUND in finalizers:
            if not dependents:
                release(self.life, kind, owner, FOREGROUND)
            for each, dependent in dependents:
                if not is_leaving(dependent):
                    delete(self.life, each, dependent, propagation="Background" if each is PODS else "Foreground")

    def _bereave(self, kind: Kind, dependent: Object, uid: str) -> None:
        """One of its owners is gone: it goes with the last."""
        others = [each for each in dependent["metadata"]["ownerReferences"] if each["uid"] != uid]
        namespace = dependent["metadata"].get("namespace", "")
        if any(self._exists(each, namespace) for each in others):
            self._forget_owner(kind, dependent, uid)
        else:
            delete(self.life, kind, dependent)

    def _forget_owner(self, kind: Kind, dependent: Object, uid: str) -> None:
        def forget(obj: Object) -> None:
            left = [each for each in obj["metadata"].get("ownerReferences") or () if each["uid"] != uid]
            obj["metadata"]["ownerReferences"] = left
            if not left:
                del obj["metadata"]["ownerReferences"]

        metadata = dependent["metadata"]
        self.storage.update(kind, metadata["name"], metadata.get("namespace", ""), change=forget)
