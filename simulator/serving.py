"""Serves a cluster over HTTPS, and keeps in a folder what must outlive a restart."""

import base64
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from aiohttp import web

from simulator.api.app import application
from simulator.certificates import Authority, write_private
from simulator.cluster import SimulatedCluster
from simulator.faults.bench import Bench
from simulator.faults.door import door
from simulator.faults.stage import Stage
from simulator.faults.world import World
from simulator.identities import PEOPLE, TOKENS, kept_tokens, kubeconfig

KUBECONFIG = "kubeconfig"
_PATIENCE = 2.0
"""Seconds that requests have to end when the server stops; watches would go on for ever."""

Start = Callable[[str, int], Awaitable[int]]
"""Listens at host and port; returns the port."""

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_VERSIONS_A_SECOND = 10_000


@dataclass(frozen=True)
class Address:
    """Where to listen; port 0 is the one that was had before or, where that is taken, any."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> "Address":
        """Reads "127.0.0.1:6443". Raises ValueError."""
        host, colon, port = text.rpartition(":")
        if not host or not colon or not port.isdecimal() or int(port) > 65535:
            raise ValueError(f"{text!r} is no host:port.")
        return cls(host.strip("[]"), int(port))

    @property
    def shown(self) -> str:
        """How a client on this machine reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - a listener on every address
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def first_version() -> int:
    """A resource version above all that an earlier start can have used: what was cached then expires, as it should."""
    seconds = (datetime.now(UTC) - _BEGINNING).total_seconds()
    return max(int(seconds * _VERSIONS_A_SECOND), 1)


class Keys:
    """The authority, the tokens and what TLS needs: kept in a folder, and made anew while the server runs."""

    def __init__(self, cluster: SimulatedCluster, state: Path, host: str) -> None:
        """Raises OSError and ValueError for a folder that cannot be used."""
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._cluster = cluster
        self._state = state
        self._host = host
        self._url = ""
        authority = Authority(state)
        self.context = server_tls(authority, host)
        self._trust(authority)
        self._tokens = kept_tokens(state)
        for user in PEOPLE:
            cluster.identities.admit(self._tokens[user.name], user)

    def write_kubeconfig(self, url: str) -> None:
        """Write what reaches the server at `url`."""
        self._url = url
        encoded = base64.b64encode(self._authority.certificate).decode()
        tokens = {user.name: self._tokens[user.name] for user in PEOPLE}
        replace_private(self._state / KUBECONFIG, kubeconfig(self._cluster.name, url, encoded, tokens).encode())

    def token_of(self, user: str) -> str:
        """The user's token. Raises KeyError."""
        return self._tokens[user]

    def rotate_token(self, user: str) -> None:
        """Give the user another token, in the kubeconfig too; the old one is no good. Raises KeyError."""
        self._cluster.identities.revoke(self._tokens[user])
        (self._state / TOKENS).write_text(json.dumps({name: t for name, t in self._tokens.items() if name != user}))
        self._tokens = kept_tokens(self._state)
        self._cluster.identities.admit(self._tokens[user], next(known for known in PEOPLE if known.name == user))
        self.write_kubeconfig(self._url)

    def rotate_certificate(self) -> None:
        """Show new connections another certificate of the same authority."""
        _show(self.context, self._authority, self._host)

    def rotate_authority(self) -> None:
        """Make another authority, and a certificate of it for new connections; the kubeconfig has it."""
        for name in ("ca.crt", "ca.key"):
            (self._state / name).unlink()
        self._trust(Authority(self._state))
        self.rotate_certificate()
        self.write_kubeconfig(self._url)

    def _trust(self, authority: Authority) -> None:
        self._authority = authority
        self._cluster.ca_certificate = authority.certificate.decode()
        self.context.load_verify_locations(cadata=authority.certificate.decode())


@asynccontextmanager
async def serving(
    cluster: SimulatedCluster, state: Path, address: Address, control: Address | None = None
) -> AsyncIterator[str]:
    """Serves `cluster` until the context is left; yields the URL. `state`/kubeconfig reaches it.

    At `control` the door to faults opens. Raises OSError where it cannot listen or write.
    """
    keys = Keys(cluster, state, address.host)
    app = application(cluster)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_PATIENCE)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        start: Start = partial(_start, runner, keys.context)
        if control:
            bench, stage = Bench(), Stage()
            bench.fit(app)
            stack.push_async_callback(stage.close)
            start = partial(_start_behind, stage, start)
            world = World(cluster, keys, stage)
            await stack.enter_async_context(door(bench, world, control.host, control.port, state))
        await runner.setup()
        url = f"https://{(await _listen(start, state, address)).shown}"
        keys.write_kubeconfig(url)
        yield url


async def _start(runner: web.AppRunner, context: ssl.SSLContext, host: str, port: int) -> int:
    site = web.TCPSite(runner, host, port, ssl_context=context, reuse_address=True)
    await site.start()
    bound: int = runner.addresses[-1][1]
    return bound


async def _start_behind(stage: Stage, start: Start, host: str, port: int) -> int:
    """Lets the stage listen, and the server behind it on a port that nobody is told."""
    if not stage.upstream:
        stage.upstream = await start("127.0.0.1", 0)
    return await stage.listen(host, port)


async def _listen(start: Start, state: Path, address: Address) -> Address:
    """Listens, on the port of the last time where none is given and it is free; keeps the port."""
    file = state / "port"
    kept = int(file.read_text()) if file.exists() and not address.port else address.port
    try:
        port = await start(address.host, kept)
    except OSError:
        if address.port or not kept:
            raise
        port = await start(address.host, 0)
    file.write_text(str(port))
    return Address(address.host, port)


def server_tls(authority: Authority, host: str) -> ssl.SSLContext:
    """The server's certificate; clients may show one of the same authority, and need not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(cadata=authority.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    _show(context, authority, host)
    return context


def _show(context: ssl.SSLContext, authority: Authority, host: str) -> None:
    """Let the context show a new certificate of the authority from the next connection on."""
    certificate, key = authority.issue_server(host)
    with NamedTemporaryFile() as file:
        file.write(key + certificate)
        file.flush()
        context.load_cert_chain(file.name)


def replace_private(file: Path, content: bytes) -> None:
    """Put a new file in the place of an old one, so that nobody reads half of it."""
    new = file.with_suffix(".new")
    write_private(new, content)
    new.replace(file)
