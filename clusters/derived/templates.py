"""The templates of a cluster's pods: written once each, and read with the pods that share them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from clusters.derived.kept_once import KeptOnce
from clusters.kube import objects, pod_templates
from clusters.models import Pod, PodTemplate
from clusters.statements import run_for_each


class PodTemplates(KeptOnce[bytes]):
    """The templates of one cluster, each as it is kept."""

    numbered_by = "number"

    def __init__(self, cluster_id: int) -> None:
        self._cluster_id = cluster_id
        super().__init__()

    def insert(self, fresh: Mapping[int, bytes]) -> None:
        table = connection.ops.quote_name(PodTemplate._meta.db_table)
        with connection.cursor() as cursor:
            run_for_each(
                cursor,
                f"INSERT INTO {table} (cluster_id, number, detail) VALUES (%s, %s, %s)"  # noqa: S608
                " ON CONFLICT DO NOTHING",
                [(self._cluster_id, number, kept) for number, kept in fresh.items()],
            )

    def rows(self) -> QuerySet[PodTemplate]:
        return PodTemplate.objects.filter(cluster_id=self._cluster_id)

    def used(self) -> "QuerySet[Any, Any]":
        return Pod.objects.filter(cluster_id=self._cluster_id).values("template")


def whole_pod(row: Pod) -> objects.Pod:
    """The decoded pod of a row, in one query."""
    return whole_pods([row])[0]


def whole_pods(rows: Iterable[Pod]) -> list[objects.Pod]:
    """The decoded pods of some rows, in one query for each cluster that they are in.

    One whose template is gone, since the row is older than the last change of its pod, has no containers.
    """
    rows = list(rows)
    kept: dict[tuple[int, int], bytes] = {}
    for cluster_id in {row.cluster_id for row in rows if row.template}:
        numbers = {row.template for row in rows if row.cluster_id == cluster_id}
        found = PodTemplate.objects.filter(cluster_id=cluster_id, number__in=numbers)
        kept.update(((cluster_id, number), bytes(detail)) for number, detail in found.values_list("number", "detail"))
    return [_whole(row, kept.get((row.cluster_id, row.template), b"{}")) for row in rows]


def _whole(row: Pod, kept: bytes) -> objects.Pod:
    own = bytes(row.detail)
    return pod_templates.read(_columns(row), row.node, own, kept) if row.template else objects.decode(objects.Pod, own)


def _columns(row: Pod) -> objects.Metadata:
    owner = objects.OwnerReference(kind=row.owner_kind, name=row.owner_name, uid=row.owner_uid, controller=True)
    return objects.Metadata(
        name=row.name,
        namespace=row.namespace,
        uid=row.uid,
        resource_version=row.resource_version,
        creation_timestamp=row.created,
        labels=row.labels,
        owner_references=[owner] if row.owner_uid else [],
    )
