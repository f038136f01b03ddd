"""A real Pilothouse: `manage.py serve` with a port and data of its own, and `manage.py watch` in spread-out mode."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import requests

from tests.harness.background import Background
from tests.harness.waiting import eventually

ROOT = Path(__file__).parents[2]
ADMIN, PASSWORD = "admin", "correct horse battery staple"
NO_KUBECONFIG = "/dev/null"
METRICS_TOKEN = "only for tests"
SHARED = ("PILOTHOUSE_DATA_DIR", "DATABASE_URL", "REDIS_URL")
"""Settings that make one installation of several processes."""


class Server:
    """A running Pilothouse, reached as people reach it: over HTTP, and with manage.py.

    `settings` are environment variables beside those that are always set; with DATABASE_URL and REDIS_URL in them the
    watching is done by a process of its own. `kubeconfig` is imported at the first start; its context is called `test`,
    and so is the cluster. `options` are words after `manage.py serve`.
    """

    def __init__(
        self, folder: Path, *, kubeconfig: Path | None, settings: dict[str, str] | None = None, options: str = ""
    ) -> None:
        self.folder = folder
        self.options = options.split()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PILOTHOUSE_")},
            "PILOTHOUSE_DATA_DIR": str(folder / "data"),
            "PILOTHOUSE_ADMIN_PASSWORD": PASSWORD,
            "KUBECONFIG": str(kubeconfig or NO_KUBECONFIG),
            "PILOTHOUSE_METRICS_TOKEN": METRICS_TOKEN,
            "PYTHONUNBUFFERED": "1",
            # Shells wait for their page for minutes; many tests share one server and one user.
            "PILOTHOUSE_SHELLS_PER_USER": "100",
            **(settings or {}),
        }
        self.url = ""
        self.web: Background | None = None
        self.watcher: Background | None = None
        self.sessions: list[requests.Session] = []

    @property
    def is_spread_out(self) -> bool:
        """Whether pages and watching are separate processes, on PostgreSQL and Redis."""
        return bool(self.environment.get("REDIS_URL"))

    def start(self) -> None:
        """Start it, where it was before, and wait until it serves. Raises AssertionError with its log."""
        address = self.url.removeprefix("http://") or "127.0.0.1:0"
        started_before = len(self.log())
        self.web = self.run("web", "serve", "--prepare", "--address", address, *self.options)

        def address_printed() -> str:
            assert self.web
            assert self.web.is_running(), f"manage.py serve ended:\n{self.log_end()}"
            found = re.search(r"Pilothouse is at (http://\S+?)/ ", self.log()[started_before:])
            return found[1] if found else ""

        self.url = eventually(address_printed, seconds=60)
        if self.is_spread_out and self.watcher is None:
            self.start_watcher()

    def start_watcher(self) -> None:
        """Start `manage.py watch`; spread-out mode only."""
        self.watcher = self.run("watch", "watch")

    def run(self, name: str, *arguments: str) -> Background:
        """manage.py in the background, with its output in NAME.log."""
        command = (sys.executable, "manage.py", *arguments)
        return Background(*command, log=self.folder / f"{name}.log", cwd=ROOT, env=self.environment)

    def stop(self) -> None:
        """End every process as an operator does, with SIGTERM."""
        for session in self.sessions:
            session.close()
        for process in (self.web, self.watcher):
            if process:
                process.stop()
        self.web = self.watcher = None

    def kill(self) -> None:
        """Kill the serving process with SIGKILL, as when the machine's memory ran out."""
        assert self.web
        self.web.stop(signal.SIGKILL)

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """What manage.py prints, run beside the server on the same data. Raises AssertionError if it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def add_user(self, name: str, *, superuser: bool = False) -> None:
        """A user with PASSWORD and, unless a superuser, no grants."""
        make = "create_superuser" if superuser else "create_user"
        code = f"from django.contrib.auth.models import User; User.objects.{make}({name!r}, password={PASSWORD!r})"
        self.manage("shell", "-c", code)

    def sign_in(self, name: str = ADMIN, password: str = PASSWORD) -> requests.Session:
        """A session signed in by the form. Raises AssertionError when that is refused."""
        session = requests.Session()
        self.sessions.append(session)
        page = session.get(f"{self.url}/sign-in/", timeout=30)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token, f"No sign-in form at {self.url}/sign-in/: {page.status_code}"
        answer = session.post(
            f"{self.url}/sign-in/",
            data={"username": name, "password": password, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": f"{self.url}/sign-in/"},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 302, f"{name} could not sign in: {answer.status_code}"
        return session

    @cached_property
    def admin(self) -> requests.Session:
        """A session signed in as the superuser; it outlives restarts, as the database does."""
        return self.sign_in()

    def text(self, path: str) -> str:
        """What the superuser gets from the path. Raises AssertionError unless that is 200."""
        answer = self.admin.get(f"{self.url}{path}", timeout=30)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def wait_until_synced(self, *, seconds: float = 60) -> None:
        """Wait until every cluster's rows are those of its API server. Raises AssertionError with the states seen."""

        def synced() -> bool:
            states = {name: value for name, value in self.metrics().items() if name.startswith("pilothouse_clusters{")}
            assert states.pop('pilothouse_clusters{health="synced"}') > 0, states
            assert not any(states.values()), states
            return True

        eventually(synced, seconds=seconds)

    def metrics(self) -> dict[str, float]:
        """What /metrics says: values by name with labels, as they are written there."""
        answer = requests.get(f"{self.url}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, timeout=30)
        assert answer.status_code == 200, f"/metrics: {answer.status_code}"
        lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def log(self) -> str:
        """Everything that the server's processes printed."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def log_end(self, lines: int = 60) -> str:
        """The end of the log, for a person to read."""
        return "\n".join(self.log().splitlines()[-lines:])


@contextmanager
def synced(server: Server) -> Iterator[Server]:
    """The server, started, with every cluster's rows as its API server has them; stopped afterwards."""
    try:
        server.start()
        server.wait_until_synced()
        yield server
    finally:
        server.stop()


@contextmanager
def second_server(first: Server, folder: Path) -> Iterator[Server]:
    """Another web process of the same installation, started; it watches no cluster. `folder` is for its log."""
    folder.mkdir()
    settings = {name: first.environment[name] for name in SHARED if name in first.environment}
    server = Server(folder, kubeconfig=None, settings=settings, options="--no-watch")
    server.watcher = first.watcher
    server.start()
    try:
        yield server
    finally:
        server.watcher = None
        server.stop()
