"""Files and certificates are read beside the event loop, which all watches and pages share."""

import sys
import threading
from pathlib import Path

import pytest

from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.kube.errors import Unreachable
from tests.harness.certificates import Authority


async def test_tokens_and_keys_are_read_on_other_threads(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t0ken")
    certificate, key = Authority().issue("ann")
    seen: dict[str, threading.Thread] = {}
    looking = True

    def look(event: str, args: tuple[object, ...]) -> None:
        if looking and event in ("open", "tempfile.mkdtemp") and (event != "open" or args[0] in (token, str(token))):
            seen[event] = threading.current_thread()

    sys.addaudithook(look)
    connection = Connection(
        "https://127.0.0.1:1", token_file=str(token), client_cert_data=certificate, client_key_data=key
    )
    async with Client(connection) as client:
        with pytest.raises(Unreachable):
            await client.version()
    looking = False
    assert seen.keys() == {"open", "tempfile.mkdtemp"}
    assert threading.main_thread() not in seen.values()
