"""The web processes of one installation reach each other here: one passes on a shell that another holds."""

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from uuid import UUID

import aiohttp
from django.conf import settings
from django.core import signing

from clusters.models import TerminalSession
from clusters.streams.tickets import LASTS_SECONDS

PATH = "/ws/relay/shells/"
CONNECT_SECONDS = 5.0
ALIVE_SECONDS = 20.0

_SALT = "clusters.streams.neighbours"
_SCHEME = "Pilothouse "

_own: list[str] = []


def listens_at(host: str, port: int) -> None:
    """Called once the server's port is open. PILOTHOUSE_INTERNAL_URL counts more than what is found out here."""
    name = _address_of_this_host() if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    _own[:] = [f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"]


def own_url() -> str:
    """The URL of this process, empty while it does not listen."""
    return settings.PILOTHOUSE_INTERNAL_URL or "".join(_own)


def _address_of_this_host() -> str:
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


@dataclass(frozen=True)
class Passage:
    """What one process asks of another, once: a shell, from an offset of its output on, for whom, whether to drive."""

    session: str
    since: int
    name: str
    drives: bool
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))


@asynccontextmanager
async def connected(row: TerminalSession, passage: Passage) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A socket to the process that holds the shell. Raises aiohttp.ClientError and TimeoutError."""
    headers = {"Authorization": _SCHEME + signing.dumps(asdict(passage), salt=_SALT)}
    limit = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=limit) as session,
        session.ws_connect(f"{row.address}{PATH}{row.pk}/", headers=headers, heartbeat=ALIVE_SECONDS) as opened,
    ):
        yield opened


def passage_of(headers: list[tuple[bytes, bytes]], session: UUID) -> Passage | None:
    """What a process that knows our secret key asks for, less than 30 s ago; None for anybody else.

    Whether it asks for the first time `clusters.streams.tickets.first_use` says.
    """
    sent = [value for name, value in headers if name == b"authorization"]
    if len(sent) != 1 or not sent[0].startswith(_SCHEME.encode()):
        return None
    try:
        asked = Passage(**signing.loads(sent[0][len(_SCHEME) :].decode("ascii"), salt=_SALT, max_age=LASTS_SECONDS))
    except (signing.BadSignature, UnicodeDecodeError):
        return None
    return asked if asked.session == str(session) else None
