"""What the sockets of terminals share: the flow of output, input and news between one page and one terminal."""

from abc import abstractmethod
from functools import partial
from typing import Any

from clusters.streams import sessions
from clusters.streams.endings import RIGHT_TAKEN, SIGNED_OUT, Ending
from clusters.streams.holding import CannotRun
from clusters.streams.sessions import TooManyShells
from clusters.streams.terminal import PIECE, Flooded, Terminal
from clusters.streams.viewers import NOTHING_DRAWN, Viewer
from clusters.streams.windows import Stalled
from clusters.threads import write
from dashboard.consumers import base
from dashboard.consumers.base import MALFORMED
from dashboard.consumers.rights import Refusal
from dashboard.consumers.streams import StreamConsumer
from dashboard.prompt import PromptProtocol


class TerminalSocket(StreamConsumer):
    """Binary frames are what is typed and what is printed, untouched.

    The page sends `{"drawn": bytes of this socket in all}`, `{"columns", "rows"}`, `{"name": "…"}` to call the shell
    something else, `{"eof": true}` to close its input, and `{"close": true}` to end it; to go away only closes the
    socket. We send `started` with whether it is `recorded` and has a `tty`, `not recorded` with the reason where it
    should be, `typed` with the bytes of input that the container has taken since the shell began, `notice` with a text,
    and `exit` with the code (null: unknown) and whether the end was `wanted`. Who drives is told by whom it is
    `watched by`; who watches, the `size` of the screen, and as `skipped` how many bytes he missed.
    """

    terminal: Terminal | None = None
    viewer: Viewer | None = None
    is_idle = False
    """Whether all that there is to tell was told."""

    @abstractmethod
    async def taken_up(self) -> tuple[Terminal, Viewer]:
        """The terminal and our view of it, once the page knows which. Raises KubeError, CannotRun, TooManyShells."""

    async def relay(self) -> str:
        """Shows the terminal until it ends or the page goes; returns why it ended. Raises KubeError."""
        try:
            terminal, viewer = await self.taken_up()
        except (CannotRun, TooManyShells) as error:
            return str(error)
        self.terminal, self.viewer = terminal, viewer
        short_way = self.short_way
        if short_way:
            short_way.hear = partial(self.hear_now, terminal, viewer)
            viewer.show_now = partial(self.show_now, terminal, viewer, short_way)
        terminal.attach(viewer)
        try:
            return await self.show(terminal, viewer)
        except Stalled:
            return NOTHING_DRAWN
        finally:
            if short_way:
                short_way.hear = None
            terminal.detach(viewer)

    def hear_now(self, terminal: Terminal, viewer: Viewer, data: bytes) -> bool:
        """What the page has typed, in the turn of the event loop in which it came; False: only `typed` knows what to
        do with it."""
        if self.is_over:
            return False
        try:
            terminal.type(viewer, data)
        except Flooded:
            return False
        return True

    def show_now(self, terminal: Terminal, viewer: Viewer, short_way: PromptProtocol) -> bool:
        """Shows all that was printed in the turn of the event loop in which it came; False: that is up to `show`."""
        if self.is_over or not self.is_idle or viewer.sent_away or not viewer.window.open:
            return False
        if viewer.at < terminal.screen.start:
            return False
        piece = terminal.screen.after(viewer.at, PIECE)
        if not short_way.send_now(piece):
            return False
        note_shown(viewer, piece)
        return viewer.at == terminal.screen.end

    async def typed(self, data: bytes) -> None:
        try:
            if self.terminal and self.viewer:
                self.terminal.type(self.viewer, data)
        except Flooded:
            await self.close(MALFORMED, "More was typed than the container takes.")

    async def received(self, message: dict[str, Any]) -> None:
        if self.terminal is None or self.viewer is None:
            return
        match message:
            case {"drawn": int(total)}:
                self.terminal.note_drawn(self.viewer, total)
            case {"columns": int(columns), "rows": int(rows)} if self.viewer.drives:
                self.terminal.resize(columns, rows)
            case {"close": True} if self.viewer.drives:
                self.terminal.close()
            case {"eof": True}:
                self.terminal.close_input(self.viewer)
            case {"name": str(name)} if self.viewer.drives:
                await write(sessions.rename, self.terminal.id, name)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Whoever may no longer drive a shell loses it at once."""
        if code == base.REFUSED and self.terminal and self.viewer and self.viewer.drives:
            why = SIGNED_OUT if self.why_refused is Refusal.SIGNED_OUT else RIGHT_TAKEN
            self.terminal.end(Ending(None, why, refused=True))
        await super().close(code, reason)

    async def show(self, terminal: Terminal, viewer: Viewer) -> str:
        """Sends what is printed, and the news, until the end; returns how it ended."""
        news = News(self)
        while True:
            viewer.changed.clear()
            await news.tell(terminal, viewer)
            if viewer.sent_away:
                return viewer.sent_away
            if (missed := terminal.screen.start - viewer.at) > 0:
                viewer.at = terminal.screen.start
                await self.tell(type="skipped", bytes=missed)
            if terminal.screen.end > viewer.at:
                await viewer.window.wait_for_room()
                await self.pass_from(terminal, viewer)
            elif terminal.ending:
                return await self.tell_end(terminal.ending)
            else:
                self.is_idle = True
                await viewer.changed.wait()
                self.is_idle = False

    async def pass_from(self, terminal: Terminal, viewer: Viewer) -> None:
        # While there was no room, the beginning may have gone.
        if viewer.at < terminal.screen.start:
            return
        piece = terminal.screen.after(viewer.at, PIECE)
        note_shown(viewer, piece)
        await self.pass_on(piece)

    async def tell_end(self, ending: Ending) -> str:
        if ending.refused:
            self.end_code = base.REFUSED
        else:
            await self.tell(type="exit", code=ending.exit_code, wanted=ending.wanted)
        return ending.in_words()


def note_shown(viewer: Viewer, piece: bytes) -> None:
    """The viewer gets this piece of the screen now."""
    viewer.at += len(piece)
    viewer.window.note_sent(len(piece))


class News:
    """What was told of a terminal, so that only what is new is."""

    def __init__(self, socket: StreamConsumer) -> None:
        self._socket = socket
        self._started = False
        self._taken = 0
        self._not_recorded = ""
        self._notice = ""
        self._watchers: list[str] = []
        self._size: tuple[int, int] | None = None

    async def tell(self, terminal: Terminal, viewer: Viewer) -> None:
        if viewer.drives:
            await self._tell_watchers(terminal)
        else:
            await self._tell_size(terminal)
        if terminal.started and not self._started:
            self._started = True
            await self._socket.tell(type="started", recorded=terminal.recorder.is_recording, tty=terminal.has_tty)
        if terminal.not_recorded != self._not_recorded:
            self._not_recorded = terminal.not_recorded
            await self._socket.tell(type="not recorded", reason=terminal.not_recorded)
        if terminal.notice != self._notice:
            self._notice = terminal.notice
            await self._socket.tell(type="notice", text=terminal.notice)
        if terminal.taken != self._taken:
            self._taken = terminal.taken
            await self._socket.tell(type="typed", bytes=terminal.taken)

    async def _tell_watchers(self, terminal: Terminal) -> None:
        if terminal.watchers != self._watchers:
            self._watchers = terminal.watchers
            await self._socket.tell(type="watched by", names=self._watchers)

    async def _tell_size(self, terminal: Terminal) -> None:
        """The screen of the one who drives, on which what is printed makes sense."""
        if terminal.size != self._size:
            self._size = terminal.size
            await self._socket.tell(type="size", columns=terminal.size[0], rows=terminal.size[1])
