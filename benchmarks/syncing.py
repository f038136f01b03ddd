"""First syncs, and restarts on rows that are there: how long, with how much memory, against the baselines."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.baselines import Sync, client_go_sync, curl
from benchmarks.feeds import Feed
from benchmarks.figures import Figure, median, ratio
from benchmarks.pilothouse import Pilothouse, pilothouse

GOALS = {150_000: (8.0, 250.0)}
"""Pods -> seconds and MB of a first sync on SQLite."""


def measure(folder: Path, feed: Feed, *, databases: tuple[str, ...], runs: int) -> Iterator[Figure]:
    """First syncs with the baselines between them, so that what else the machine does meets all alike."""
    transfers: list[float] = []
    syncs: dict[str, list[Sync]] = {}
    kinds: dict[str, Callable[[], Sync]] = {
        **{database: _ours(folder, feed, database) for database in databases},
        "client-go, typed JSON": lambda: client_go_sync(feed, dynamic=False),
        "client-go, dynamic": lambda: client_go_sync(feed, dynamic=True),
    }
    for _ in range(runs):
        transfers.append(curl(feed))
        for name, run in kinds.items():
            syncs.setdefault(name, []).append(run())
    yield Figure(f"Raw transfer by curl, {feed.pods:,} pods", _rate(feed.pods, median(transfers)))
    typed, dynamic = (_median(syncs[f"client-go, {mode}"]) for mode in ("typed JSON", "dynamic"))
    yield Figure(f"client-go typed JSON, {feed.pods:,} pods", _said(feed.pods, typed))
    yield Figure(f"client-go dynamic, {feed.pods:,} pods", _said(feed.pods, dynamic))
    ours = {database: _median(syncs[database]) for database in databases}
    for database, sync in ours.items():
        yield from _judged(feed.pods, database, sync, typed, dynamic, ours.get("sqlite"))


def _judged(
    pods: int, database: str, sync: Sync, typed: Sync, dynamic: Sync, on_sqlite: Sync | None
) -> Iterator[Figure]:
    what = f"First sync, {database}, {pods:,} pods"
    if not sync.equal:
        yield Figure(what, "void: the rows are not the server's set", met=False)
        return
    goal, met = "", None
    if database == "sqlite" and pods in GOALS:
        seconds, megabytes = GOALS[pods]
        goal, met = f"{seconds:g} s, {megabytes:g} MB", sync.seconds <= seconds and sync.megabytes <= megabytes
    yield Figure(what, _said(pods, sync), goal, met)
    for name, other, times in (("typed JSON", typed, 4), ("dynamic", dynamic, 8)):
        faster = ratio(other.seconds, sync.seconds)
        yield Figure(f"… to client-go {name}", faster, f"{times} times", other.seconds >= times * sync.seconds)
    share = sync.megabytes / typed.megabytes
    yield Figure("… memory, of typed JSON's", f"{share:.0%}", "at most a quarter", share <= 0.25)
    if database == "postgresql" and on_sqlite:
        times_sqlite = ratio(sync.seconds, on_sqlite.seconds)
        yield Figure("… to SQLite", times_sqlite, "1.5 times", sync.seconds <= 1.5 * on_sqlite.seconds)


def _ours(folder: Path, feed: Feed, database: str) -> Callable[[], Sync]:
    count = iter(range(1000))

    def run() -> Sync:
        with pilothouse(folder / f"sync-{feed.pods}-{database}-{next(count)}", database) as house:
            return first_sync(house, feed)

    return run


def first_sync(house: Pilothouse, feed: Feed) -> Sync:
    """Adds the feed's cluster; from the first request that the feed gets to the pods being rows."""
    asked_before = len(feed.status()["requests"])
    with house.cost.watched() as cost:
        house.add(feed)
        listed_at = house.wait_until_listed()
    requests = feed.status()["requests"][asked_before:]
    began = next(moment for moment, request in requests if not request.endswith("/feed/status"))
    return Sync(listed_at - began, cost.peak, house.rows() == feed.versions())


def restart(folder: Path, feed: Feed) -> Iterator[Figure]:
    """Stops a synced server and starts it again while the feed has changed: when are rows served, when equal?"""
    with pilothouse(folder / f"restart-{feed.pods}", "sqlite") as house:
        first = first_sync(house, feed)
        house.server.wait_until_synced(seconds=300)
        session = house.server.sign_in()
        house.server.stop()
        feed.change_at(1000)
        time.sleep(3)
        feed.change_at(0)
        house.server.start()
        began = time.time()
        page = session.get(f"{house.server.url}/clusters/{house.slug}/pods/", timeout=30)
        served = time.time() - began
        has_rows = page.text.count("data-uid=") == min(100, feed.pods)
        equal = house.wait_until_equal(feed, seconds=300)
        converged = time.time() - began
        yield Figure(
            f"Restart, {feed.pods:,} pods: kept rows served after the port opened",
            f"{served:.2f} s",
            "1 s",
            has_rows and served <= 1,
        )
        yield Figure(
            "… rows equal to the server's set",
            f"{converged:.2f} s" if equal else "void: never equal",
            f"1.2 times a first sync, {1.2 * first.seconds:.1f} s",
            equal and converged <= 1.2 * first.seconds,
        )


def _median(syncs: list[Sync]) -> Sync:
    seconds, megabytes = median([sync.seconds for sync in syncs]), median([sync.megabytes for sync in syncs])
    return replace(syncs[0], seconds=seconds, megabytes=megabytes, equal=all(sync.equal for sync in syncs))


def _rate(pods: int, seconds: float) -> str:
    return f"{seconds:.2f} s, {pods / seconds:,.0f} pods/s"


def _said(pods: int, sync: Sync) -> str:
    return f"{_rate(pods, sync.seconds)}, {sync.megabytes:,.0f} MB"
