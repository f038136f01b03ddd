"""What is measured inside a page: the times of its frames, and what its socket brought."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from benchmarks.figures import Spread
from tests.harness.servers import ROOT

COUNT = """() => {
  const counted = (window.counted = { bytes: 0, lines: 0, skipped: 0, began: 0, ended: 0, texts: [] });
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        counted.ended = performance.now();
        if (typeof data === "string") {
          const message = JSON.parse(data);
          counted.skipped += message.type === "skipped" ? message.lines ?? 0 : 0;
          return counted.texts.push({ type: message.type, at: counted.ended });
        }
        counted.began ||= counted.ended;
        counted.bytes += data.byteLength;
        for (const byte of new Uint8Array(data)) if (byte === 10) counted.lines += 1;
      });
      this.addEventListener("close", () => counted.texts.push({ type: "closed", at: performance.now() }));
    }
  };
}"""
"""To run before a page's own scripts."""

_FRAMES = """() => {
  const times = (window.frameTimes = []);
  let before = performance.now();
  const note = (now) => {
    times.push(now - before);
    before = now;
    window.framing = requestAnimationFrame(note);
  };
  window.framing = requestAnimationFrame(note);
}"""
_FRAMES_TAKEN = "() => { cancelAnimationFrame(window.framing); return window.frameTimes.slice(1); }"


@dataclass(frozen=True)
class Counted:
    """What sockets brought: bytes and lines of binary frames, lines that the server says it skipped, and how long."""

    size: int
    lines: int
    skipped: int
    seconds: float


def static_file(name: str) -> str:
    """The address of a static file as pages have it, with the hash in its name."""
    names: dict[str, str] = json.loads((ROOT / "staticfiles" / "staticfiles.json").read_text())["paths"]
    return f"/static/{names[name]}"


def count_sockets(page: Page) -> None:
    """From the next page on."""
    page.add_init_script(f"({COUNT})()")


def counted(page: Page) -> Counted:
    """What came so far."""
    found: dict[str, Any] = page.evaluate("() => window.counted")
    seconds = (found["ended"] - found["began"]) / 1000
    return Counted(found["bytes"], found["lines"], found["skipped"], seconds)


def watch_frames(page: Page) -> None:
    """Notes the time of every frame from now on."""
    page.evaluate(_FRAMES)


def frames(page: Page) -> Spread:
    """The times between frames since `watch_frames`, in milliseconds."""
    return Spread.of(page.evaluate(_FRAMES_TAKEN))
