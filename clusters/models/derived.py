"""What is derived from the cached rows, in the transaction that writes them, so that pages need not read them all.

Only `clusters.derived` writes these.
"""

from django.db import models

from clusters.models.cluster import Cluster
from clusters.models.objects import Severity

LONGEST_KEY, LONGEST_VALUE = 317, 63
"""https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"""


class Tally(models.Model):
    """How many objects of a kind a namespace has in one state. Objects of the whole cluster have no namespace."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, help_text="Plural name, as in clusters.kinds.")
    namespace = models.CharField(max_length=253, blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    status = models.CharField(max_length=200, blank=True)
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = (
            models.UniqueConstraint(
                fields=["cluster", "kind", "namespace", "severity", "status"], name="one_tally_per_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.count} {self.kind} {self.status} in {self.namespace or self.cluster}"


class Label(models.Model):
    """One label of a set of labels. Objects with the same labels share one set, named by `CachedObject.labelset`."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, help_text="Plural name, as in clusters.kinds.")
    labelset = models.BigIntegerField()
    key = models.CharField(max_length=LONGEST_KEY)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["cluster", "kind", "key", "value", "labelset"], name="one_label_per_set"),
        )

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class PodTemplate(models.Model):
    """The containers and volumes that some pods share, named by `Pod.template`: see clusters.kube.pod_templates."""

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="+", db_index=False)
    number = models.BigIntegerField()
    detail = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["cluster", "number"], name="one_pod_template_per_number"),)

    def __str__(self) -> str:
        return f"Template {self.number} in {self.cluster}"
