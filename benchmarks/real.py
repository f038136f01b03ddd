"""What is measured on a real API server. Each function returns a line of the table."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page

from benchmarks.fake_pods import Driver, fake_pods
from benchmarks.figures import Figure, Spread
from benchmarks.processes import Cost
from tests.harness.browsers import DESKTOP, chromium, take_cookies
from tests.harness.clusters import usable_cluster
from tests.harness.servers import Server

PODS = "/clusters/test/pods/"
PAGE_GETS = 300
CHANGES = 200
BETWEEN_CHANGES = 250  # milliseconds, so that each change is one by itself
QUIET = 30.0  # seconds

START_GOAL = 3.0  # seconds
PAGE_GOAL = 20.0  # milliseconds
WEIGHT_GOAL = 200.0  # kB
MEMORY_GOAL = 150.0  # MB
HEADLAMP_MEDIAN, HEADLAMP_WORST = 55.0, 461.0  # milliseconds, of ten, on such a cluster

SEEN = """name => new Promise(resolve => {
  const look = () => document.querySelector(`tr[data-name="${name}"]`) && resolve(Date.now());
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, attributes: true});
  look();
})"""


QUERIES = (
    "",
    "?sort=age",
    "?sort=-restarts",
    "?q=00123",
    "?labels=app%3Dcheckout",
    "?namespace=benchmark&state=running",
)


def measure(folder: Path, pods: int) -> Iterator[Figure]:
    """Raises the test cluster, or uses the one that PILOTHOUSE_TEST_KUBECONFIG names; makes and removes a namespace."""
    with usable_cluster() as cluster, fake_pods(cluster, pods):
        server = Server(folder, kubeconfig=cluster.kubeconfig)
        try:
            yield first_sync(server, pods)
            server.stop()
            yield start(server)
            server.wait_until_synced()
            session = server.sign_in()
            for query in QUERIES:
                yield page_times(server, session, query)
            yield from quiet(server)
            with chromium() as browser:
                yield page_weight(browser, server, session)
                yield change_to_dom(browser, server, session, cluster.kubeconfig)
        finally:
            server.stop()


def start(server: Server) -> Figure:
    """From the command to the first answered page, on a database that is there already."""
    began = time.monotonic()
    server.start()
    requests.get(f"{server.url}/sign-in/", timeout=30).raise_for_status()
    took = time.monotonic() - began
    return Figure("Second start, to the first page", f"{took:.2f} s", f"under {START_GOAL:g} s", took < START_GOAL)


def first_sync(server: Server, pods: int) -> Figure:
    """From the command on an empty database to every row being there. Raises AssertionError where one differs."""
    began = time.monotonic()
    server.start()
    server.wait_until_synced()
    took = time.monotonic() - began
    server.manage("verify", "test")
    return Figure(f"First start to synced, {pods:,} pods", f"{took:.2f} s")


def page_times(server: Server, session: requests.Session, query: str = "") -> Figure:
    """The pods page, signed in, through the whole stack, one request after the other."""
    url = f"{server.url}{PODS}{query}"
    session.get(url, timeout=30).raise_for_status()
    spread = Spread.of([_timed(lambda: session.get(url, timeout=30).raise_for_status()) for _ in range(PAGE_GETS)])
    what = f"Pods page {query or '(default)'}, {PAGE_GETS} times"
    return Figure(what, str(spread), f"p99 under {PAGE_GOAL:g} ms", spread.p99 < PAGE_GOAL)


def quiet(server: Server) -> Iterator[Figure]:
    """What all our processes take while nobody looks."""
    cost = Cost(lambda: [process.pid for process in (server.web, server.watcher) if process])
    before = cost.cpu_seconds()
    time.sleep(QUIET)
    used, goal = cost.megabytes(), f"under {MEMORY_GOAL:g} MB"
    yield Figure("Memory of all processes", f"{used:.0f} MB", goal, used < MEMORY_GOAL)
    yield Figure("Idle, beside a cluster that lives", f"{(cost.cpu_seconds() - before) / QUIET:.1%} of a core")


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


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
        weight = sum(sizes) / 1000
        goal = f"at most {WEIGHT_GOAL:g} kB"
        return Figure("Pods page, all bytes of a first visit", f"{weight:.0f} kB", goal, weight <= WEIGHT_GOAL)


def change_to_dom(browser: Browser, server: Server, session: requests.Session, kubeconfig: Path) -> Figure:
    """From the request that creates a pod to its row in the browser, 200 times, without a reload."""
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        take_cookies(context, session, server.url)
        page = context.new_page()
        page.goto(f"{PODS}?q=change-&sort=age", wait_until="networkidle")
        with Driver(kubeconfig) as driver:
            spread = Spread.of(list(_changes(page, driver)))
    goal = f"better than {HEADLAMP_MEDIAN:g} ms median, {HEADLAMP_WORST:g} ms worst"
    is_met = spread.p50 < HEADLAMP_MEDIAN and spread.worst < HEADLAMP_WORST
    return Figure(f"Change in the cluster to the page, {CHANGES} times", str(spread), goal, is_met)


def _changes(page: Page, driver: Driver) -> Iterator[float]:
    for number in range(CHANGES):
        name = f"change-{number:03}"
        # In braces, so that evaluate does not wait for what it starts.
        page.evaluate(f"() => {{ window.seen = ({SEEN})({name!r}) }}")
        began = time.time()
        driver.create("benchmark", name)
        yield page.evaluate("window.seen") - began * 1000
        page.wait_for_timeout(BETWEEN_CHANGES)
