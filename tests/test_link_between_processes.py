"""The link over which one web process passes on a shell that another holds: it may break, and it opens once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import WSMessage, WSMsgType
from django.contrib.auth.models import User

from clusters.models import TerminalSession
from clusters.streams.neighbours import Passage
from dashboard.consumers import shell_again
from dashboard.consumers.shell_again import LINK_BROKE, RelayedShellConsumer, ShellAgainConsumer


class Link:
    """A socket to another process that brings one message; nothing can be sent over it any more."""

    def __init__(self, page: ShellAgainConsumer) -> None:
        self._page = page

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        await self._page.typed(b"ls")
        await self._page.received({"columns": 80, "rows": 24})
        yield WSMessage(WSMsgType.ERROR, ValueError("a frame that is none"), None)

    async def send_bytes(self, data: bytes) -> None:
        raise ConnectionResetError

    async def send_json(self, message: dict[str, Any]) -> None:
        raise ConnectionResetError


async def test_a_link_that_breaks_may_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ShellAgainConsumer()
    page.row, page.since, page.drives = TerminalSession(address="http://192.0.2.1"), 0, True
    page.user = User(username="maria")

    @asynccontextmanager
    async def connected(*_: object) -> AsyncIterator[Link]:
        yield Link(page)

    monkeypatch.setattr(shell_again, "connected", connected)
    assert await page.pass_through() == "The server that holds this shell cannot be reached."
    assert page.end_code == LINK_BROKE
    await page.typed(b"typed afterwards")


@pytest.mark.django_db(transaction=True)
async def test_a_passage_opens_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def close(*_: object) -> None:
        """There is no page."""

    monkeypatch.setattr(RelayedShellConsumer, "close", close)
    passage = Passage("session", 0, "maria", drives=True)

    async def opens() -> bool:
        other_end = RelayedShellConsumer()
        other_end.passage = passage
        return await other_end.admitted()

    assert await opens()
    assert not await opens()
