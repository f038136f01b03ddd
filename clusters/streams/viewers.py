"""Those who look at a terminal: one socket of its owner, which drives it, and any number that only watch."""

import asyncio
from collections.abc import Callable

from clusters.streams.screen import Screen
from clusters.streams.windows import Window

OUTPUT_WINDOW = 192 * 1024
"""Bytes of output that a page may not have drawn yet; less than the screen keeps, so that it can always go on."""

PATIENCE = 25.0
"""Seconds without anything drawn; with what it takes to notice and to close, a frozen page is gone in 30."""

SOON = 0.03
"""Seconds for which a word that nobody waits for lets the echo of a key go first."""

TAKEN_UP_ELSEWHERE = "This shell was taken up in another window."
NOTHING_DRAWN = f"The browser drew nothing for {PATIENCE:.0f} s."


class Viewer:
    """One socket. `at` is the offset of the next byte for it; `changed` is set when there is something new to tell.

    `show_now` is called when something was printed, to send it in the same turn of the event loop; False: something
    is left to send.
    `name` is that of its user; the one who drives is told the names of those who watch.
    """

    def __init__(self, at: int, name: str, *, drives: bool) -> None:
        self.at = at
        self.name = name
        self.drives = drives
        self.window = Window(OUTPUT_WINDOW, patience=PATIENCE)
        self.changed = asyncio.Event()
        self.show_now: Callable[[], bool] = lambda: False
        self.sent_away = ""
        """Why it is to leave the terminal, which goes on without it."""

    def send_away(self, reason: str) -> None:
        self.sent_away = reason
        self.changed.set()


class Viewers:
    """All who look at one terminal. `left` and `taken_up` are set while nobody drives it and while somebody does."""

    def __init__(self, screen: Screen) -> None:
        self.driver: Viewer | None = None
        self.left, self.taken_up = asyncio.Event(), asyncio.Event()
        self.left.set()
        self._screen = screen
        self._all: set[Viewer] = set()
        self._drawn = asyncio.Event()
        self._telling: asyncio.TimerHandle | None = None

    @property
    def watchers(self) -> list[str]:
        """The names of those who only watch."""
        return sorted({viewer.name for viewer in self._all if not viewer.drives})

    def add(self, viewer: Viewer) -> None:
        """One that drives sends away the one that drove before."""
        self._all.add(viewer)
        if viewer.drives:
            if self.driver:
                self.driver.send_away(TAKEN_UP_ELSEWHERE)
            self.driver = viewer
            self.left.clear()
            self.taken_up.set()
        self.tell()

    def remove(self, viewer: Viewer) -> None:
        self._all.discard(viewer)
        if viewer is self.driver:
            self.driver = None
            self.taken_up.clear()
            self.left.set()
            self._drawn.set()
        self.tell()

    def note_drawn(self, viewer: Viewer, total: int) -> None:
        """The viewer's page has drawn `total` bytes of those that its socket brought."""
        viewer.window.acknowledge(total)
        self._drawn.set()

    def tell(self) -> None:
        """There is something new."""
        if self._telling:
            self._telling.cancel()
            self._telling = None
        for viewer in self._all:
            viewer.changed.set()

    def tell_soon(self) -> None:
        """There is something new that may wait for a moment, and for more of its kind."""
        self._telling = self._telling or asyncio.get_running_loop().call_later(SOON, self.tell)

    def show(self) -> None:
        """Something was printed."""
        for viewer in self._all:
            if not viewer.show_now():
                viewer.changed.set()

    @property
    def have_room(self) -> bool:
        """Whether more may be printed: the one who drives loses nothing."""
        driver = self.driver
        return driver is None or self._screen.end - driver.at + driver.window.waiting < OUTPUT_WINDOW

    async def room(self) -> None:
        """Returns when more may be printed: when he who drives has drawn, who is given up in time."""
        while not self.have_room and (viewer := self.driver):
            self._drawn.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._drawn.wait()
            except TimeoutError:
                viewer.send_away(NOTHING_DRAWN)
                self.remove(viewer)
