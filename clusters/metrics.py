"""What Prometheus may ask of this process (https://prometheus.io/docs/practices/naming/).

Counters and histograms are of this process; the gauges about clusters are read from the database at each scrape, so
that every process tells the same about them.
"""

from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from clusters import threads
from clusters.health import known_health
from clusters.models import Cluster, Health, SetAside, Watch, WatchProcess

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

ROWS_WRITTEN = Counter("pilothouse_rows_written", "Objects written to the database", ["kind"], registry=REGISTRY)
ROWS_DELETED = Counter("pilothouse_rows_deleted", "Objects deleted from the database", ["kind"], registry=REGISTRY)
BATCH_ROWS = Histogram(
    "pilothouse_batch_rows",
    "Objects written and deleted in one transaction",
    buckets=(0, 1, 2, 5, 10, 50, 100, 500, 1000, 5000),
    registry=REGISTRY,
)
COMMIT_SECONDS = Histogram(
    "pilothouse_commit_seconds",
    "From a change read off the watch to its commit",
    ["kind"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
COMMITS_RETRIED = Counter("pilothouse_commits_retried", "Transactions the database refused at first", registry=REGISTRY)
WATCH_TROUBLE = Counter(
    "pilothouse_watch_trouble", "Lists and watches that failed, by error", ["kind", "error"], registry=REGISTRY
)
BROADCASTS = Counter("pilothouse_broadcasts", "Messages to the channel layer", ["outcome"], registry=REGISTRY)


def exposition() -> bytes:
    """All metrics in the text format. Reads the database."""
    return generate_latest(REGISTRY)


class _DatabaseState(Collector):
    """Gauges about clusters and queues, as they are at the moment of the scrape."""

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        yield from self._clusters()
        yield from self._set_aside()
        yield from self._watches()
        queue = GaugeMetricFamily("pilothouse_database_calls_waiting", "Calls not ended", labels=["threads"])
        queue.add_metric(["write"], threads.writer.waiting)
        queue.add_metric(["read"], threads.readers.waiting)
        yield queue
        yield GaugeMetricFamily(
            "pilothouse_watch_processes", "Processes that share the watching", WatchProcess.objects.count()
        )

    def _clusters(self) -> Iterable[Metric]:
        now = timezone.now()
        clusters = list(Cluster.objects.all())
        states = [known_health(cluster).state for cluster in clusters]
        by_state = GaugeMetricFamily("pilothouse_clusters", "Clusters by health", labels=["health"])
        for health in Health:
            by_state.add_metric([health.value], states.count(health))
        age = GaugeMetricFamily(
            "pilothouse_cluster_last_contact_age_seconds", "Since the API server last answered", labels=["cluster"]
        )
        for cluster in clusters:
            if cluster.last_contact:
                age.add_metric([cluster.slug], (now - cluster.last_contact).total_seconds())
        unwatched = sum(_is_unwatched(cluster) for cluster in clusters)
        return by_state, age, GaugeMetricFamily("pilothouse_clusters_unwatched", "Watched by no process", unwatched)

    def _set_aside(self) -> Iterable[Metric]:
        metric = GaugeMetricFamily(
            "pilothouse_objects_set_aside", "Objects that cannot be decoded", labels=["cluster", "kind"]
        )
        for slug, kind, count in SetAside.objects.values_list("cluster__slug", "kind").annotate(Count("id")):
            metric.add_metric([slug, kind], count)
        yield metric

    def _watches(self) -> Iterable[Metric]:
        metric = GaugeMetricFamily("pilothouse_watches", "Watches by state", labels=["kind", "state"])
        for kind, state, count in Watch.objects.values_list("kind", "state").annotate(Count("id")):
            metric.add_metric([kind, state], count)
        yield metric


def _is_unwatched(cluster: Cluster) -> bool:
    return not cluster.paused and (cluster.lease_until is None or cluster.lease_until < cluster.read_at)


REGISTRY.register(_DatabaseState())
