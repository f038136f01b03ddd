"""How the demo's world came to be: the controllers live through weeks of it in a second."""

from dataclasses import dataclass

from simulator.kinds import DEPLOYMENTS, Object
from simulator.life.engine import Life
from simulator.life.world import basics, company, people
from simulator.life.world.manifests import REGISTRY

_HOUR, _DAY = 3600.0, 86_400.0
_START = 41.3 * _DAY
"""Seconds before now that the cluster was set up."""
_SETTLE = 150.0


@dataclass(frozen=True)
class Release:
    """An image that a deployment was moved to, so long ago."""

    ago: float
    namespace: str
    name: str
    image: str
    cause: str


_BUILT = (
    (40.61 * _DAY, "default", company.tutorial),
    (38.24 * _DAY, "shop", company.shop),
    (36.07 * _DAY, "payments", company.payments),
    (30.43 * _DAY, "warehouse", company.warehouse),
    (19.18 * _DAY, "analytics", company.analytics),
)
_RELEASES = (
    Release(26.11 * _DAY, "shop", "storefront", f"{REGISTRY}/shop/storefront:5.8.1", "Fit the new season's banner"),
    Release(21.29 * _DAY, "payments", "checkout-api", f"{REGISTRY}/payments/checkout-api:3.11.1", "Retry on 502"),
    Release(12.16 * _DAY, "warehouse", "stock-service", f"{REGISTRY}/warehouse/stock-service:4.0.3", "Count returns"),
    Release(9.33 * _DAY, "shop", "product-search", f"{REGISTRY}/shop/product-search:1.19.4", "Umlauts in queries"),
    Release(
        6 * _DAY, "analytics", "sales-reports", f"{REGISTRY}/analytics/sales-reports:0.9.7", "Week starts on Monday"
    ),
    Release(3.25 * _DAY, "shop", "storefront", f"{REGISTRY}/shop/storefront:5.8.2", "Alt texts for pictures"),
    Release(9.4 * _HOUR, "shop", "recommendations", f"{REGISTRY}/shop/recommendations:0.42.0", "Model of November"),
    Release(5.3 * _HOUR, "warehouse", "label-printer", f"{REGISTRY}/warehouse/label-printer:1.2.0", "New label format"),
)
_LIVED = 6 * _HOUR
"""The last hours are lived through minute by minute, so that they have their restarts, jobs and events."""


def unfold(life: Life) -> None:
    """Build the world; the clock goes back for it, and comes to the present again."""
    past = _Past(life)
    past.go_to(_START)
    basics.build(life)
    for ago, step in sorted([*_building(past), *_releasing(past)], key=lambda item: -item[0]):
        past.go_to(ago)
        step()
    past.go_to(0.0)


def _building(past: "_Past") -> list[tuple[float, "_Step"]]:
    return [(ago, _Step(past, namespace, build())) for ago, namespace, build in _BUILT]


def _releasing(past: "_Past") -> list[tuple[float, "_Step"]]:
    return [(release.ago, _Step(past, release.namespace, [], release)) for release in _RELEASES]


class _Past:
    """Where the story is."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def go_to(self, ago: float) -> None:
        """Go back, or forward: in a leap through the days, step by step through the last hours."""
        forward = -ago - self.life.jumped
        lived = min(forward, max(0.0, _LIVED - ago))
        self.life.leap(forward - lived if forward > 0 else forward)
        if lived > 0:
            self.life.pass_time(lived)

    def settle(self) -> None:
        """Let things come to rest."""
        self.life.pass_time(_SETTLE)


@dataclass(frozen=True)
class _Step:
    """Something that somebody did."""

    past: _Past
    namespace: str
    manifests: list[Object]
    release: Release | None = None

    def __call__(self) -> None:
        life = self.past.life
        if self.manifests:
            basics.add(life, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})
            life.pass_time(1)
            granted = [
                each for each in people.permissions() if each["metadata"].get("namespace", "shop") == self.namespace
            ]
            for manifest in [*granted, *self.manifests]:
                basics.add(life, manifest)
        if self.release:
            release(life, self.release.namespace, self.release.name, self.release.image, self.release.cause)
        self.past.settle()


def release(life: Life, namespace: str, name: str, image: str, cause: str) -> None:
    """Move the first container of a deployment to another image, as `kubectl set image` does."""

    def change(deployment: Object) -> None:
        containers = deployment["spec"]["template"]["spec"]["containers"]
        containers[0]["image"] = image
        deployment["metadata"].setdefault("annotations", {})["kubernetes.io/change-cause"] = cause

    life.storage.update(DEPLOYMENTS, name, namespace, change=change)
