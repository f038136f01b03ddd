"""The viewer of logs in Chromium: how fast it takes lines in, what a flood leaves of its frames, and how it scrolls."""

import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect

from benchmarks.browser_probes import count_sockets, counted, frames, watch_frames
from benchmarks.figures import Figure
from benchmarks.log_source import source
from benchmarks.stage import Stage
from tests.harness.browsers import DESKTOP, chromium, take_cookies
from tests.harness.containers import start_pod

SENT, LENGTH = 1_050_000, 200
"""Lines from beside the browser, more than it keeps, and bytes of each with its stamp and its end."""

RATE_GOAL, FRAMES_GOAL = 20.0, 60.0
SCROLL_SECONDS = 4.0
SCROLL_STEP = 150
"""Pixels a frame, which is some eight lines."""

PATIENCE = 240.0
"""Seconds; far more than a machine takes on which nothing else runs."""

BURST, BURSTS = 10_000, 40
"""Lines that a pod writes at once, ten times a second: 20 MB/s as far as the machine can."""

WRITE = f"""
awk 'BEGIN {{ for (i = 0; i < {BURST}; i++) printf "%0{LENGTH - 1}d\\n", i }}' > /tmp/block
until rm /tmp/go 2>/dev/null; do usleep 50000; done
for turn in $(seq {BURSTS}); do usleep 100000 & cat /tmp/block; wait; done
exec sleep 100000
"""

ELSEWHERE = """(port) => {
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url) { super(String(url).includes("/logs/") ? `ws://127.0.0.1:${port}/` : url); }
  };
}"""
"""The viewer's socket is opened to a source beside the browser."""

SCROLL = """([seconds, step]) => new Promise((resolve) => {
  const log = document.querySelector("[role=log]"), began = performance.now();
  let count = 0;
  const next = (now) => {
    count += 1;
    log.scrollTop -= step;
    if (now < began + seconds * 1000) requestAnimationFrame(next);
    else resolve((count * 1000) / (now - began));
  };
  requestAnimationFrame(next);
})"""
"""Resolves with the frames a second: the way from here to the browser and back has no part in them."""


def measure(stage: Stage) -> Iterator[Figure]:
    """From a source beside the browser, as fast as it takes; then from a pod of the cluster, which does not wait."""
    pod = start_pod(stage.kubectl, "drawn", "sh", "-c", WRITE)
    with chromium() as browser:
        yield from _as_fast_as_it_takes(stage, browser, pod)
        yield from _written_by_a_pod(stage, browser, pod)


def _as_fast_as_it_takes(stage: Stage, browser: Browser, pod: str) -> Iterator[Figure]:
    with (
        source(SENT, LENGTH) as made,
        browser.new_context(base_url=stage.server.url, viewport=DESKTOP, bypass_csp=True) as context,
    ):
        take_cookies(context, stage.session, stage.server.url)
        page = context.new_page()
        page.add_init_script(f"({ELSEWHERE})({made.port})")
        page.goto(stage.page_of(pod, "logs"))
        watch_frames(page)
        assert made.done.wait(PATIENCE), "the browser did not draw all of it"
        during = frames(page)
        rate = SENT * LENGTH / made.seconds / 1e6
        what = "Log viewer in Chromium, fed as fast as it takes"
        told = f"{rate:.1f} MB/s, {SENT / made.seconds:,.0f} lines/s"
        yield Figure(what, told, f"{RATE_GOAL:g} MB/s", rate >= RATE_GOAL)
        yield Figure("… between its frames meanwhile", str(during))
        yield _scrolled(page)


def _scrolled(page: Page) -> Figure:
    held = page.locator(".log-held").inner_text()
    page.get_by_role("log").evaluate("log => { log.scrollTop -= 400; }")
    expect(page.locator(".log-paused")).to_be_visible()
    watch_frames(page)
    rate = float(page.evaluate(SCROLL, [SCROLL_SECONDS, SCROLL_STEP]))
    taken = frames(page)
    told = f"{rate:.1f} frames/s; between them {taken}"
    return Figure(f"… scrolled, {held}", told, f"{FRAMES_GOAL:g} frames/s", round(rate) >= FRAMES_GOAL)


def _written_by_a_pod(stage: Stage, browser: Browser, pod: str) -> Iterator[Figure]:
    lines = BURST * BURSTS
    with browser.new_context(base_url=stage.server.url, viewport=DESKTOP) as context:
        take_cookies(context, stage.session, stage.server.url)
        page = context.new_page()
        count_sockets(page)
        page.goto(stage.page_of(pod, "logs"))
        expect(page.locator(".log-status")).to_contain_text("Following", timeout=20_000)
        watch_frames(page)
        stage.kubectl("exec", pod, "--", "touch", "/tmp/go")
        end, found = time.monotonic() + PATIENCE, counted(page)
        while found.lines + found.skipped < lines and time.monotonic() < end:
            page.wait_for_timeout(200)
            found = counted(page)
        between = frames(page)
    rate = (found.lines + found.skipped) * LENGTH / found.seconds / 1e6
    is_exact = found.lines + found.skipped == lines
    told = f"{rate:.1f} MB/s: {found.lines:,} lines drawn and {found.skipped:,} skipped of {lines:,} written"
    goal = f"{RATE_GOAL:g} MB/s, all accounted for"
    yield Figure("Log viewer in Chromium, a flood from a pod", told, goal, is_exact and rate >= RATE_GOAL)
    yield Figure("… between its frames meanwhile", str(between))
