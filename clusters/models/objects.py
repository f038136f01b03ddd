"""The cached state of Kubernetes objects. Only `clusters.store` writes these rows.

Every kind keeps the columns of `kubectl get -o wide` and whatever a page sorts or filters by. `detail` is the decoded
object (`clusters.kube.objects`) as JSON: what the detail pages show, never a Secret's value nor an env variable's.
Texts are empty rather than null, so that keyset paging can compare them.
"""

from django.db import models

from clusters.models.cluster import Cluster


class Severity(models.IntegerChoices):
    """How much an object needs a person; the default sort is by this, worst first."""

    FAILED = 0, "Failing"
    WARNING = 1, "Not ready"
    PENDING = 2, "Pending"
    TERMINATING = 3, "Terminating"
    UNKNOWN = 4, "Unknown"
    RUNNING = 5, "Running"
    COMPLETED = 6, "Completed"


class CachedObject(models.Model):
    """What every kind has. `status` is the word that kubectl prints, `summary` our sentence before it."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="+", db_index=False)
    uid = models.CharField(max_length=64)
    resource_version = models.CharField(max_length=32)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    created = models.DateTimeField()
    labels = models.JSONField(default=dict)
    labelset = models.BigIntegerField(default=0, help_text="Names the set of all its labels, see Label.")
    owner_kind = models.CharField(max_length=63, blank=True)
    owner_name = models.CharField(max_length=253, blank=True)
    owner_uid = models.CharField(max_length=64, blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.RUNNING)
    status = models.CharField(max_length=200, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    detail = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def _indexes(prefix: str, *sorts: str) -> list[models.Index]:
    """By labels, and one per sort of the table: cluster, the column, then the tie-breakers of keyset paging."""
    ties = ("namespace", "name", "id")
    columns = {sort: ("cluster", sort, *(tie for tie in ties if tie != sort)) for sort in sorts}
    return [
        *(models.Index(fields=fields, name=f"{prefix}_{sort}") for sort, fields in columns.items()),
        # By a label selector, and counted by state without reading a row.
        models.Index(fields=["cluster", "labelset", "severity"], name=f"{prefix}_labelset"),
    ]


def _unique(prefix: str) -> tuple[models.UniqueConstraint, ...]:
    return (models.UniqueConstraint(fields=["cluster", "uid"], name=f"{prefix}_cluster_uid"),)


class Node(CachedObject):
    roles = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=50, blank=True)
    internal_ip = models.CharField(max_length=64, blank=True)
    external_ip = models.CharField(max_length=64, blank=True)
    os_image = models.CharField(max_length=200, blank=True)
    kernel_version = models.CharField(max_length=100, blank=True)
    container_runtime = models.CharField(max_length=100, blank=True)
    unschedulable = models.BooleanField(default=False)
    cpu_capacity = models.BigIntegerField(default=0, help_text="millicores")
    memory_capacity = models.BigIntegerField(default=0, help_text="bytes")
    cpu_allocatable = models.BigIntegerField(default=0, help_text="millicores")
    memory_allocatable = models.BigIntegerField(default=0, help_text="bytes")
    pods_allocatable = models.IntegerField(default=0)

    class Meta:
        constraints = _unique("node")
        indexes = _indexes("node", "severity", "namespace", "name", "roles", "version", "internal_ip", "created")


class Namespace(CachedObject):
    class Meta:
        constraints = _unique("namespace")
        indexes = _indexes("namespace", "severity", "namespace", "name", "created")


class Deployment(CachedObject):
    desired = models.IntegerField(default=0)
    current = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    ready = models.IntegerField(default=0)
    available = models.IntegerField(default=0)
    containers = models.TextField(blank=True, help_text="Names, joined by commas, as kubectl prints them.")
    images = models.TextField(blank=True)
    selector = models.TextField(blank=True)

    class Meta:
        constraints = _unique("deployment")
        indexes = _indexes("deployment", "severity", "namespace", "name", "ready", "updated", "available", "created")


class ReplicaSet(CachedObject):
    desired = models.IntegerField(default=0)
    current = models.IntegerField(default=0)
    ready = models.IntegerField(default=0)
    revision = models.IntegerField(default=0)
    containers = models.TextField(blank=True)
    images = models.TextField(blank=True)
    selector = models.TextField(blank=True)

    class Meta:
        constraints = _unique("replicaset")
        indexes = [
            *_indexes("replicaset", "severity", "namespace", "name", "desired", "ready", "created"),
            models.Index(fields=["cluster", "owner_name", "owner_uid"], name="replicaset_owner"),
        ]


class Pod(CachedObject):
    phase = models.CharField(max_length=20, blank=True)
    ready = models.IntegerField(default=0, help_text="containers that are ready")
    total = models.IntegerField(default=0, help_text="containers that kubectl counts")
    restarts = models.IntegerField(default=0)
    last_restart = models.DateTimeField(null=True)
    node = models.CharField(max_length=253, blank=True)
    ip = models.CharField(max_length=64, blank=True)
    nominated_node = models.CharField(max_length=253, blank=True)
    readiness_gates = models.CharField(max_length=20, blank=True, help_text="As kubectl prints them: 1/2, or empty.")
    qos = models.CharField(max_length=20, blank=True)
    cpu_request = models.BigIntegerField(default=0, help_text="millicores")
    memory_request = models.BigIntegerField(default=0, help_text="bytes")
    cpu_limit = models.BigIntegerField(default=0, help_text="millicores")
    memory_limit = models.BigIntegerField(default=0, help_text="bytes")
    template = models.BigIntegerField(default=0, help_text="See PodTemplate; 0 where `detail` is the whole pod.")

    class Meta:
        constraints = _unique("pod")
        indexes = [
            *_indexes("pod", "severity", "namespace", "name", "status", "ready", "restarts", "node", "ip", "created"),
            models.Index(fields=["cluster", "owner_name", "owner_uid"], name="pod_owner"),
            # Covers the sums of requests per node and cluster, so that they never read the `detail` blobs.
            models.Index(fields=["cluster", "node", "phase", "cpu_request", "memory_request"], name="pod_requests"),
        ]


class Event(CachedObject):
    """A Kubernetes event. `status` is its type (Normal, Warning)."""

    reason = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    count = models.IntegerField(default=1)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    object_kind = models.CharField(max_length=63, blank=True)
    object_name = models.CharField(max_length=253, blank=True)
    object_uid = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = _unique("event")
        indexes = [
            *_indexes("event", "severity", "namespace", "name", "reason", "last_seen", "count", "object_name"),
            models.Index(fields=["cluster", "object_uid", "last_seen"], name="event_object"),
            models.Index(fields=["cluster", "status", "last_seen"], name="event_type"),
        ]
