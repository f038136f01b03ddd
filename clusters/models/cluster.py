"""A cluster, how it is reached, and what its watches last said."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse


class Health(models.TextChoices):
    """How far what we show can be trusted; shown on every page with the cluster's data."""

    CONNECTING = "connecting", "Connecting"
    SYNCED = "synced", "Synced"
    STALE = "stale", "Stale"
    UNAUTHORISED = "unauthorised", "Credentials rejected"
    UNREACHABLE = "unreachable", "Unreachable"
    PAUSED = "paused", "Paused"


class RecordingPolicy(models.TextChoices):
    """What becomes of a shell when it cannot be recorded; OFF: none is."""

    OFF = "off", "Off: no shell is recorded"
    BEST_EFFORT = "best effort", "Best effort: a shell that cannot be recorded goes on, and says so"
    REQUIRED = "required", "Required: no shell without a recording"


DEMO = "demo"
"""The `source` of the demo cluster, which `manage.py serve --demo` runs."""

WATCHER_COLUMNS = frozenset(
    ("version", "health", "health_since", "health_reason", "last_contact", "lease_owner", "lease_until", "fence")
)


class ClusterManager(models.Manager["Cluster"]):
    """Reads with each cluster the database's moment, since leases count by the database's clock and not by ours."""

    def get_queryset(self) -> models.QuerySet["Cluster"]:
        return super().get_queryset().annotate(read_at=Now())  # type: ignore[no-redef]  # declared there


class Cluster(models.Model):
    """One Kubernetes cluster that people may look at.

    `sealed_connection` holds the encrypted `clusters.kube.connection.Connection`; read and write it with
    `clusters.sealing.open_connection` and `seal_connection` only. `fence` grows by one whenever a process takes over
    the watching; a write that carries an older number is refused (`clusters.store`). `read_at` is when it was read,
    by the database's clock.
    """

    class Flag(models.TextChoices):
        """Signal flags that tell clusters apart at a glance (static/css/pilothouse.css)."""

        KILO = "kilo"
        PAPA = "papa"
        LIMA = "lima"
        ECHO = "echo"
        HOTEL = "hotel"
        DELTA = "delta"
        OSCAR = "oscar"
        VICTOR = "victor"

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    flag = models.CharField(max_length=8, choices=Flag, default=Flag.KILO)
    is_production = models.BooleanField("production", default=False, help_text="Stamps the cluster PROD on every page.")
    server = models.CharField(max_length=500, editable=False, help_text="Address of the API server.")
    source = models.CharField(max_length=300, editable=False, help_text="Where the connection came from.")
    sealed_connection = models.BinaryField(editable=False)
    paused = models.BooleanField(default=False, help_text="A paused cluster is not watched; its last state is shown.")
    recording = models.CharField(
        "recording of shells", max_length=11, choices=RecordingPolicy, default=RecordingPolicy.OFF
    )
    records_input = models.BooleanField(
        "record what is typed",
        default=False,
        help_text="Beside what is printed. Lines that the terminal did not show, such as passwords, are never kept.",
    )

    debug_image = models.CharField(
        max_length=300,
        blank=True,
        help_text="Image offered for debug containers, with sh and sleep in it; empty: busybox from Docker Hub.",
    )

    version = models.CharField(max_length=50, blank=True, editable=False)
    health = models.CharField(max_length=12, choices=Health, default=Health.CONNECTING, editable=False)
    health_since = models.DateTimeField(auto_now_add=True, editable=False)
    health_reason = models.CharField(max_length=500, blank=True, editable=False)
    last_contact = models.DateTimeField(null=True, editable=False)

    lease_owner = models.CharField(max_length=100, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    fence = models.BigIntegerField(default=0, editable=False)

    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    read_at: datetime
    objects: ClassVar[ClusterManager] = ClusterManager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cluster", args=[self.slug])

    @property
    def is_demo(self) -> bool:
        """Whether it is the simulated cluster beside the server, and nothing in it is real."""
        return self.source == DEMO

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what people may change; the columns that watchers write move under a form and are left alone."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name not in WATCHER_COLUMNS
            ]
        super().save(*args, **kwargs)


class Watch(models.Model):
    """What is known of one kind in one cluster: up to which version, since when, and why not further.

    `resource_version` is written in the transaction that wrote the rows it stands for. `sequence` numbers those
    transactions.
    """

    class State(models.TextChoices):
        LISTING = "listing", "Listing"
        SYNCED = "synced", "Synced"
        FORBIDDEN = "forbidden", "Forbidden"
        FAILED = "failed", "Failed"

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=40, help_text="Plural name, as in clusters.kinds.")
    state = models.CharField(max_length=9, choices=State, default=State.LISTING)
    since = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=500, blank=True)
    resource_version = models.CharField(max_length=100, blank=True)
    sequence = models.BigIntegerField(default=0)
    listed_at = models.DateTimeField(null=True)
    last_contact = models.DateTimeField(null=True)
    searched_to = models.BigIntegerField(
        default=0, help_text="Rows up to this id are in the search index (clusters.derived.search)."
    )

    class Meta:
        verbose_name_plural = "watches"
        constraints = (models.UniqueConstraint(fields=["cluster", "kind"], name="one_watch_per_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} in {self.cluster}"


class SetAside(models.Model):
    """An object that could not be decoded. The others of its kind flow on; this one is shown as set aside."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="set_aside")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=400, help_text="uid, or namespace/name where even that could not be read.")
    reason = models.CharField(max_length=500)
    seen = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "objects set aside"
        constraints = (models.UniqueConstraint(fields=["cluster", "kind", "key"], name="one_set_aside_per_object"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key} in {self.cluster}"


class WatchProcess(models.Model):
    """A process that watches clusters, while it lives. They share the clusters evenly (`clusters.fleet`)."""

    owner = models.CharField(max_length=100, unique=True, help_text="As in Cluster.lease_owner.")
    seen = models.DateTimeField()

    class Meta:
        verbose_name_plural = "watch processes"

    def __str__(self) -> str:
        return self.owner
