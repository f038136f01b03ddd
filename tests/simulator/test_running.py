"""`python -m simulator`: it says where it is, survives a restart, and leaves nothing behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.harness.background import free_port
from tests.harness.clusters import ROOT
from tests.harness.waiting import eventually

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a simulator with an empty world, its state in the test's folder; returns when it listens."""
    with ExitStack() as stack:

        def begin(*options: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-m", "simulator", "--state", str(tmp_path), "--world", "empty", *options]
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            stack.callback(end, process)
            assert process.stdout
            assert process.stdout.readline().startswith("Simulated cluster at https://127.0.0.1:")
            return process

        yield begin


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


def config(folder: Path) -> tuple[str, dict[str, str], bytes]:
    """The server, the token of each user, and the kubeconfig."""
    text = (folder / "kubeconfig").read_bytes()
    found = json.loads(text)
    tokens = {user["name"]: user["user"]["token"] for user in found["users"]}
    return found["clusters"][0]["cluster"]["server"], tokens, text


def code(folder: Path, path: str, user: str) -> int:
    server, tokens, _ = config(folder)
    headers = {"Authorization": f"Bearer {tokens[user]}"}
    return requests.get(server + path, headers=headers, verify=str(folder / "ca.crt"), timeout=10).status_code


def test_a_restart_keeps_the_connection(start: Start, tmp_path: Path) -> None:
    process = start()
    before = config(tmp_path)
    assert code(tmp_path, "/api/v1/namespaces/default", "admin") == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    start()
    assert config(tmp_path) == before
    assert code(tmp_path, "/api/v1/namespaces/default", "admin") == 200


def test_versions_go_on_after_a_restart(start: Start, tmp_path: Path) -> None:
    def version() -> int:
        server, tokens, _ = config(tmp_path)
        headers = {"Authorization": f"Bearer {tokens['admin']}"}
        found = requests.get(server + "/api/v1/pods", headers=headers, verify=str(tmp_path / "ca.crt"), timeout=10)
        return int(found.json()["metadata"]["resourceVersion"])

    process = start()
    before = version()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    start()
    assert version() > before


def test_it_dies_with_its_parent(start: Start) -> None:
    process = start("--with-parent")
    assert process.stdin
    process.stdin.close()
    assert process.wait(10) == 0


def test_it_outlives_its_input_otherwise(start: Start, tmp_path: Path) -> None:
    process = start()
    assert process.stdin
    process.stdin.close()
    assert code(tmp_path, "/readyz", "admin") == 200
    assert process.poll() is None


def test_secrets_are_the_owners_only(start: Start, tmp_path: Path) -> None:
    start()
    for name in ("kubeconfig", "tokens.json", "ca.key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_an_address_that_is_taken(start: Start, tmp_path: Path) -> None:
    port = free_port()
    start("--listen", f"127.0.0.1:{port}")
    command = [sys.executable, "-m", "simulator", "--state", str(tmp_path / "two"), "--listen", f"127.0.0.1:{port}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "The simulator cannot start: " in done.stderr


def test_a_port_that_was_taken_meanwhile_is_given_up(start: Start, tmp_path: Path) -> None:
    first = start()
    port = (tmp_path / "port").read_text()
    other = tmp_path / "other"
    other.mkdir()
    (other / "port").write_text(port)
    command = [sys.executable, "-m", "simulator", "--state", str(other), "--world", "empty", "--with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout
        assert second.stdin
        assert f":{port}," not in second.stdout.readline()
        assert first.poll() is None
        second.stdin.close()
        assert second.wait(10) == 0


@pytest.mark.parametrize(
    "options", [["--listen", "here"], ["--listen", "127.0.0.1:99999"], ["--speed", "0"], ["--world", "moon"], []]
)
def test_options_that_make_no_sense(options: list[str], tmp_path: Path) -> None:
    state = ["--state", str(tmp_path)] if options else []
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *state, *options], cwd=ROOT, capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert b"usage: python -m simulator" in done.stderr


ALLOWED = {
    "admin": ("/api/v1/secrets", ""),
    "developer": ("/api/v1/secrets", "/apis/rbac.authorization.k8s.io/v1/roles"),
    "viewer": ("/api/v1/nodes", "/api/v1/secrets"),
    "dashboard": ("/apis/metrics.k8s.io/v1beta1/nodes", "/api/v1/secrets"),
    "stranger": ("/apis", "/api/v1/pods"),
}
"""What each may read, and what not."""


def test_everybody_may_something(start: Start, tmp_path: Path) -> None:
    start()
    assert set(config(tmp_path)[1]) == set(ALLOWED)
    for user, (allowed, forbidden) in ALLOWED.items():
        assert code(tmp_path, allowed, user) == 200
        assert not forbidden or code(tmp_path, forbidden, user) == 403


def test_watches_end_with_the_server(start: Start, tmp_path: Path) -> None:
    process = start()
    server, tokens, _ = config(tmp_path)
    headers = {"Authorization": f"Bearer {tokens['admin']}"}
    with requests.get(
        f"{server}/api/v1/namespaces?watch=true",
        headers=headers,
        verify=str(tmp_path / "ca.crt"),
        stream=True,
        timeout=10,
    ) as watch:
        lines = watch.iter_lines(chunk_size=1)
        assert json.loads(next(lines))["type"] == "ADDED"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    eventually(lambda: process.poll() is not None)
