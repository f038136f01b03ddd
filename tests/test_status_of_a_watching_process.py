"""A process that only watches tells monitoring how it is, and serves nothing else."""

import re
from pathlib import Path

import requests

from tests.harness.databases import own_databases
from tests.harness.servers import METRICS_TOKEN, Server
from tests.harness.waiting import eventually


def test_it_serves_its_status_and_no_pages(postgres_url: str, tmp_path: Path) -> None:
    with own_databases(postgres_url, tmp_path) as settings:
        check_status(Server(tmp_path, kubeconfig=None, settings=settings))


def check_status(server: Server) -> None:
    server.manage("prepare")
    server.watcher = server.run("watch", "watch", "--status", "127.0.0.1:0")
    try:
        found = eventually(lambda: re.search(r"Status is at (http://\S+)/readyz", server.log()), seconds=60)
        assert found
        server.url = found[1]
        assert requests.get(f"{server.url}/healthz", timeout=20).status_code == 200
        assert requests.get(f"{server.url}/readyz", timeout=20).text == "Ready.\n"
        eventually(lambda: server.metrics()["pilothouse_watch_processes"] == 1)
        assert requests.get(f"{server.url}/sign-in/", timeout=20).status_code == 404
        assert requests.get(f"{server.url}/metrics", timeout=20).status_code == 404
    finally:
        server.stop()
    assert METRICS_TOKEN not in server.log()
    assert "Traceback" not in server.log()
