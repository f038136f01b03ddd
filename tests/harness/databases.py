"""PostgreSQL and Redis from Debian's packages, for the spread-out mode.

`python -m tests.harness.databases COMMAND...` runs the command with DATABASE_URL and REDIS_URL of fresh servers.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from tests.cluster.programs import CannotRise
from tests.harness.background import Background, free_port, leash
from tests.harness.waiting import eventually

POSTGRESQL_USER = "postgres"  # made by the package; PostgreSQL refuses to run as root


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A fresh folder that PostgreSQL's user can reach, which pytest's own folders do not allow."""
    with tempfile.TemporaryDirectory(prefix="pilothouse-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The DATABASE_URL of a fresh server whose files are in `folder`. Raises CannotRise where it is not installed."""
    programs = postgresql_programs()
    data, port = folder / "postgresql", free_port()
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, POSTGRESQL_USER, POSTGRESQL_USER)
    choices = ("--username=pilothouse", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    initdb: list[str | Path] = [*leash(POSTGRESQL_USER), programs / "initdb", *choices, data]
    subprocess.run(initdb, cwd="/", capture_output=True, check=True)
    settings = ("fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300")
    flags = (word for setting in settings for word in ("-c", setting))
    command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port), *flags]
    server = Background(*command, log=folder / "postgresql.log", cwd=Path("/"), user=POSTGRESQL_USER)
    try:
        wait_for(server, programs / "pg_isready", "--host=127.0.0.1", f"--port={port}")
        yield f"postgres://pilothouse@127.0.0.1:{port}/postgres"
    finally:
        server.stop()


def postgresql_programs() -> Path:
    """The folder of the newest PostgreSQL that Debian installed; raises CannotRise."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda program: int(program.parts[-3]))
    if not found:
        raise CannotRise("The spread-out mode is tested on PostgreSQL; install it: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The REDIS_URL of a fresh server without files. Raises CannotRise where it is not installed."""
    port = free_port()
    if shutil.which("redis-server") is None:
        raise CannotRise("The spread-out mode is tested on Redis; install it: apt-get install redis-server")
    server = RedisServer(folder, port)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


class RedisServer:
    """A Redis on one port, to be stopped and started again; it keeps nothing. For `redis`, and tests that harm it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self._folder = folder
        self._port = str(port)
        self._process: Background | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = ("--bind", "127.0.0.1", "--port", self._port, "--save", "", "--appendonly", "no")
        self._process = Background("redis-server", *settings, log=self._folder / "redis.log", cwd=self._folder)
        wait_for(self._process, "redis-cli", "-p", self._port, "ping")

    def stop(self) -> None:
        """End it, with all connections."""
        if self._process:
            self._process.stop()

    def ask(self, *command: str) -> list[str]:
        """What it answers to a command, line by line."""
        done = subprocess.run(["redis-cli", "-p", self._port, *command], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()


@contextmanager
def own_databases(postgres_url: str, folder: Path) -> Iterator[dict[str, str]]:
    """DATABASE_URL of a new database on the server, and REDIS_URL of a new server: its groups know no database."""
    name = f"pilothouse_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    with redis(folder) as redis_url:
        yield {"DATABASE_URL": f"{postgres_url.rpartition('/')[0]}/{name}", "REDIS_URL": redis_url}


def wait_for(server: Background, *command: str | Path) -> None:
    """Wait until the command succeeds; raises AssertionError with the server's log."""

    def answers() -> bool:
        assert server.is_running(), server.printed()
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    eventually(answers, seconds=30)


def main() -> int:
    """Run the command of our own command line in spread-out mode; returns its exit code."""
    with passable_folder() as folder, postgresql(folder) as database_url, redis(folder) as redis_url:
        environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
