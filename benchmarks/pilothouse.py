"""A Pilothouse that is measured: its processes and, from beside it, its rows."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.feeds import Feed
from benchmarks.processes import Cost
from tests.harness.databases import postgresql
from tests.harness.servers import Server

_LOOK_EVERY = 0.001
"""Seconds between two looks at how far the rows are: the grain of every time to a commit."""

Query = Callable[[str], list[tuple[Any, ...]]]


@dataclass
class Pilothouse:
    """A server, its database as the harness reads it, and what all of it costs."""

    server: Server
    query: Query
    cost: Cost

    def add(self, feed: Feed) -> None:
        """Add the feed's cluster."""
        self.server.manage("import_kubeconfig", str(feed.kubeconfig), "--context", "admin")

    @property
    def slug(self) -> str:
        """The cluster's name in addresses."""
        return str(self.query("SELECT slug FROM clusters_cluster")[0][0])

    def version(self, kind: str = "pods") -> int:
        """The resource version that the committed rows stand for; 0 before a first list is complete."""
        found = self.query(
            f"SELECT resource_version FROM clusters_watch WHERE kind = '{kind}' AND listed_at IS NOT NULL"
        )
        return int(found[0][0] or 0) if found else 0

    def rows(self) -> dict[str, str]:
        """uid -> resource version of every pod."""
        return dict(self.query("SELECT uid, resource_version FROM clusters_pod"))

    def wait_until_listed(self, *, seconds: float = 600) -> float:
        """Wait until all kinds are; gives the moment at which the pods were, in seconds since 1970."""
        end, pods_at = time.time() + seconds, 0.0
        while time.time() < end:
            listed = {kind for (kind,) in self.query("SELECT kind FROM clusters_watch WHERE listed_at IS NOT NULL")}
            if "pods" in listed and not pods_at:
                pods_at = time.time()
            if len(listed) == 6:
                return pods_at
            time.sleep(0.01)
        raise AssertionError(f"Not listed within {seconds:g} s:\n{self.server.log_end()}")

    def wait_until_equal(self, feed: Feed, *, seconds: float = 60) -> bool:
        """Whether the rows become the feed's set within that time."""
        end = time.time() + seconds
        while time.time() < end:
            if self.version() >= feed.status()["version"] and self.rows() == feed.versions():
                return True
            time.sleep(0.2)
        return False

    def commits(self, until: float) -> Iterator[tuple[float, int]]:
        """Moments (seconds since 1970) at which a newer version of the pods was seen committed, until that moment."""
        last = self.version()
        while (now := time.time()) < until:
            version = self.version()
            if version != last:
                last = version
                yield time.time(), version
            time.sleep(max(0.0, _LOOK_EVERY - (time.time() - now)))


@contextmanager
def pilothouse(folder: Path, database: str) -> Iterator[Pilothouse]:
    """A fresh one on "sqlite" or "postgresql", without a cluster, embedded; its data are left in the folder."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        settings, pids = {}, []
        if database == "postgresql":
            folder.chmod(0o755)
            settings["DATABASE_URL"] = stack.enter_context(postgresql(folder))
            pids.append(int((folder / "postgresql" / "postmaster.pid").read_text().split()[0]))
        server = Server(folder, kubeconfig=None, settings=settings)
        stack.callback(server.stop)
        server.start()
        query = _postgresql(settings["DATABASE_URL"]) if settings else _sqlite(folder)
        cost = Cost(lambda: [*pids, *([server.web.pid] if server.web else [])])
        yield Pilothouse(server, query, cost)


def _sqlite(folder: Path) -> Query:
    file = folder / "data" / "pilothouse.sqlite3"
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)
    return lambda sql: connection.execute(sql).fetchall()


def _postgresql(url: str) -> Query:
    connection = psycopg.connect(url, autocommit=True)
    return lambda sql: connection.execute(sql.encode()).fetchall()
