"""In a pod: kubelet swaps the token and the CA of the service account, and the next request uses what is there then."""

import asyncio
import os
import ssl
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from clusters.kube import renewed
from clusters.kube.client import Client
from clusters.kube.connection import in_cluster
from clusters.kube.errors import BadCertificate
from tests.harness.api import ScriptedApi, says, scripted_api
from tests.harness.certificates import Authority

# The next request makes a connection of its own.
ANSWER = says({"gitVersion": "v1.35.4"}, headers={"Connection": "close"})


class Account:
    """The files of a service account, mounted as kubelet does: links into a folder that a link leads to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._version = 0
        for name in ("token", "ca.crt"):
            (folder / name).symlink_to(f"..data/{name}")

    def swap(self, token: str, authority: Authority) -> None:
        """Replaces both in one step."""
        self._version += 1
        (made := self.folder / f"..{self._version}").mkdir()
        (made / "token").write_text(token)
        (made / "ca.crt").write_bytes(authority.certificate)
        (link := self.folder / "..data_tmp").symlink_to(made.name)
        link.rename(self.folder / "..data")


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def account(tmp_path: Path, authority: Authority) -> Account:
    (folder := tmp_path / "account").mkdir()
    account = Account(folder)
    account.swap("first", authority)
    return account


@asynccontextmanager
async def served(account: Account, authority: Authority, *, answers: int) -> AsyncIterator[tuple[Client, ScriptedApi]]:
    """An API server with a certificate of the authority, and the client of the account."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for name, content in zip(("certificate", "key"), authority.issue("127.0.0.1"), strict=True):
        (account.folder / name).write_bytes(content)
    context.load_cert_chain(account.folder / "certificate", account.folder / "key")
    async with scripted_api(*[ANSWER] * answers, tls=context) as api:
        connection = in_cluster(account.folder, api.url)
        assert connection
        async with Client(connection) as client:
            yield client, api


def tokens(api: ScriptedApi) -> list[str]:
    return [dict(asked.headers)["Authorization"].removeprefix("Bearer ") for asked in api.asked]


async def test_what_was_swapped_is_used_at_once(account: Account, authority: Authority) -> None:
    async with served(account, authority, answers=3) as (client, api):
        await client.version()
        account.swap("second", authority)
        await client.version()
        account.swap("third", Authority())
        with pytest.raises(BadCertificate):
            await client.version()
        account.swap("fourth", authority)
        await client.version()
    assert tokens(api) == ["first", "second", "fourth"]


async def test_files_that_stay_are_read_once(account: Account, authority: Authority) -> None:
    read: Counter[str] = Counter()
    looking = True

    def look(event: str, args: tuple[object, ...]) -> None:
        if looking and event == "open" and str(args[0]).startswith(str(account.folder)):
            read[Path(str(args[0])).name] += 1

    async with served(account, authority, answers=20) as (client, _):
        sys.addaudithook(look)
        for _ in range(20):
            await client.version()
        looking = False
    assert read == {"token": 1, "ca.crt": 1}


async def test_one_that_looks_the_same_is_read_again_in_time(
    account: Account, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = account.folder / "token"
    async with served(account, authority, answers=3) as (client, api):
        await client.version()
        before = token.stat()
        token.write_text("other")
        os.utime(token, ns=(before.st_atime_ns, before.st_mtime_ns))
        await client.version()
        monkeypatch.setattr(renewed, "AGAIN_SECONDS", 0.0)
        await client.version()
    assert tokens(api) == ["first", "first", "other"]


async def test_no_request_waits_for_threads_that_search_old_logs(account: Account, authority: Authority) -> None:
    searched = threading.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    search = loop.run_in_executor(None, searched.wait)
    try:
        async with served(account, authority, answers=2) as (client, api), asyncio.timeout(20):
            await client.version()
            account.swap("second", authority)
            await client.version()
        assert tokens(api) == ["first", "second"]
    finally:
        searched.set()
        await search
