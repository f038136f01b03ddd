"""The pods page through the whole stack: every sort and filter, deep pages and text search, with 1 and 50 users."""

import asyncio
import html
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import requests

from benchmarks.feeds import Feed
from benchmarks.figures import Figure, Spread, ratio
from benchmarks.pilothouse import Pilothouse, pilothouse
from benchmarks.syncing import first_sync

GETS = 100
USERS, PAUSE, ROUNDS = 50, 2.5, 8
"""With 50 users each one looks at a page every 2.5 seconds: 20 pages a second, whoever may be slow."""

DEEP = 20
P99_GOAL, FLAT_GOAL = 20.0, 1.5
SORTS = ("namespace", "name", "ready", "status", "restarts", "age", "ip", "node")
FILTERS = {
    "namespace": "namespace=shop-001",
    "state": "state=failing",
    "status": "status=CrashLoopBackOff",
    "node": "node=node-0007",
    "labels": "labels=app.kubernetes.io%2Fname%3Dcheckout",
    "labels, two": "labels=app.kubernetes.io%2Fname%3Dcheckout%2Cteam%20in%20%28team-1%2Cteam-3%29",
    "text": "q=checkout",
    "text, rare": "q=checkout-000",
    "all": "namespace=shop-000&state=running&q=checkout&sort=-age",
}


def measure(folder: Path, feed: Feed, medians: dict[int, float]) -> Iterator[Figure]:
    """Every view one after the other, then 50 users at once. `medians` takes the median for each size."""
    with pilothouse(folder / f"pages-{feed.pods}", "sqlite") as house:
        first_sync(house, feed)
        session = house.server.sign_in()
        _wait_until_searchable(house)
        views = dict(_views(house, session))
        spreads = {name: Spread.of(list(_times(session, url))) for name, url in views.items()}
        slowest = max(spreads, key=lambda name: spreads[name].p99)
        medians[feed.pods] = spreads["default"].p50
        for name in ("default", slowest):
            spread = spreads[name]
            what = f"Pods page, {feed.pods:,} pods, 1 user, {name}"
            yield Figure(what, str(spread), f"p99 under {P99_GOAL:g} ms", spread.p99 < P99_GOAL)
        missed = [f"{name} {spread.p99:.0f} ms" for name, spread in spreads.items() if spread.p99 >= P99_GOAL]
        kept = f"{len(spreads) - len(missed)} of {len(spreads)}"
        yield Figure("… views that keep it", f"{kept}; over: {', '.join(missed) or 'none'}", "all", not missed)
        many = Spread.of(asyncio.run(_users(views, session.cookies.get_dict())))
        what = f"Pods page, {feed.pods:,} pods, {USERS} users, {USERS / PAUSE:g} pages/s"
        yield Figure(what, str(many), f"p99 under {P99_GOAL:g} ms", many.p99 < P99_GOAL)
        yield Figure("… pages/s that saturate the server", f"{_most(views['default'], session):.0f}")


def flatness(medians: Mapping[int, float]) -> Figure:
    """How much slower the largest cluster's page is than the smallest's."""
    small, large = medians[min(medians)], medians[max(medians)]
    what = f"Pods page, {max(medians):,} pods to {min(medians):,}"
    return Figure(what, ratio(large, small), f"{FLAT_GOAL:g} times", large <= FLAT_GOAL * small)


def _wait_until_searchable(house: Pilothouse) -> None:
    complete = f"SELECT 1 FROM clusters_watch WHERE kind = 'pods' AND searched_to = {2**63 - 1}"
    while not house.query(complete):
        time.sleep(0.2)


def _views(house: Pilothouse, session: requests.Session) -> Iterator[tuple[str, str]]:
    base = f"{house.server.url}/clusters/{house.slug}/pods/"
    yield "default", base
    for sort in SORTS:
        yield f"by {sort}", f"{base}?sort={sort}"
        yield f"by {sort}, turned", f"{base}?sort=-{sort}"
    for name, query in FILTERS.items():
        yield f"filter: {name}", f"{base}?{query}"
    for sort in ("status", "name", "age"):
        yield f"page {DEEP} by {sort}", _deep(session, f"{base}?sort={sort}")


def _deep(session: requests.Session, url: str) -> str:
    """The address of a page far behind the first."""
    for _ in range(DEEP - 1):
        found = re.search(r'href="([^"]*[?&]after=[^"]*)"', session.get(url, timeout=30).text)
        if not found:
            return url
        url = urljoin(url, html.unescape(found[1]))
    return url


def _times(session: requests.Session, url: str) -> Iterator[float]:
    session.get(url, timeout=30).raise_for_status()
    for _ in range(GETS):
        began = time.perf_counter()
        session.get(url, timeout=30).raise_for_status()
        yield (time.perf_counter() - began) * 1000


async def _users(views: dict[str, str], cookies: dict[str, str]) -> list[float]:
    """Users who each look at one view after the other, at times that no answer can put off."""
    urls = list(views.values())
    began = asyncio.get_running_loop().time()

    async def user(number: int, session: aiohttp.ClientSession) -> list[float]:
        times = []
        for turn in range(ROUNDS):
            due = began + (turn + number / USERS) * PAUSE
            await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
            async with session.get(urls[(number + turn * 7) % len(urls)]) as answer:
                answer.raise_for_status()
                await answer.read()
            times.append((asyncio.get_running_loop().time() - due) * 1000)
        return times

    connector = aiohttp.TCPConnector(limit=USERS)
    async with aiohttp.ClientSession(cookies=cookies, connector=connector) as session:
        each = await asyncio.gather(*(user(number, session) for number in range(USERS)))
    return [late for times in each for late in times]


def _most(url: str, session: requests.Session, seconds: float = 5) -> float:
    """Pages a second with four connections that ask again at once."""

    async def run() -> int:
        end = asyncio.get_running_loop().time() + seconds

        async def ask(client: aiohttp.ClientSession) -> int:
            pages = 0
            while asyncio.get_running_loop().time() < end:
                async with client.get(url) as answer:
                    await answer.read()
                pages += 1
            return pages

        async with aiohttp.ClientSession(cookies=session.cookies.get_dict()) as client:
            return sum(await asyncio.gather(*(ask(client) for _ in range(4))))

    return asyncio.run(run()) / seconds
