"""How far a cluster's rows can be trusted, worked out from what its watches see.

Nothing here waits, reads a clock or writes: moments are seconds of a monotonic clock that the caller passes in.
"""

from dataclasses import dataclass, field
from datetime import datetime

from clusters.kube.errors import BadCertificate, Forbidden, KubeError, NotKubernetes, Unauthorized, Unreachable
from clusters.models import Cluster, Health, Watch

GRACE_SECONDS = 10.0
"""A watch that fails for less is taken up again without a word."""

SILENCE_SECONDS = 70.0
"""A failing watch that had heard nothing for so long is lost at once."""

SETTLE_SECONDS = 0.5

NO_CONNECTION = (Unreachable, BadCertificate, NotKubernetes)
KEPT = "Kept from before the restart; reading the cluster anew."


@dataclass(frozen=True)
class Report:
    """A cluster's health: the state, one sentence why, and since when (None: since now)."""

    state: Health
    reason: str
    since: datetime | None


@dataclass(frozen=True)
class Verdict:
    """As Report, with `since` in seconds of the monotonic clock (None: since now)."""

    state: Health
    reason: str = ""
    since: float | None = None


@dataclass
class KindHealth:
    """One kind's watch: whether its rows equal the server's, and whether it still hears from it."""

    heard: float
    synced: bool = False
    resumed_at: float | None = None
    failing_since: float | None = None
    error: KubeError | None = None

    def contact(self, now: float) -> None:
        """The server sent something, or answered."""
        self.heard = now
        self.failing_since = None
        self.error = None

    def listing(self) -> None:
        """The rows are being compared with the server's list."""
        self.synced = False
        self.resumed_at = None

    def listed(self) -> None:
        """The rows are as the server has them."""
        self.synced = True

    def followed(self, now: float) -> None:
        """A watch goes on from where an earlier one stopped."""
        if self.resumed_at is None:
            self.resumed_at = now

    def settle(self, now: float) -> None:
        """A resumed watch that the server did not end at once, as too old, is in step."""
        if self.resumed_at is not None and not self.error and now - self.resumed_at >= SETTLE_SECONDS:
            self.synced = True

    def trouble(self, error: KubeError, now: float) -> None:
        """A list or watch failed and will be tried again."""
        self.error = error
        self.resumed_at = None
        if self.failing_since is None:
            self.failing_since = now
        if isinstance(error, Forbidden):
            self.synced = False

    @property
    def forbidden(self) -> bool:
        return isinstance(self.error, Forbidden)

    def lost(self, now: float) -> bool:
        """Whether contact is lost for longer than a reconnection takes."""
        if self.failing_since is None or self.forbidden:
            return False
        return now - self.failing_since >= GRACE_SECONDS or now - self.heard >= SILENCE_SECONDS

    def state(self, now: float) -> tuple[Watch.State, str]:
        """What the kind's Watch row says."""
        if self.error and self.forbidden:
            return Watch.State.FORBIDDEN, self.error.reason
        if self.error and self.lost(now):
            return Watch.State.FAILED, self.error.reason
        return (Watch.State.SYNCED if self.synced else Watch.State.LISTING), ""


@dataclass
class ClusterHealth:
    """All watches of one cluster. `has_kept_rows`: something was listed before this process began."""

    started: float
    has_kept_rows: bool = False
    unanswered: KubeError | None = None
    kinds: dict[str, KindHealth] = field(default_factory=dict)

    def verdict(self, now: float) -> Verdict:
        """The cluster's health at this moment."""
        for kind in self.kinds.values():
            kind.settle(now)
        errors = [kind.error for kind in self.kinds.values() if kind.error] + [e for e in [self.unanswered] if e]
        rejected = next((error for error in errors if isinstance(error, Unauthorized)), None)
        if rejected:
            return Verdict(Health.UNAUTHORISED, rejected.reason)
        if self.unanswered:
            return self._not_answered(self.unanswered)
        if self.kinds and all(kind.forbidden for kind in self.kinds.values()):
            return Verdict(Health.UNAUTHORISED, "The cluster's credentials may not list any kind.")
        return self._lost(now) or self._waiting() or Verdict(Health.SYNCED, self._forbidden_words())

    def _not_answered(self, error: KubeError) -> Verdict:
        if isinstance(error, NO_CONNECTION):
            return Verdict(Health.UNREACHABLE, error.reason, self.started)
        return Verdict(Health.STALE if self.has_kept_rows else Health.CONNECTING, error.reason, self.started)

    def _lost(self, now: float) -> Verdict | None:
        lost = {name: kind for name, kind in self.kinds.items() if kind.lost(now)}
        if not lost:
            return None
        since = min(kind.heard for kind in lost.values())
        first = next(iter(lost.values())).error
        reason = first.reason if first else ""
        everything = all(kind.forbidden or name in lost for name, kind in self.kinds.items())
        if everything and all(isinstance(kind.error, NO_CONNECTION) for kind in lost.values()):
            return Verdict(Health.UNREACHABLE, reason, since)
        named = "" if everything else f"No contact with {_joined(lost)}: "
        return Verdict(Health.STALE, f"{named}{reason}", since)

    def _waiting(self) -> Verdict | None:
        waiting = [name for name, kind in self.kinds.items() if not kind.synced and not kind.forbidden]
        if self.kinds and not waiting:
            return None
        if self.has_kept_rows:
            return Verdict(Health.STALE, KEPT, self.started)
        return Verdict(Health.CONNECTING, f"Reading {_joined(waiting)}." if waiting else "", self.started)

    def _forbidden_words(self) -> str:
        forbidden = [name for name, kind in self.kinds.items() if kind.forbidden]
        return f"The cluster's credentials may not list {_joined(forbidden)}." if forbidden else ""


def known_health(cluster: Cluster) -> Report:
    """What may be said of the cluster when it was read: as its watcher wrote, unless nobody has watched it since."""
    if cluster.paused:
        return Report(Health.PAUSED, "Paused: it is not watched.", cluster.health_since)
    if cluster.lease_until and cluster.lease_until >= cluster.read_at:
        return Report(Health(cluster.health), cluster.health_reason, cluster.health_since)
    if cluster.last_contact is None:
        return Report(Health.CONNECTING, "Waiting for a process to watch this cluster.", cluster.created)
    return Report(Health.STALE, "No process watches this cluster at the moment.", cluster.last_contact)


def _joined(names: object) -> str:
    *most, last = list(names)  # type: ignore[call-overload]
    return f"{', '.join(most)} and {last}" if most else str(last)
