"""python -m simulator: a Kubernetes cluster that is none, to try and to test Pilothouse with."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from simulator.parts import assemble, furnish, live
from simulator.roles import grant_roles
from simulator.serving import KUBECONFIG, Address, first_version, serving


def main() -> int:
    """Serve until SIGTERM, SIGINT or, with --with-parent, the end of standard input. Returns the exit code."""
    options = _options()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(options))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The simulator cannot start: {error}\n")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder for certificates, tokens and the kubeconfig")
    parser.add_argument("--listen", type=Address.of, default=Address("127.0.0.1", 0), help="host:port of the API")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same life")
    parser.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds in a real one")
    parser.add_argument("--world", choices=("demo", "empty"), default="demo", help="what the cluster begins with")
    parser.add_argument("--control", type=Address.of, help="host:port of the door to faults, on loopback")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    return parser.parse_args()


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 10_000:
        raise ValueError("A speed is above 0 and at most 10,000.")
    return speed


async def _serve(options: argparse.Namespace) -> None:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    parent = await _end_with_input(end) if options.with_parent else None
    cluster = assemble(seed=options.seed, speed=options.speed, world=options.world, first_version=first_version())
    furnish(cluster)
    grant_roles(cluster.storage)
    async with serving(cluster, options.state, options.listen, options.control) as url:
        sys.stdout.write(f"Simulated cluster at {url}, kubeconfig {options.state / KUBECONFIG}\n")
        sys.stdout.flush()
        await _until(end, live(cluster))
    if parent:
        parent.cancel()


async def _until(end: asyncio.Event, life: Coroutine[Any, Any, None]) -> None:
    """Lets the cluster live until `end`. Raises what its life raises."""
    tasks = {asyncio.create_task(life, name="life"), asyncio.create_task(end.wait(), name="end")}
    done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    for task in done:
        task.result()


async def _end_with_input(end: asyncio.Event) -> asyncio.Task[None]:
    """Sets `end` when standard input closes, as it does when the parent dies."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    task = asyncio.create_task(_drain(reader), name="watch the parent")
    task.add_done_callback(lambda _: end.set())
    return task


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(1024):
        pass


if __name__ == "__main__":
    sys.exit(main())
