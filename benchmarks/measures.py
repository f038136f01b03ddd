"""What is measured of one server on one cluster. Each function returns a line of the table."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page

from benchmarks.fake_pods import Driver
from benchmarks.figures import Figure, milliseconds
from benchmarks.processes import cpu_seconds, megabytes
from tests.harness.browsers import DESKTOP, take_cookies
from tests.harness.servers import Server

PODS = "/clusters/test/pods/"
PAGE_GETS = 300
CHANGES = 200
IDLE_SECONDS = 30
BETWEEN_CHANGES = 250  # milliseconds, so that each change is one by itself

SEEN = """name => new Promise(resolve => {
  const look = () => document.querySelector(`tr[data-name="${name}"]`) && resolve(Date.now());
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, attributes: true});
  look();
})"""


def start(server: Server) -> Figure:
    """From the command to the first answered page, on a database that is there already."""
    began = time.monotonic()
    server.start()
    requests.get(f"{server.url}/sign-in/", timeout=30).raise_for_status()
    return Figure("Second start, to the first page", f"{time.monotonic() - began:.2f} s", "under 3 s")


def first_sync(server: Server, pods: int) -> Figure:
    """From the command on an empty database to every row being there."""
    began = time.monotonic()
    server.start()
    server.wait_until_synced()
    took = time.monotonic() - began
    verified = server.manage("verify", "test")
    return Figure(f"First start to synced, {pods:,} pods", f"{took:.2f} s; {last_line(verified)}")


def last_line(text: str) -> str:
    """The line in which a command says how it ended."""
    return text.strip().splitlines()[-1]


def page_times(server: Server, session: requests.Session, query: str = "") -> Figure:
    """The pods page, signed in, through the whole stack, one request after the other."""
    url = f"{server.url}{PODS}{query}"
    session.get(url, timeout=30).raise_for_status()
    times = [_timed(lambda: session.get(url, timeout=30).raise_for_status()) for _ in range(PAGE_GETS)]
    return Figure(f"Pods page {query or '(default)'}, {PAGE_GETS} times", milliseconds(times), "p99 under 20 ms")


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def page_weight(browser: Browser, server: Server, session: requests.Session) -> Figure:
    """Bytes on the wire for a first visit to the pods page with an empty cache."""
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, session, server.url)
        page = context.new_page()
        wire = context.new_cdp_session(page)
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        wire.send("Network.enable")
        page.goto(PODS, wait_until="networkidle")
        return Figure("Pods page, all bytes of a first visit", f"{sum(sizes) / 1000:.0f} kB", "at most 200 kB")


def change_to_dom(browser: Browser, server: Server, session: requests.Session, kubeconfig: Path) -> Figure:
    """From the request that creates a pod to its row in the browser, 200 times, without a reload."""
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, session, server.url)
        page = context.new_page()
        page.goto(f"{PODS}?q=change-&sort=age", wait_until="networkidle")
        with Driver(kubeconfig) as driver:
            times = list(_changes(page, driver))
    goal = "better than 55 ms median, 461 ms worst"
    return Figure(f"Change in the cluster to the page, {CHANGES} times", milliseconds(times), goal)


def _changes(page: Page, driver: Driver) -> Iterator[float]:
    for number in range(CHANGES):
        name = f"change-{number:03}"
        # In braces, so that evaluate does not wait for what it starts.
        page.evaluate(f"() => {{ window.seen = ({SEEN})({name!r}) }}")
        began = time.time()
        driver.create("benchmark", name)
        yield page.evaluate("window.seen") / 1000 - began
        page.wait_for_timeout(BETWEEN_CHANGES)


def memory(server: Server, pods: int) -> Figure:
    """All processes, after the sync and the pages above."""
    return Figure(f"Memory of all processes, {pods:,} pods", f"{megabytes(server):.0f} MB", "under 150 MB")


def idle(server: Server, pods: int) -> Figure:
    """Processor use with nobody looking and nothing changing."""
    before = cpu_seconds(server)
    time.sleep(IDLE_SECONDS)
    share = (cpu_seconds(server) - before) / IDLE_SECONDS
    return Figure(f"Idle with {pods:,} pods, over {IDLE_SECONDS} s", f"{share:.1%} of a core", "under 1 %")
