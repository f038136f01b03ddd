"""A cluster is added, or given another connection: the one way for the admin form, the commands and the first start."""

from django.contrib.auth.models import User
from django.utils.text import slugify

from clusters.kube.connection import Connection
from clusters.models import Cluster
from clusters.sealing import seal_connection
from clusters.signals import cluster_added, cluster_changed


def add_cluster(
    name: str, connection: Connection, *, source: str, user: User | None = None, address: str | None = None
) -> Cluster:
    """Saves a new cluster under `name` (cut to 100 characters; numbered when taken) and announces it.

    `source` says where the connection came from; `user` is None for the person at the server's shell.
    """
    name = _free(name.strip()[:90] or "cluster", "name")
    cluster = Cluster(
        name=name,
        slug=_free(slugify(name)[:90] or "cluster", "slug"),
        flag=_next_flag(),
        source=source,
    )
    seal_connection(cluster, connection)
    cluster.save()
    cluster_added.send(Cluster, user=user, address=address, cluster=cluster, detail=f"{source}: {connection.server}")
    return cluster


def replace_connection(
    cluster: Cluster, connection: Connection, *, source: str, user: User | None = None, address: str | None = None
) -> None:
    """Gives `cluster` another connection and announces it; its watches start anew by themselves."""
    cluster.source = source
    seal_connection(cluster, connection)
    cluster.save(update_fields=["server", "source", "sealed_connection", "updated"])
    cluster_changed.send(
        Cluster, user=user, address=address, cluster=cluster, detail=f"new connection, {source}: {connection.server}"
    )


def _free(wanted: str, field: str) -> str:
    taken = set(Cluster.objects.filter(**{f"{field}__startswith": wanted}).values_list(field, flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name not in taken)


def _next_flag() -> str:
    used = list(Cluster.objects.values_list("flag", flat=True))
    return min(Cluster.Flag.values, key=used.count)
