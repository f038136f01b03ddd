"""The feed as a process beside what is measured, and its door."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.harness.background import Background
from tests.harness.servers import ROOT
from tests.harness.waiting import eventually

_SECONDS_TO_MAKE = 120


@dataclass(frozen=True)
class Change:
    """One change that the feed made; `born` in seconds since 1970."""

    version: int
    born: float
    uid: str


class Feed:
    """A running feed, by its kubeconfig."""

    def __init__(self, kubeconfig: Path, pods: int) -> None:
        self.kubeconfig = kubeconfig
        self.pods = pods
        config = json.loads(kubeconfig.read_text())
        self.url: str = config["clusters"][0]["cluster"]["server"]
        self.token: str = config["users"][0]["user"]["token"]
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {self.token}"
        self._session.trust_env = False  # its CA bundle would be preferred to ours
        self._session.verify = str(kubeconfig.parent / "ca.crt")

    def status(self) -> dict[str, Any]:
        """What it did so far; see simulator/feed/server.py."""
        found: dict[str, Any] = self._session.get(f"{self.url}/feed/status", timeout=60).json()
        return found

    def change_at(self, rate: float) -> dict[str, Any]:
        """Make so many changes a second from now on; gives the status."""
        answer = self._session.put(f"{self.url}/feed/churn", params={"rate": rate}, timeout=60)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def changes(self, since: int) -> list[Change]:
        """The changes after that version."""
        text = self._session.get(f"{self.url}/feed/changes", params={"since": since}, timeout=60).text
        return [Change(int(version), float(born), uid) for version, born, uid in map(str.split, text.splitlines())]

    def versions(self, plural: str = "pods") -> dict[str, str]:
        """uid -> resource version of every object of that kind."""
        text = self._session.get(f"{self.url}/feed/objects/{plural}", timeout=60).text
        return dict(line.split() for line in text.splitlines())


@contextmanager
def feed(folder: Path, pods: int) -> Iterator[Feed]:
    """A feed of that many pods; what it takes to make them is not measured."""
    state = Path(tempfile.mkdtemp(prefix=f"feed-{pods}-", dir=folder))
    command = (sys.executable, "-m", "simulator.feed", "--state", state, "--pods", str(pods))
    process = Background(*command, log=state / "feed.log", cwd=ROOT)

    def serves() -> bool:
        assert process.is_running(), process.printed()
        return (state / "kubeconfig").exists()

    try:
        eventually(serves, seconds=_SECONDS_TO_MAKE)
        yield Feed(state / "kubeconfig", pods)
    finally:
        process.stop()
