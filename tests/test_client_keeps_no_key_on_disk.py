"""A client certificate works from memory: no file with the key stays behind, and while there is one it is locked."""

import sys
import tempfile
from pathlib import Path

import pytest

from clusters.kube.connection import Connection
from clusters.kube.tls import tls_context
from tests.harness.certificates import Authority


def test_nothing_readable_is_written_and_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority()
    certificate, key = authority.issue("ann")
    written: list[bytes] = []
    running = True

    def look(event: str, args: tuple[object, ...]) -> None:
        if running and event in ("os.remove", "os.rmdir"):
            written.extend(path.read_bytes() for path in tmp_path.rglob("*.pem"))

    sys.addaudithook(look)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    connection = Connection("https://k", authority.certificate, client_cert_data=certificate, client_key_data=key)
    tls_context(connection)
    running = False
    assert written
    assert all(b"BEGIN ENCRYPTED PRIVATE KEY" in text and b"BEGIN PRIVATE KEY" not in text for text in written)
    assert list(tmp_path.iterdir()) == []
