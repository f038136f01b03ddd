"""Figures, and the table that they are printed in."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. `met` is None where there is no goal to meet."""

    what: str
    value: str
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Whether the goal was met, in a word."""
        return {None: "", True: "met", False: "missed"}[self.met]


@dataclass(frozen=True)
class Spread:
    """Median, 99th percentile and worst of durations in milliseconds."""

    p50: float
    p99: float
    worst: float
    count: int

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> "Spread":
        """From all of them; of none all is 0."""
        ordered = sorted(milliseconds) or [0.0]
        p99 = ordered[round(0.99 * (len(ordered) - 1))]
        return cls(statistics.median(ordered), p99, ordered[-1], len(milliseconds))

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms, worst {self.worst:.1f} ms"


def median(values: Sequence[float]) -> float:
    """The median; 0 of none."""
    return statistics.median(values) if values else 0.0


def ratio(ours: float, theirs: float) -> str:
    """How many times `theirs` ours is, in words."""
    return f"{ours / theirs:.2f} times" if theirs else "no baseline"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = [f"| {figure.what} | {figure.value} | {figure.goal} | {figure.verdict} |" for figure in figures]
    return "\n".join(["| what | measured | goal | |", "|---|---|---|---|", *lines])
