"""Furnishes new namespaces and empties those that were deleted.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/namespace
"""

from simulator.kinds import CONFIG_MAPS, EVENTS, KINDS, NAMESPACES, SERVICE_ACCOUNTS, Kind, Object
from simulator.life.deleting import delete
from simulator.life.engine import Controller, Key, Life
from simulator.life.owners import is_leaving
from simulator.storage import Event

ROOT_CA = "kube-root-ca.crt"
_ABOUT_ROOT_CA = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
    "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes "
    "clusters."
)
_AGAIN = 2.0


class Namespaces(Controller):
    """The namespace controller, with those for service accounts and root certificates."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        life.follow(NAMESPACES, self.enqueue_changed)
        life.follow(SERVICE_ACCOUNTS, self._inhabitant_changed)
        life.follow(CONFIG_MAPS, self._inhabitant_changed)

    def reconcile(self, key: Key) -> None:
        """Furnish or empty a namespace."""
        namespace = self.storage.find(NAMESPACES, key[1])
        if namespace is None:
            return
        if is_leaving(namespace):
            self._empty(namespace)
            return
        self.storage.update(NAMESPACES, key[1], change=_complete)
        self._ensure(SERVICE_ACCOUNTS, {"metadata": {"name": "default", "namespace": key[1]}})
        self._publish_authority(key[1])

    def _inhabitant_changed(self, event: Event) -> None:
        if event.type == "DELETED" and event.object["metadata"]["name"] in ("default", ROOT_CA):
            self.life.enqueue(self, ("", event.object["metadata"]["namespace"]))

    def _publish_authority(self, namespace: str) -> None:
        """The certificate by which pods know the API server; it comes when the server listens."""
        metadata = {"name": ROOT_CA, "namespace": namespace}
        about = {"kubernetes.io/description": _ABOUT_ROOT_CA}
        data = {"ca.crt": self.life.cluster.ca_certificate}
        self._ensure(CONFIG_MAPS, {"metadata": {**metadata, "annotations": about}, "data": data})
        self.storage.update(CONFIG_MAPS, ROOT_CA, namespace, change=lambda it: it.update(data=data))

    def _ensure(self, kind: Kind, obj: Object) -> None:
        metadata = obj["metadata"]
        if self.storage.find(kind, metadata["name"], metadata["namespace"]) is None:
            self.life.create(kind, {"apiVersion": kind.api_version, "kind": kind.kind, **obj})

    def _empty(self, namespace: Object) -> None:
        name = namespace["metadata"]["name"]
        self.storage.update(NAMESPACES, name, change=lambda it: it.setdefault("status", {}).update(phase="Terminating"))
        left = 0
        for kind in KINDS:
            if not kind.namespaced or kind is EVENTS:
                continue
            for obj in self.storage.list(kind, name):
                if not is_leaving(obj):
                    delete(self.life, kind, obj)
            left += self.storage.count(kind, name)
        if left:
            self.enqueue(namespace, _AGAIN)
            return
        for event in self.storage.list(EVENTS, name):
            self.storage.remove(EVENTS, event["metadata"]["name"], name)
        if not namespace["metadata"].get("finalizers"):
            self.storage.remove(NAMESPACES, name, uid=namespace["metadata"]["uid"])


def _complete(namespace: Object) -> None:
    """What the API server and the controllers add to every namespace."""
    metadata = namespace["metadata"]
    metadata.setdefault("labels", {}).setdefault("kubernetes.io/metadata.name", metadata["name"])
    namespace.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    namespace.setdefault("status", {}).setdefault("phase", "Active")
