"""What the tests stand on: a real cluster, a running Pilothouse, a browser, PostgreSQL and Redis.

Each is raised once, when the first test asks for it, and taken down at the end. Where one cannot be had, the tests that
ask for it are skipped and say why; in CI they fail instead. A test with a browser reaches data through pages, kubectl
and manage.py, never through the ORM.
"""

import os
import re
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from tests.cluster.programs import CannotRise
from tests.harness.browsers import DESKTOP, chromium, take_cookies, watch
from tests.harness.clusters import Cluster, usable_cluster
from tests.harness.containers import start_pod
from tests.harness.databases import own_databases, passable_folder, postgresql, redis
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server

if TYPE_CHECKING:
    from clusters.models import Cluster as ClusterRow

RESULTS = Path(__file__).parent.parent / "test-results"
MOST_RERUNS = 5
"""Tests of a run that may fail at first.

A real cluster, a browser and the suite share two cores, and now and then a test loses a race that says nothing about
Pilothouse; more than these few say that something is wrong.
"""

Needed = TypeVar("Needed")
ModeSettings = Callable[[ExitStack, Path], dict[str, str]]
failed = pytest.StashKey[bool]()
page_problems = pytest.StashKey[list[str]]()
problems_of_the_test = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_modes: also run in spread-out mode, on PostgreSQL and Redis")
    config.addinivalue_line("markers", "spread_out: about several processes, so run in spread-out mode only")
    config.addinivalue_line("markers", "long: waits for half a minute and more, so begun first")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files, and leave out what makes no sense embedded: there, the process that serves also watches."""
    by_file: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_file.setdefault(item.path, []).append(item)
    items[:] = [item for tests in sorted(by_file.values(), key=turn) for item in tests]
    if os.environ.get("REDIS_URL"):
        return
    left_out = [item for item in items if item.get_closest_marker("spread_out")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def turn(tests: list[pytest.Item]) -> int:
    """When a file's turn is: those that take long come first, and quick ones last, so that all workers end together."""
    if any(test.get_closest_marker("long") for test in tests):
        return 0
    needed = {name for test in tests for name in getattr(test, "fixturenames", ())}
    return 1 if needed & {"browser", "server", "new_server", "cluster"} else 2


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which too many tests passed only at the second try; all of them are listed at its end."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    tried_again = len(reporter.stats.get("rerun", ())) if reporter else 0
    if reporter and tried_again > MOST_RERUNS and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{tried_again} tests failed at first; more than {MOST_RERUNS} are too many.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the server's log below a failure, and tell fixtures how their test went."""
    report = yield
    if report.when == "call":
        # What the test made is then taken away from under its page.
        so_far: list[str] = item.stash.get(page_problems, [])
        item.stash[problems_of_the_test] = list(so_far)
    if report.failed:
        item.stash[failed] = True
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Server):
                report.sections.append(("Pilothouse's log", value.log_end()))
    return report


def enter(stack: ExitStack, needed: AbstractContextManager[Needed]) -> Needed:
    """Enter what the tests need; where it cannot be had they are skipped, or fail in CI."""
    try:
        return stack.enter_context(needed)
    except CannotRise as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, as when it runs: in memory, threads would lock each other out."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """A hash that takes half a second is for guessers, not for tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _database_threads() -> Iterator[None]:
    """The threads on which async code reached the database end with the test."""
    yield
    from clusters import threads

    threads.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real Kubernetes cluster: two nodes, kubectl, and the means to stop a kubelet."""
    with ExitStack() as stack:
        yield enter(stack, usable_cluster())


@pytest.fixture(scope="session")
def kubectl(cluster: Cluster) -> Kubectl:
    """kubectl as the cluster's administrator: `kubectl("get", "pods", "-A")`."""
    return cluster.kubectl


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """The name of a fresh namespace, deleted with all that is in it afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "pods", "--all", "--namespace", name, "--force", "--grace-period=0", "--wait=false")
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def near(kubectl: Kubectl, namespace: str) -> Kubectl:
    """kubectl within that namespace."""
    return kubectl.within(namespace)


@pytest.fixture
def pod(near: Kubectl) -> str:
    """The name of a pod in that namespace, whose container "main" only sleeps."""
    return start_pod(near, "sleeper")


@pytest.fixture
def harbour() -> "ClusterRow":
    """The row of a cluster without a connection; the test must have the database."""
    from tests import people

    return people.cluster("harbour")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL database: the environment's, else a fresh server's."""
    if os.environ.get("DATABASE_URL"):
        yield os.environ["DATABASE_URL"]
        return
    with ExitStack() as stack:
        yield enter(stack, postgresql(stack.enter_context(passable_folder())))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a fresh Redis server."""
    with ExitStack() as stack:
        yield enter(stack, redis(tmp_path_factory.mktemp("redis")))


@pytest.fixture(scope="session")
def mode_settings(request: pytest.FixtureRequest) -> ModeSettings:
    """What one server needs for the mode under test: nothing embedded, a database and a Redis of its own spread out."""

    def settings(stack: ExitStack, folder: Path) -> dict[str, str]:
        if not os.environ.get("REDIS_URL"):
            return {}
        return enter(stack, own_databases(request.getfixturevalue("postgres_url"), folder))

    return settings


@pytest.fixture(scope="session")
def server(cluster: Cluster, mode_settings: ModeSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The Pilothouse that all tests share: it watches the cluster `test` and is synced. Do not stop it."""
    folder = tmp_path_factory.mktemp("server")
    with ExitStack() as stack:
        server = Server(folder, kubeconfig=cluster.kubeconfig, settings=mode_settings(stack, folder))
        stack.callback(server.stop)
        server.start()
        server.wait_until_synced()
        yield server


@pytest.fixture
def new_server(cluster: Cluster, mode_settings: ModeSettings, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes a Pilothouse of the test's own, not started yet, to be killed and restarted: `new_server(**settings)`."""
    with ExitStack() as stack:

        def make(*, kubeconfig: Path | None = cluster.kubeconfig, **settings: str) -> Server:
            folder = tmp_path / f"server-{secrets.token_hex(4)}"
            folder.mkdir()
            server = Server(folder, kubeconfig=kubeconfig, settings={**mode_settings(stack, folder), **settings})
            stack.callback(server.stop)
            return server

        yield make


@pytest.fixture
def lone_server(tmp_path: Path) -> Iterator[Server]:
    """A Pilothouse of the test's own, embedded and without any cluster; not started yet."""
    server = Server(tmp_path, kubeconfig=None, settings={"DATABASE_URL": "", "REDIS_URL": ""})
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; one a test file, since its event loop would forbid the ORM to all tests that follow."""
    with ExitStack() as stack:
        yield enter(stack, chromium())


@pytest.fixture
def visitor(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the shared server, not signed in. Errors in its console fail the test; see `problems`."""
    with browser.new_context(base_url=server.url, viewport=DESKTOP) as context:
        page = context.new_page()
        problems = watch(page)
        request.node.stash[page_problems] = problems
        yield page
        if request.node.stash.get(failed, False):
            RESULTS.mkdir(exist_ok=True)
            page.screenshot(path=RESULTS / f"{re.sub(r'[^a-z0-9]+', '-', request.node.nodeid.lower())}.png")
    left = request.node.stash.get(problems_of_the_test, problems)
    assert not left, "\n".join(left)


@pytest.fixture
def page(visitor: Page, server: Server) -> Page:
    """A page of the shared server, signed in as its superuser."""
    take_cookies(visitor.context, server.admin, server.url)
    return visitor


@pytest.fixture
def problems(visitor: Page, request: pytest.FixtureRequest) -> list[str]:
    """What went wrong in the page so far; a test that provokes an error clears it."""
    found: list[str] = request.node.stash[page_problems]
    return found
