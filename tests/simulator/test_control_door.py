"""The control door: who may ask it for faults, and that what it offers is written down."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulator.faults.table import FAULTS
from tests.harness.doors import FaultyCluster, faulty_cluster

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyCluster]:
    """A simulator with its door open."""
    with faulty_cluster(tmp_path_factory.mktemp("door") / "cluster") as cluster:
        yield cluster


def control(faulty: FaultyCluster) -> tuple[str, str]:
    opened = json.loads((faulty.folder / "control.json").read_text())
    return opened["url"], opened["token"]


def test_only_its_owner_can_read_the_token(faulty: FaultyCluster) -> None:
    assert stat.S_IMODE((faulty.folder / "control.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guessed"}, {"Authorization": "Basic x"}])
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/causes"), ("DELETE", "/causes")])
def test_without_the_token_nothing_is_done(
    faulty: FaultyCluster, headers: dict[str, str], method: str, path: str
) -> None:
    url, _ = control(faulty)
    answer = requests.request(method, url + path, headers=headers, json={"fault": "reset"}, timeout=10)
    assert answer.status_code == 401
    assert not faulty.door.clear()


@pytest.mark.parametrize(
    "asked",
    [
        {"fault": "earthquake"},
        {"fault": "cut", "parameters": {"before": 1}},
        {"fault": "cut", "parameters": {"after": "ten"}},
        {"fault": "cut", "times": 0},
        {"fault": "hostile-pod", "parameters": {"how": "rude"}},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(faulty: FaultyCluster, asked: dict[str, object]) -> None:
    url, token = control(faulty)
    answer = requests.post(f"{url}/causes", json=asked, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 400
    assert answer.text
    assert not faulty.door.clear()


def test_it_opens_on_loopback_only(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "simulator", "--state", tmp_path, "--control", "0.0.0.0:0")
    ended = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "loopback only" in ended.stderr
    assert not (tmp_path / "control.json").exists()


def test_without_the_option_it_is_shut(tmp_path: Path) -> None:
    from tests.harness.simulators import simulated

    with simulated(tmp_path):
        assert not (tmp_path / "control.json").exists()


def test_a_fault_is_over_after_its_times_and_when_it_is_cleared(faulty: FaultyCluster) -> None:
    door = faulty.door
    ask = f"https://127.0.0.1:{faulty.port}/version"
    authority = str(faulty.folder / "ca.crt")

    def code() -> int:
        return requests.get(ask, verify=authority, timeout=10).status_code

    well = code()
    door.cause("unavailable", kind="/version", times=2)
    assert [code(), code(), code()] == [503, 503, well]
    door.cause("unavailable", kind="/version")
    door.cause("server-error", kind="pods")
    assert [code(), code(), code()] == [503, 503, 503]
    door.clear()
    assert code() == well


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_line_in_the_documentation(fault: str) -> None:
    described = (ROOT / "docs" / "simulator.md").read_text()
    line = next((line for line in described.splitlines() if line.startswith(f"| `{fault}`")), "")
    assert FAULTS[fault].does in line
    assert FAULTS[fault].breaks in line
    assert all(f"{name}=" in line for name in FAULTS[fault].parameters)
