"""Measures Pilothouse on a real cluster and prints one table: `python -m benchmarks [--pods N]`.

Raises the test cluster, or uses the one that PILOTHOUSE_TEST_KUBECONFIG names, in which it makes and removes the
namespace `benchmark`. Server, browser and cluster share the machine: compare figures of one machine only.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import measures
from benchmarks.fake_pods import fake_pods
from benchmarks.figures import Figure, table
from tests.harness.browsers import chromium
from tests.harness.clusters import Cluster, usable_cluster
from tests.harness.servers import Server

QUERIES = (
    "",
    "?sort=age",
    "?sort=-restarts",
    "?q=00123",
    "?labels=app%3Dcheckout",
    "?namespace=benchmark&state=running",
)


def measure(cluster: Cluster, folder: Path, pods: int) -> Iterator[Figure]:
    """Every figure, in the order in which a person would meet them."""
    server = Server(folder, kubeconfig=cluster.kubeconfig)
    try:
        yield measures.first_sync(server, pods)
        server.stop()
        yield measures.start(server)
        server.wait_until_synced()
        session = server.sign_in()
        for query in QUERIES:
            yield measures.page_times(server, session, query)
        with chromium() as browser:
            yield measures.page_weight(browser, server, session)
            yield measures.change_to_dom(browser, server, session, cluster.kubeconfig)
        yield measures.memory(server, pods)
        yield measures.idle(server, pods)
    finally:
        server.stop()


def main() -> None:
    """Reads the arguments and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pods", type=int, default=2000, help="pods to make beside those that are there")
    pods = parser.parse_args().pods
    with usable_cluster() as cluster, fake_pods(cluster, pods), tempfile.TemporaryDirectory() as folder:
        print(table(list(measure(cluster, Path(folder), pods))))


if __name__ == "__main__":
    main()
