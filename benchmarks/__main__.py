"""Measures Pilothouse and prints one table: `python -m benchmarks [--only sync,live] [--runs 5]`.

All but the parts `stalled`, `real`, `logs` and `shells` run on `simulator.feed`, beside Pilothouse on the same machine,
over HTTPS on loopback. Compare figures of one machine and one run only; nothing else should run meanwhile.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    idle,
    live,
    log_frozen,
    log_relay,
    log_rendering,
    log_viewers,
    pages,
    real,
    shell_echo,
    shell_output,
    shell_sessions,
    stage,
    stalled_cluster,
    syncing,
)
from benchmarks.feeds import feed
from benchmarks.figures import Figure, table

DATABASES = ("sqlite", "postgresql")
RATES = (100, 1000, 5000)


class Bench:
    """The parts, by the names that `--only` takes."""

    def __init__(self, folder: Path, given: argparse.Namespace) -> None:
        self._folder = folder
        self._given = given
        self.parts: dict[str, Callable[[], Iterator[Figure]]] = {
            "sync": self.sync,
            "live": self.live,
            "pages": self.pages,
            "idle": self.idle,
            "restart": self.restart,
            "stalled": lambda: stalled_cluster.measure(made(folder / "stalled")),
            "real": lambda: real.measure(made(folder / "real"), given.real_pods),
            "logs": self.logs,
            "shells": self.shells,
        }

    def sync(self) -> Iterator[Figure]:
        """First syncs of each size above the smallest."""
        for size in self._given.sizes[1:] or self._given.sizes:
            with feed(self._folder, size) as served:
                yield from syncing.measure(self._folder, served, databases=self._given.databases, runs=self._given.runs)

    def live(self) -> Iterator[Figure]:
        """Each rate on each database, with 10,000 pods."""
        for database in self._given.databases:
            with feed(self._folder, 10_000) as served:
                yield from live.measure(self._folder, served, database=database, rates=self._given.rates)

    def pages(self) -> Iterator[Figure]:
        """The pods page at each size."""
        medians: dict[int, float] = {}
        for size in self._given.sizes:
            with feed(self._folder, size) as served:
                yield from pages.measure(self._folder, served, medians)
        yield pages.flatness(medians)

    def idle(self) -> Iterator[Figure]:
        """With 10,000 pods."""
        with feed(self._folder, 10_000) as served:
            yield from idle.measure(self._folder, served)

    def restart(self) -> Iterator[Figure]:
        """With the largest size."""
        with feed(self._folder, self._given.sizes[-1]) as served:
            yield from syncing.restart(self._folder, served)

    def logs(self) -> Iterator[Figure]:
        """On a real cluster."""
        with stage.raised(made(self._folder / "logs")) as on:
            for part in (log_relay, log_viewers, log_frozen, log_rendering):
                yield from part.measure(on)

    def shells(self) -> Iterator[Figure]:
        """On a real cluster."""
        with stage.raised(made(self._folder / "shells")) as on:
            for part in (shell_echo, shell_output, shell_sessions):
                yield from part.measure(on)


def made(folder: Path) -> Path:
    """The folder, which is there afterwards."""
    folder.mkdir()
    return folder


def main() -> None:
    """Reads the arguments, and prints each figure as it comes and the table at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=_words, default=(), help="parts, by commas; docs/benchmarks.md lists them")
    parser.add_argument("--sizes", type=_numbers, default=(1_000, 10_000, 150_000), help="pods, smallest first")
    parser.add_argument("--rates", type=_numbers, default=RATES, help="changes a second")
    parser.add_argument("--databases", type=_words, default=DATABASES)
    parser.add_argument("--runs", type=int, default=5, help="of each first sync; the median counts")
    parser.add_argument("--real-pods", type=int, default=2000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pilothouse-bench-") as name:
        Path(name).chmod(0o755)  # PostgreSQL's user must reach its folder
        bench = Bench(Path(name), given)
        figures = []
        for part in given.only or bench.parts:
            for figure in bench.parts[part]():
                print(f"{figure.what}: {figure.value} {figure.verdict}", flush=True)
                figures.append(figure)
        print(table(figures))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


if __name__ == "__main__":
    main()
