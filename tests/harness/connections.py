"""The connection to the cluster that the tests run on."""

from clusters.kube.connection import Connection
from clusters.kube.kubeconfig import read_kubeconfig
from tests.harness.clusters import Cluster


def connection_to(cluster: Cluster) -> Connection:
    """Its administrator's connection, read from its kubeconfig as first start does."""
    text = cluster.kubeconfig.read_text()
    [(_, connection), *_] = read_kubeconfig(text, own_files=True, base=cluster.kubeconfig.parent).taken
    return connection
