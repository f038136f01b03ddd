"""Who owns what, and which pods run where, without a walk through everything."""

from collections import defaultdict

from simulator.kinds import PODS, Kind, Object
from simulator.storage import Event, Storage

Place = tuple[str, str]


class Index:
    """Objects of the kinds that the controllers follow, by the uid of an owner; pods by node."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._owned: dict[str, dict[tuple[Kind, Place], None]] = defaultdict(dict)
        self._owners: dict[tuple[Kind, Place], tuple[str, ...]] = {}
        self._on_node: dict[str, dict[Place, None]] = defaultdict(dict)
        self._nodes: dict[Place, str] = {}

    def owned(self, uid: str, kind: Kind) -> list[Object]:
        """What of that kind has this owner, oldest first."""
        places = [place for known, place in self._owned.get(uid, ()) if known is kind]
        found = (self._storage.find(kind, name, namespace) for namespace, name in places)
        return [obj for obj in found if obj is not None]

    def dependents(self, uid: str) -> list[tuple[Kind, Object]]:
        """What has this owner, of any kind."""
        found = [
            (kind, self._storage.find(kind, name, namespace)) for kind, (namespace, name) in self._owned.get(uid, ())
        ]
        return [(kind, obj) for kind, obj in found if obj is not None]

    def pods_on(self, node: str) -> list[Object]:
        """The pods that are bound to a node."""
        found = (self._storage.find(PODS, name, namespace) for namespace, name in self._on_node.get(node, ()))
        return [pod for pod in found if pod is not None]

    def note(self, kind: Kind, event: Event) -> None:
        """Take in a change."""
        stored = event.stored
        place = (stored.namespace, stored.name)
        gone = event.type == "DELETED"
        obj = event.object
        owners = () if gone else tuple(owner["uid"] for owner in obj["metadata"].get("ownerReferences") or ())
        self._note_owners((kind, place), owners)
        if kind is PODS:
            self._note_node(place, "" if gone else obj.get("spec", {}).get("nodeName", ""))

    def forget(self, kind: Kind) -> None:
        """Forget a kind; what is there is noted anew."""
        for item in [item for item in self._owners if item[0] is kind]:
            self._note_owners(item, ())
        if kind is PODS:
            self._on_node.clear()
            self._nodes.clear()

    def _note_owners(self, item: tuple[Kind, Place], owners: tuple[str, ...]) -> None:
        before = self._owners.get(item, ())
        if owners == before:
            return
        for uid in before:
            self._owned[uid].pop(item, None)
            if not self._owned[uid]:
                del self._owned[uid]
        for uid in owners:
            self._owned[uid][item] = None
        if owners:
            self._owners[item] = owners
        else:
            del self._owners[item]

    def _note_node(self, place: Place, node: str) -> None:
        before = self._nodes.get(place, "")
        if node == before:
            return
        if before:
            self._on_node[before].pop(place, None)
        if node:
            self._on_node[node][place] = None
            self._nodes[place] = node
        else:
            self._nodes.pop(place, None)
