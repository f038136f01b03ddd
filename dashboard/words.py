"""How ages, moments and health read on a page. `static/js/ages.js` says ages in the same words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clusters.health import Report, known_health
from clusters.models import Cluster, Health

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


def age_words(seconds: float) -> str:
    """An age in its largest unit: "9 s", "6 min", "30 h", "4 d", "3 y"."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h"
    if whole < 2 * YEAR:
        return f"{whole // DAY} d"
    return f"{whole // YEAR} y"


def age_html(then: datetime, now: datetime) -> SafeString:
    """An age that ticks in the browser and tells its moment on hover."""
    return format_html(
        '<time datetime="{}" data-age>{}</time>', then.isoformat(), age_words((now - then).total_seconds())
    )


def moment_html(moment: datetime) -> SafeString:
    """A time of day, with its date where that is not today; the browser turns it into the reader's zone."""
    local = timezone.localtime(moment)
    form = "%H:%M:%S" if local.date() == timezone.localdate() else "%Y-%m-%d %H:%M"
    return format_html('<time datetime="{}" data-moment>{}</time>', moment.isoformat(), local.strftime(form))


@dataclass(frozen=True)
class Freshness:
    """How far a cluster's data can be trusted: the state in a word, its class, more words, a warning if not live."""

    title: str
    state: str
    words: SafeString
    warning: SafeString | None = None


STATES = {
    Health.CONNECTING: "progressing",
    Health.SYNCED: "running",
    Health.STALE: "stale",
    Health.UNAUTHORISED: "failed",
    Health.UNREACHABLE: "failed",
    Health.PAUSED: "stale",
}


def freshness(cluster: Cluster, now: datetime) -> Freshness:
    """What a page says about the age of `cluster`'s data."""
    known = known_health(cluster)
    health, state = known.state, STATES[known.state]
    if health == Health.SYNCED:
        return Freshness(health.label, state, format_html("Live, as of {}", moment_html(now)))
    if cluster.last_contact is None:
        return Freshness(health.label, state, format_html("{}", health.label), _never(cluster, known))
    # Where one kind is lost the others are still in contact; the page is as old as its oldest part.
    since = moment_html(known.since if health == Health.STALE and known.since else cluster.last_contact)
    words = {Health.PAUSED: "Paused at {}", Health.CONNECTING: "Connecting, as of {}"}.get(
        health, "No contact since {}"
    )
    return Freshness(health.label, state, format_html(words, since), _warning(cluster, known, since))


def _never(cluster: Cluster, known: Report) -> SafeString:
    if known.state == Health.CONNECTING:
        return format_html("Connecting to {}. Nothing is known of it yet.{}", cluster.name, _reason(known))
    if known.state == Health.PAUSED:
        return format_html("{} is paused and has not been reached yet.", cluster.name)
    return format_html("{} has not been reached yet.{}", cluster.name, _reason(known))


def _warning(cluster: Cluster, known: Report, since: SafeString) -> SafeString:
    if known.state == Health.PAUSED:
        return format_html("{} has been paused. You see its state of {}.", cluster.name, since)
    if known.state == Health.CONNECTING:
        return format_html("Connecting to {}. You see its state of {}.{}", cluster.name, since, _reason(known))
    said = f" ({known.reason.rstrip('.')})" if known.reason else ""
    return format_html("No contact with {} since {}{}. You see its state of then.", cluster.name, since, said)


def _reason(known: Report) -> str:
    return f" {known.reason}" if known.reason else ""
