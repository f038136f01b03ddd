"""Serves a large cluster for benchmarks: `python -m simulator.feed --state DIR --pods 10000`.

Writes DIR/kubeconfig once it listens. Needs about 11 kB of memory for each pod, and up to 500 MB for changes. Changes
come in the mix of `world.py`: of a hundred 70 are of status, 14 restarts, 8 deletions and 8 creations.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from simulator.feed.serving import serve
from simulator.feed.world import Size, World
from simulator.serving import Address


def main() -> None:
    """Reads the arguments and serves until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m simulator.feed", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder for the kubeconfig and the certificates")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=5_000)
    parser.add_argument("--namespaces", type=int, default=200)
    parser.add_argument("--churn", type=float, default=0, help="changes of pods per second")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--listen", type=Address.of, default="127.0.0.1:0", help="address and port")
    parser.add_argument("--plain", action="store_true", help="HTTP without TLS, to see what TLS costs")
    given = parser.parse_args()
    size = Size(given.pods, given.nodes, given.namespaces)
    world = World(size, given.seed)
    sys.stderr.write(f"{given.pods} pods on {given.nodes} nodes in {given.namespaces} namespaces are made.\n")
    given.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(_serve(world, given))


async def _serve(world: World, given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with serve(world, given.state, given.listen, plain=given.plain) as feed:
        feed.churn.set_rate(given.churn)
        await stop.wait()


if __name__ == "__main__":
    main()
