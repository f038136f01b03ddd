"""Changes at a steady rate: how long until they are committed, and until a browser shows them."""

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page

from benchmarks.baselines import client_go
from benchmarks.feeds import Change, Feed
from benchmarks.figures import Figure, Spread
from benchmarks.pilothouse import Pilothouse, pilothouse
from benchmarks.syncing import first_sync
from tests.harness.browsers import DESKTOP, chromium, take_cookies

SECONDS = 20.0
GOALS = {100: 15.0, 1000: 15.0}
"""Changes a second -> milliseconds from change to commit that 99 % must stay under."""

DOM_GOAL, BYTES_GOAL = 100.0, 120.0

OBSERVE = """() => {
  window.shown = [];
  const note = (row) => row.dataset?.uid &&
    window.shown.push([row.dataset.uid, Number(row.dataset.rv), performance.timeOrigin + performance.now()]);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") note(change.target);
      for (const added of change.addedNodes) note(added);
    }
  }).observe(document.getElementById("rows"), {childList: true, subtree: true, attributeFilter: ["data-rv"]});
}"""


def measure(folder: Path, feed: Feed, *, database: str, rates: Sequence[int]) -> Iterator[Figure]:
    """Every rate in turn, with a browser on the pods page, sorted by name so that its rows stay."""
    with pilothouse(folder / f"live-{database}", database) as house, chromium() as browser:
        first_sync(house, feed)
        session = house.server.sign_in()
        with browser.new_context(base_url=house.server.url, viewport=DESKTOP) as context:
            take_cookies(context, session, house.server.url)
            page = context.new_page()
            received: list[int] = []
            wire = context.new_cdp_session(page)
            wire.send("Network.enable")
            wire.on("Network.webSocketFrameReceived", lambda frame: received.append(_size(frame)))
            page.goto(f"/clusters/{house.slug}/pods/?sort=name", wait_until="networkidle")
            page.evaluate(OBSERVE)
            for rate in rates:
                yield from _at(rate, house, feed, page, received, database)
    for rate in rates:
        yield _client_go_at(rate, feed)


def _at(rate: int, house: Pilothouse, feed: Feed, page: Page, received: list[int], database: str) -> Iterator[Figure]:
    received.clear()
    page.evaluate("() => { window.shown.length = 0 }")
    on_page = set(page.evaluate("() => [...document.querySelectorAll('tr[data-uid]')].map(row => row.dataset.uid)"))
    before, used = feed.status()["version"], house.cost.cpu_seconds()
    commits: list[tuple[float, int]] = []
    looking = Thread(target=lambda: commits.extend(house.commits(time.time() + SECONDS + 1)))
    looking.start()
    feed.change_at(rate)
    page.wait_for_timeout(SECONDS * 1000)
    status = feed.change_at(0)
    used = house.cost.cpu_seconds() - used
    page.wait_for_timeout(1000)
    looking.join()
    equal = house.wait_until_equal(feed)
    changes, shown = feed.changes(before), page.evaluate("() => window.shown")
    late = f"; the feed itself was up to {status['latest'] * 1000:.0f} ms late" if status["latest"] > 0.02 else ""
    what = f"{rate:,} changes/s, {database}, {feed.pods:,} pods"
    spread = Spread.of(to_commit(changes, commits))
    goal = GOALS.get(rate)
    yield Figure(
        f"{what}: change to commit",
        f"{spread}; {used / SECONDS:.0%} of a core{late}" if equal else "void: rows differ from the server's set",
        f"p99 under {goal:g} ms" if goal else "sustained",
        equal and (spread.p99 < goal if goal else spread.p99 < 1000),
    )
    to_dom = Spread.of(to_page([change for change in changes if change.uid in on_page], shown))
    yield Figure(
        "… change to browser DOM",
        f"{to_dom}, {to_dom.count} of rows on the page",
        f"p99 under {DOM_GOAL:g} ms" if rate <= 1000 else "",
        to_dom.p99 < DOM_GOAL if rate <= 1000 else None,
    )
    bytes_a_change = sum(received) / max(len(changes), 1)
    yield Figure(
        "… bytes on the socket a change",
        f"{bytes_a_change:.0f}",
        f"at most {BYTES_GOAL:g}",
        bytes_a_change <= BYTES_GOAL,
    )


def _size(frame: dict[str, Any]) -> int:
    return len(frame["response"]["payloadData"].encode())


def to_commit(changes: Sequence[Change], commits: Sequence[tuple[float, int]]) -> list[float]:
    """Milliseconds from each change to the first commit of its version or a later one."""
    versions = [version for _, version in commits]
    places = [(change, bisect_left(versions, change.version)) for change in changes]
    return [(commits[place][0] - change.born) * 1000 for change, place in places if place < len(commits)]


def to_page(changes: Sequence[Change], shown: Sequence[tuple[str, int, float]]) -> list[float]:
    """Milliseconds from each change to the moment at which the page shows its version or a later one of its row."""
    by_uid: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for uid, version, moment in shown:
        by_uid[uid].append((version, moment))
    found = (
        next((moment - change.born * 1000 for version, moment in by_uid[change.uid] if version >= change.version), None)
        for change in changes
    )
    return [late for late in found if late is not None]


def _client_go_at(rate: int, feed: Feed) -> Figure:
    with client_go(feed, dynamic=False) as program:
        feed.change_at(rate)
        time.sleep(SECONDS)
        feed.change_at(0)
        time.sleep(2)
        told = program.ask("live")
        what = f"{rate:,} changes/s: client-go typed JSON, change to handler"
        return Figure(what, f"p50 {told['p50']:.1f} ms, p99 {told['p99']:.1f} ms, {told['changes']:,} changes")
