"""What happens to the demo's cluster by itself: releases, good and bad, and a node that is lost for some minutes.

When and what is drawn from the seed.
"""

import re

from simulator.errors import ApiError
from simulator.kinds import DEPLOYMENTS, NODES, Object
from simulator.life.conditions import condition_of
from simulator.life.engine import Controller, Key, Life
from simulator.life.outages import POWER, is_off
from simulator.life.world.basics import WORKERS
from simulator.life.world.history import release

_OUTAGE, _RELEASE, _ROLL_BACK, _RETURN = ("", "outage"), ("", "release"), ("", "roll back"), ("", "return")
_FIRST_OUTAGE, _OUTAGES, _LASTS = (200.0, 330.0), (3000.0, 5400.0), (430.0, 560.0)
_FIRST_RELEASE, _RELEASES = (70.0, 130.0), (780.0, 1500.0)
_PATIENCE_WITH_BAD_RELEASE = 290.0
_BAD_EVERY = 4
_RELEASED = (
    *(("shop", "storefront"), ("payments", "checkout-api"), ("shop", "cart"), ("warehouse", "stock-service")),
    *(("shop", "product-search"), ("analytics", "sales-reports")),
)
_CAUSES = ("Update dependencies", "Fix rounding of prices", "Faster start", "Translate to Danish", "Tidy log lines")


class Accidents(Controller):
    """Makes them happen, each in its turn."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self._chance = life.cluster.chance("accidents")
        self._count = 0
        self._before: dict[Key, str] = {}
        life.enqueue(self, _RELEASE, self._chance.uniform(*_FIRST_RELEASE))
        life.enqueue(self, _OUTAGE, self._chance.uniform(*_FIRST_OUTAGE))

    def reconcile(self, key: Key) -> None:
        """Do what is due, and say when the next is."""
        {_OUTAGE: self._lose_node, _RETURN: self._return_nodes, _RELEASE: self._release, _ROLL_BACK: self._roll_back}[
            key
        ]()

    def _lose_node(self) -> None:
        name = self._chance.choice(WORKERS)
        lasts = self._chance.uniform(*_LASTS)
        self.life.enqueue(self, _OUTAGE, self._chance.uniform(*_OUTAGES))
        if self.storage.find(NODES, name):
            self.storage.update(NODES, name, change=lambda it: _annotations(it).update({POWER: "off"}))
            self.life.enqueue(self, _RETURN, lasts)

    def _return_nodes(self) -> None:
        for node in self.storage.list(NODES):
            if is_off(node) and node["metadata"]["name"] in WORKERS:
                self.storage.update(NODES, node["metadata"]["name"], change=_switch_on)

    def _release(self) -> None:
        self.life.enqueue(self, _RELEASE, self._chance.uniform(*_RELEASES))
        self._count += 1
        place, cause = self._chance.choice(_RELEASED), self._chance.choice(_CAUSES)
        deployment = self.storage.find(DEPLOYMENTS, place[1], place[0])
        if deployment is None or not _is_at_rest(deployment):
            return
        image = str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
        following = _next_version(image)
        if self._count % _BAD_EVERY == 0:
            following += "-rc.1"
            self._before[place] = image
            self.life.enqueue(self, _ROLL_BACK, _PATIENCE_WITH_BAD_RELEASE)
        release(self.life, *place, following, cause)

    def _roll_back(self) -> None:
        """Somebody has seen that the release does not come up."""
        for (namespace, name), image in self._before.items():
            try:
                release(self.life, namespace, name, image, "Roll back: does not become ready")
            except ApiError:
                continue  # deleted meanwhile
        self._before.clear()


def _annotations(obj: Object) -> dict[str, str]:
    annotations: dict[str, str] = obj["metadata"].setdefault("annotations", {})
    return annotations


def _switch_on(node: Object) -> None:
    _annotations(node).pop(POWER, None)


def _is_at_rest(deployment: Object) -> bool:
    progressing = condition_of(deployment, "Progressing") or {}
    return progressing.get("reason") == "NewReplicaSetAvailable" and not deployment["spec"].get("paused")


def _next_version(image: str) -> str:
    """The image with the last number of its tag one higher."""
    return re.sub(r"(\d+)(\D*)$", lambda match: f"{int(match[1]) + 1}{match[2]}", image)
