"""What a synced Pilothouse costs while nothing changes and nobody looks."""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.feeds import Feed
from benchmarks.figures import Figure
from benchmarks.pilothouse import pilothouse
from benchmarks.syncing import first_sync

SECONDS = 30.0
SETTLING = 15.0
"""Seconds after the sync in which the search index is filled and memory is given back."""

CPU_GOAL, MEMORY_GOAL = 0.01, 120.0


def measure(folder: Path, feed: Feed) -> Iterator[Figure]:
    """Processor share over half a minute, and memory at its end."""
    with pilothouse(folder / f"idle-{feed.pods}", "sqlite") as house:
        first_sync(house, feed)
        time.sleep(SETTLING)
        before = house.cost.cpu_seconds()
        time.sleep(SECONDS)
        share = (house.cost.cpu_seconds() - before) / SECONDS
        megabytes = house.cost.megabytes()
        yield Figure(f"Idle, {feed.pods:,} pods", f"{share:.1%} of a core", "under 1 %", share < CPU_GOAL)
        yield Figure("… memory", f"{megabytes:.0f} MB", f"under {MEMORY_GOAL:g} MB", megabytes < MEMORY_GOAL)
