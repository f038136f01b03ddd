"""The demo cluster: a simulated one, for whoever has no cluster at hand. Reached like any other, by its kubeconfig."""

from pathlib import Path

from clusters.adding import add_cluster, replace_connection
from clusters.kube.kubeconfig import read_kubeconfig
from clusters.models import DEMO, Activity, Cluster
from clusters.sealing import SealBroken, open_connection
from clusters.signals import cluster_removed

CONTEXT = "admin"


def is_wanted() -> bool:
    """Whether there is no cluster at hand but the demo."""
    return not Cluster.objects.exclude(source=DEMO).exists()


def keep(kubeconfig: Path) -> None:
    """Add the demo cluster, or lead the one that is there to where it is served now.

    Raises BadKubeconfig and KeyError for a file that does not come from our simulator.
    """
    contents = read_kubeconfig(kubeconfig.read_text(encoding="utf-8"), own_files=False)
    connection = dict(contents.taken)[CONTEXT]
    known = Cluster.objects.filter(source=DEMO).first()
    if known is None:
        add_cluster("demo", connection, source=DEMO)
        return
    try:
        same = open_connection(known) == connection
    except SealBroken:
        same = False
    if not same:
        replace_connection(known, connection, source=DEMO)


def forget() -> bool:
    """Take away the demo cluster of an earlier start; True where there was one."""
    known = list(Cluster.objects.filter(source=DEMO))
    for cluster in known:
        cluster_removed.send(Cluster, user=None, address=None, cluster=cluster, detail=DEMO)
        cluster.delete()
    return bool(known)


def was_ever_added() -> bool:
    """Whether any cluster but the demo was ever added."""
    added = Activity.objects.filter(act=Activity.Act.CLUSTER_ADDED)
    return added.exclude(detail__startswith=f"{DEMO}: ").exists()
