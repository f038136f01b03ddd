"""What one cluster that answers no call costs the pages of nineteen others.

Row R8 of the fault tests wants their p95 within a tenth of what it is when all are well. Both are measured in the same
run, in turns, on simulated clusters.
"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from benchmarks.figures import Figure, Spread
from tests.harness.doors import Door, faulty_cluster
from tests.harness.servers import Server

OTHERS = [f"harbour-{number:02}" for number in range(19)]
ROUNDS, GETS = 5, 60
EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}


def page_times(server: Server, session: requests.Session) -> list[float]:
    """Seconds of the pods pages of the clusters that are well, one after the other."""
    times = []
    for number in range(GETS):
        began = time.perf_counter()
        session.get(f"{server.url}/clusters/{OTHERS[number % len(OTHERS)]}/pods/", timeout=60).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


def while_stalled(server: Server, session: requests.Session, door: Door) -> list[float]:
    """The same while the other cluster answers nothing, and somebody waits for a page that asks it."""
    door.cause("silence")
    page = f"{server.url}/clusters/stalled/pods/default/web/yaml/"
    waiting = threading.Thread(target=server.sign_in().get, args=[page], kwargs={"timeout": 120})
    waiting.start()
    times = page_times(server, session)
    door.clear()
    waiting.join()
    return times


def p95(times: list[float]) -> float:
    """The time that 95 of 100 stay below."""
    return sorted(times)[int(len(times) * 0.95)]


def spread(times: list[float]) -> str:
    """The same in words."""
    return str(Spread.of([1000 * seconds for seconds in times]))


def measure(folder: Path) -> Iterator[Figure]:
    """Raises two simulated API servers: one for nineteen clusters, and one that falls silent."""
    with faulty_cluster(folder / "well") as well, faulty_cluster(folder / "stalled") as stalled:
        well.door.put_pod("web")
        stalled.door.put_pod("web")
        server = Server(folder, kubeconfig=well.kubeconfig_of(*OTHERS), settings=EMBEDDED)
        try:
            server.start()
            server.manage("import_kubeconfig", str(stalled.kubeconfig_of("stalled")))
            server.wait_until_synced()
            yield from compare(server, stalled.door)
        finally:
            server.stop()


def compare(server: Server, door: Door) -> list[Figure]:
    """The figures, from rounds in turns."""
    session = server.sign_in()
    page_times(server, session)
    calm: list[float] = []
    stalled: list[float] = []
    for _ in range(ROUNDS):
        calm += page_times(server, session)
        stalled += while_stalled(server, session, door)
    ratio = p95(stalled) / p95(calm)
    return [
        Figure("Pods pages of 19 clusters, all well", spread(calm)),
        Figure("The same, a 20th answers no call", spread(stalled)),
        Figure("p95, stalled to well", f"{ratio:.2f}", "0.90 to 1.10", met=0.9 <= ratio <= 1.1),
    ]
