"""A simulated cluster: what its API, its controllers and its streams share."""

import random

from simulator.backends import (
    LogSource,
    MetricsSource,
    NoLogs,
    NoMetrics,
    NoShells,
    NoWebsites,
    ShellSource,
    Websites,
)
from simulator.clock import Clock
from simulator.custom_kinds import CustomKinds
from simulator.identities import Identities
from simulator.kinds import KINDS, Kind, find
from simulator.storage import Storage


class SimulatedCluster:
    """Everything that the parts of a cluster share. The same seed gives the same uids, names and accidents."""

    def __init__(
        self,
        *,
        name: str = "demo",
        world: str = "demo",
        seed: int = 7,
        clock: Clock | None = None,
        identities: Identities | None = None,
        first_version: int = 1,
        logs: LogSource | None = None,
        shells: ShellSource | None = None,
        metrics: MetricsSource | None = None,
        websites: Websites | None = None,
    ) -> None:
        self.name = name
        self.world = world
        """"demo" has workloads that live; "empty" only what every cluster has."""
        self.seed = seed
        self.clock = clock or Clock()
        self.identities = identities or Identities()
        self.storage = Storage(self.clock, self.chance("storage"), first_version=first_version)
        self._custom = CustomKinds(self.storage)
        self.logs: LogSource = logs or NoLogs()
        self.shells: ShellSource = shells or NoShells()
        self.metrics: MetricsSource = metrics or NoMetrics()
        self.websites: Websites = websites or NoWebsites()
        self.ca_certificate = ""
        """The certificate authority's, in PEM; pods find it in their namespace. Known once the server listens."""
        self.bookmark_seconds = 60.0
        """Real seconds between the bookmarks of a watch."""

    def kinds(self) -> tuple[Kind, ...]:
        """All kinds that the cluster serves."""
        custom = self._custom.kinds()
        return KINDS + custom if custom else KINDS

    def find_kind(self, group: str, version: str, plural: str) -> Kind | None:
        """The kind that an API path names."""
        if kind := find(group, version, plural):
            return kind
        path = (group, version, plural)
        return next((kind for kind in self._custom.kinds() if (kind.group, kind.version, kind.plural) == path), None)

    def chance(self, purpose: str) -> random.Random:
        """A generator of its own for each purpose: one more draw here changes nothing there."""
        return random.Random(f"{self.seed} {purpose}")  # noqa: S311 - a game, not a secret
