"""Only our own pages may open a socket."""

import pytest
from asgiref.typing import WebSocketScope
from channels.testing import WebsocketCommunicator
from pytest_django import Settings

from dashboard.origins import OriginCheck
from dashboard.proxies import TrustedProxies

OURS = "https://dash.example.com"


class Shell:
    """A socket that would do harm. `entered` says whether it was reached."""

    def __init__(self) -> None:
        self.entered = False

    async def __call__(self, scope: WebSocketScope, receive: object, send: object) -> None:
        self.entered = True
        await send({"type": "websocket.accept"})  # type: ignore[operator]


async def is_let_in(*origins: str | bytes, host: str = "dash.example.com", proto: str = "", proxies: int = 0) -> bool:
    """Whether a handshake with these Origin headers reaches the socket."""
    shell = Shell()
    headers = [(b"host", host.encode()), *((b"x-forwarded-proto", proto.encode()) for _ in range(bool(proto)))]
    headers += [(b"origin", origin if isinstance(origin, bytes) else origin.encode()) for origin in origins]
    application = TrustedProxies(OriginCheck(shell), count=proxies)  # type: ignore[arg-type]
    connected, _ = await WebsocketCommunicator(application, "/ws/shell/", headers=headers).connect()
    assert connected == shell.entered
    return shell.entered


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.PILOTHOUSE_ORIGINS = [OURS, "http://localhost:8000"]
    settings.ALLOWED_HOSTS = ["dash.example.com", "localhost", "[::1]"]


@pytest.mark.parametrize("origin", [OURS, "http://localhost:8000"])
async def test_pages_of_the_listed_origins_are_let_in(origin: str) -> None:
    assert await is_let_in(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://dash.example.com",
        "https://dash.example.com:8443",
        "https://dash.example.com.evil.example",
        "https://evil-dash.example.com",
        "https://pod.dash.example.com",
        "https://example.com",
        "https://dash.example.com/",
        "https://dash.example.com:443",
        "https://user@dash.example.com",
        "HTTPS://DASH.EXAMPLE.COM",
        "https://dash.example.com\x0b",
        b"https://dash.example.com\x85",
        f"{OURS}, https://evil.example",
        "file://",
    ],
)
async def test_every_other_page_is_kept_out(origin: str | bytes) -> None:
    assert not await is_let_in(origin)


async def test_a_handshake_without_an_origin_is_kept_out() -> None:
    assert not await is_let_in()


async def test_two_origins_are_kept_out() -> None:
    assert not await is_let_in(OURS, OURS)
    assert not await is_let_in(OURS, "https://evil.example")


class TestWithoutAList:
    """As on a laptop: the page must come from where the socket was opened."""

    @pytest.fixture(autouse=True)
    def _nothing_listed(self, settings: Settings) -> None:
        settings.PILOTHOUSE_ORIGINS = []

    @pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "dash.example.com"])
    async def test_the_same_scheme_host_and_port_are_let_in(self, host: str) -> None:
        assert await is_let_in(f"http://{host}", host=host)

    @pytest.mark.parametrize("origin", ["http://localhost", "http://localhost:9999", "https://localhost:8000"])
    async def test_another_port_or_scheme_is_kept_out(self, origin: str) -> None:
        assert not await is_let_in(origin, host="localhost:8000")

    async def test_a_host_that_is_not_ours_is_kept_out(self) -> None:
        assert not await is_let_in("http://rebound.example", host="rebound.example")

    async def test_the_scheme_is_the_one_that_a_trusted_proxy_saw(self) -> None:
        assert await is_let_in(OURS, proto="https", proxies=1)
        assert not await is_let_in(OURS, proto="https", proxies=0)
