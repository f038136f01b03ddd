"""What others need for the same: curl, which throws everything away, and informers of client-go."""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.feeds import Feed
from tests.cluster.programs import compile_programs, go_program, locked

_HERE = Path(__file__).parent / "clientgo"
_STREAMED = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1"


@dataclass(frozen=True)
class Sync:
    """A first sync: seconds from the first request to all pods known, most memory in MB, and whether all is right."""

    seconds: float
    megabytes: float
    equal: bool = True


def curl(feed: Feed, path: str = "/api/v1/pods") -> float:
    """Seconds that one list of all pods takes to arrive."""
    certificate = feed.kubeconfig.parent / "ca.crt"
    headers = f"Authorization: Bearer {feed.token}"
    command = ("curl", "--silent", "--fail", "--output", "/dev/null", "--cacert", certificate, "--header", headers)
    began = time.monotonic()
    subprocess.run([*command, f"{feed.url}{path}"], check=True)
    return time.monotonic() - began


class ClientGo:
    """The program in clientgo/, which has synced and follows the feed."""

    def __init__(self, process: "subprocess.Popen[str]", first: dict[str, Any]) -> None:
        self._process = process
        self.first = first

    def ask(self, what: str) -> dict[str, Any]:
        """Its answer to "live" or "rows"; see main.go."""
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return _answer(self._process)


@contextmanager
def client_go(feed: Feed, *, dynamic: bool) -> Iterator[ClientGo]:
    """Runs it; it has synced when this is entered."""
    flags = ["-dynamic"] if dynamic else []
    command = [str(client_go_program()), "-kubeconfig", str(feed.kubeconfig), *flags]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield ClientGo(process, _answer(process))
    finally:
        process.kill()
        process.wait()


def client_go_sync(feed: Feed, *, dynamic: bool) -> Sync:
    """One first sync of it."""
    with client_go(feed, dynamic=dynamic) as program:
        equal = program.ask("rows") == feed.versions()
        return Sync(program.first["seconds"], program.first["megabytes"], equal)


def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    assert line, "The client-go program ended; its errors are above."
    found: dict[str, Any] = json.loads(line)
    return found


def client_go_program() -> Path:
    """Builds it once and keeps it by its sources. Raises CannotRise where there is no Go."""
    digest = hashlib.sha256()
    for file in sorted(_HERE.iterdir()):
        digest.update(file.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pilothouse" / "clientgo"
    program = cache / digest.hexdigest()[:16]
    with locked(cache.parent / "clientgo.lock"):
        if not program.exists():
            cache.mkdir(parents=True, exist_ok=True)
            compile_programs(go_program(), _HERE, "", str(program))
    return program
