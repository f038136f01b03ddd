"""A simulated cluster in a thread of the test run, reached over HTTPS like any other."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from simulator.cluster import SimulatedCluster
from simulator.parts import assemble, furnish, live
from simulator.roles import grant_roles
from simulator.serving import KUBECONFIG, Address, first_version, serving

Found = TypeVar("Found")


class Simulator:
    """A cluster that is served, and the kubeconfig that reaches it."""

    def __init__(self, cluster: SimulatedCluster, kubeconfig: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.kubeconfig = kubeconfig
        self.stop = asyncio.Event()
        self._cluster = cluster
        self._loop = loop

    def ask(self, question: Callable[[SimulatedCluster], Found]) -> Found:
        """What `question` makes of the cluster; it runs in the cluster's own event loop."""

        async def answer() -> Found:
            return question(self._cluster)

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(10)


@contextmanager
def simulated(state: Path, *, world: str = "empty") -> Iterator[Simulator]:
    """Serves a simulated cluster until the context is left."""
    started: Future[Simulator] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(state, world, started)), name="simulator")
    thread.start()
    simulator = started.result(10)
    try:
        yield simulator
    finally:
        simulator.ask(lambda _: simulator.stop.set())
        thread.join(10)


async def _serve(state: Path, world: str, started: "Future[Simulator]") -> None:
    cluster = assemble(seed=7, speed=1.0, world=world, first_version=first_version())
    furnish(cluster)
    grant_roles(cluster.storage)
    try:
        async with serving(cluster, state, Address("127.0.0.1", 0)):
            simulator = Simulator(cluster, state / KUBECONFIG, asyncio.get_running_loop())
            life = asyncio.create_task(live(cluster), name="life")
            started.set_result(simulator)
            await simulator.stop.wait()
            life.cancel()
            await asyncio.wait({life})
            if not life.cancelled():
                life.result()
    except BaseException as error:
        if not started.done():
            started.set_exception(error)
        raise
