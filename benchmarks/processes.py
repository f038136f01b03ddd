"""What processes cost."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_EVERY = 0.2
"""Seconds between two looks at memory: a look at 200 MB takes the kernel some milliseconds."""


class Cost:
    """Memory and processor time of processes and all their children."""

    def __init__(self, roots: Callable[[], Sequence[int]]) -> None:
        self._roots = roots
        self.peak = 0.0
        """The most memory in MB that `watched` saw."""

    def megabytes(self) -> float:
        """Memory now: proportional set size, so that shared pages count once."""
        return sum(map(_pss, self._all())) / 1000

    def cpu_seconds(self) -> float:
        """Processor seconds that they have used since they started."""
        return sum(map(_ticks, self._all())) / 100

    @contextmanager
    def watched(self) -> Iterator["Cost"]:
        """Notes the peak meanwhile."""
        self.peak, over = self.megabytes(), threading.Event()

        def look() -> None:
            while not over.wait(_EVERY):
                self.peak = max(self.peak, self.megabytes())

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield self
        finally:
            over.set()
            looking.join()

    def _all(self) -> list[int]:
        return [pid for root in self._roots() for pid in _tree(root)]


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # it has just ended
        return []
    return [pid, *(below for child in children for below in _tree(int(child)))]


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((float(line.split()[1]) * 1.024 for line in lines if line.startswith("Pss:")), 0)


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(fields[11]) + int(fields[12])
