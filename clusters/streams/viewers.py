"""Those who look at a terminal: one socket of its owner, which drives it, and any number that only watch."""

import asyncio

from clusters.streams.windows import Window

OUTPUT_WINDOW = 192 * 1024
"""Bytes of output that a page may not have drawn yet; less than the screen keeps, so that it can always go on."""

PATIENCE = 25.0
"""Seconds without anything drawn; with what it takes to notice and to close, a frozen page is gone in 30."""


class Viewer:
    """One socket. `at` is the offset of the next byte for it; `changed` is set when there is something new to tell.

    `name` is that of its user; the one who drives is told the names of those who watch.
    """

    def __init__(self, at: int, name: str, *, drives: bool) -> None:
        self.at = at
        self.name = name
        self.drives = drives
        self.window = Window(OUTPUT_WINDOW, patience=PATIENCE)
        self.changed = asyncio.Event()
        self.sent_away = ""
        """Why it is to leave the terminal, which goes on without it."""

    def send_away(self, reason: str) -> None:
        self.sent_away = reason
        self.changed.set()
