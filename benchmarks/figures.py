"""Figures, and the table that they are printed in."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: str
    goal: str = ""


def milliseconds(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and worst, from durations in seconds."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))]
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, worst {ordered[-1] * 1000:.1f} ms"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = [f"| {figure.what} | {figure.value} | {figure.goal} |" for figure in figures]
    return "\n".join(["| what | measured | goal |", "|---|---|---|", *lines])
