"""How fast a large file is printed: to a client, beside kubectl; in a browser, beside xterm.js alone; and recorded."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Page

from benchmarks.browser_probes import count_sockets, counted, static_file
from benchmarks.figures import Figure, Spread, median, ratio
from benchmarks.shell_echo import typed
from benchmarks.stage import Stage
from benchmarks.terminals import Shell, kubectls, ours
from tests.harness.browsers import DESKTOP, chromium, go_to, take_cookies
from tests.harness.containers import start_pod
from tests.harness.terminals import shows, type_line

LINES, LENGTH = 400_000, 80
RUNS, BROWSER_RUNS, RECORDED_RUNS = 5, 3, 3
GOAL, AS_FAST, ECHO_GOAL = 20.0, 0.9, 1.1
PATIENCE = 60.0
TYPED, PRINTED = "end-$((40 + 2))", "end-42"
MAKE = f"yes $(printf %0{LENGTH - 1}d 7) | head -n {LINES} > /tmp/large; exec sleep 100000"
SIZE = LINES * (LENGTH + 1)
"""Bytes that the terminal prints: it puts a carriage return before each end of a line."""

XTERM = """async ([module, size, length]) => {
  const { makeTerminal } = await import(module);
  const place = document.createElement("div");
  place.style.cssText = "position: fixed; inset: 100px 0 0 0; z-index: 9";
  document.body.append(place);
  const { terminal, show, dispose } = await makeTerminal(place, { leave() {}, find() {}, isReplay: () => false });
  show(true);
  const piece = new TextEncoder().encode(("7".repeat(length - 1) + "\\r\\n").repeat(400));
  const began = performance.now();
  for (let left = size; left > 0; left -= piece.length) await new Promise((drawn) => terminal.write(piece, drawn));
  const took = performance.now() - began;
  dispose();
  place.remove();
  return took / 1000;
}"""
"""xterm.js as our pages make it, given the same text from within the page."""


def measure(stage: Stage) -> Iterator[Figure]:
    """A file of 32 MB, as `cat` prints it."""
    pod = start_pod(stage.kubectl, "printing", "sh", "-c", MAKE)
    yield asyncio.run(_beside_kubectl(stage, pod))
    with chromium() as browser, browser.new_context(base_url=stage.server.url, viewport=DESKTOP) as context:
        take_cookies(context, stage.session, stage.server.url)
        yield _in_a_browser(context.new_page(), stage.page_of(pod, "shell", "shell=sh"))
    yield from asyncio.run(_recorded(stage, pod))


async def _cat(shell: Shell) -> float:
    """Bytes a second."""
    return SIZE / await shell.run(f"cat /tmp/large; echo {TYPED}", PRINTED)


async def _beside_kubectl(stage: Stage, pod: str) -> Figure:
    async with ours(stage, pod) as our, kubectls(stage, pod) as their:
        pairs = [(await _cat(our), await _cat(their)) for _ in range(RUNS)]
    rate, other = (median(side) for side in zip(*pairs, strict=True))
    told = f"{rate / 1e6:.1f} MB/s; kubectl exec {other / 1e6:.1f} MB/s: {ratio(rate, other)}"
    return Figure(f"cat of {SIZE / 1e6:.0f} MB to a client, {RUNS} times", told, f"{GOAL:g} MB/s", rate >= GOAL * 1e6)


def _in_a_browser(page: Page, address: str) -> Figure:
    count_sockets(page)
    go_to(page, address)
    page.get_by_role("button", name="Open shell").click()
    shows(page, "#")
    rates, alone = [], []
    for _ in range(BROWSER_RUNS):
        rates.append(SIZE / _printed(page))
        alone.append(SIZE / page.evaluate(XTERM, [static_file("js/terminal.js"), SIZE, LENGTH]))
    rate, most = median(rates), median(alone)
    told = f"{rate / 1e6:.1f} MB/s; xterm.js alone {most / 1e6:.1f} MB/s: {ratio(rate, most)}"
    is_met = rate >= min(GOAL * 1e6, AS_FAST * most)
    goal = f"{GOAL:g} MB/s, or {AS_FAST:g} times what xterm.js draws"
    return Figure(f"… to a browser, {BROWSER_RUNS} times", told, goal, is_met)


def _printed(page: Page) -> float:
    """Seconds from the first byte of the file to the last."""
    page.evaluate("() => Object.assign(window.counted, { bytes: 0, began: 0 })")
    type_line(page, "cat /tmp/large")
    page.wait_for_function("(size) => window.counted.bytes >= size", arg=SIZE, timeout=PATIENCE * 1000)
    shows(page, "#")
    return counted(page).seconds


# ---------- Recordings ----------


@dataclass
class _Shells:
    """What shells under one policy gave: bytes a second, echoes in milliseconds, processor seconds for a file."""

    rates: list[float] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)


async def _recorded(stage: Stage, pod: str) -> list[Figure]:
    by_policy = {"off": _Shells(), "required": _Shells()}
    for _ in range(RECORDED_RUNS):
        for policy, shells in by_policy.items():
            await asyncio.to_thread(stage.record, policy)
            async with ours(stage, pod) as shell:
                used = stage.cost.cpu_seconds()
                shells.rates.append(await _cat(shell))
                shells.used.append(stage.cost.cpu_seconds() - used)
                shell.send(b"cat\n")
                await typed(shell)
                shells.echoes += await typed(shell)
                shell.send(b"\x03")
    await asyncio.to_thread(stage.record, "off")
    off, on = by_policy.values()
    rate, other = median(on.rates), median(off.rates)
    told = f"{rate / 1e6:.1f} MB/s, not recorded {other / 1e6:.1f} MB/s: {ratio(rate, other)}"
    echo, plain = Spread.of(on.echoes), Spread.of(off.echoes)
    more = (median(on.used) - median(off.used)) / SIZE * 1e8
    return [
        Figure(f"A recorded shell: cat of {SIZE / 1e6:.0f} MB, {RECORDED_RUNS} times", told),
        Figure("… processor time that it takes more", f"{more:.2f} s for 100 MB"),
        Figure(
            "… a key and its echo, median",
            f"{echo.p50:.2f} ms, not recorded {plain.p50:.2f} ms: {ratio(echo.p50, plain.p50)}",
            f"{ECHO_GOAL:g} times",
            echo.p50 <= ECHO_GOAL * plain.p50,
        ),
    ]
