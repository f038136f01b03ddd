"""S21. The storage of recordings fails before a shell begins, or while it runs: where a recording is required there is
no shell without one, and the reason is said; else the shell goes on, and says that it is not recorded."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.faults.conftest import EMBEDDED
from tests.harness.doors import Door, FaultyCluster
from tests.harness.recordings import FULL, HANGS
from tests.harness.servers import Server
from tests.harness.sockets import Socket, socket
from tests.harness.waiting import eventually

STARTED = "2026-11-25T10:00:00Z"
NO_SPACE = "The recording could not be stored (No space left on device)."
Opens = Callable[..., AbstractAsyncContextManager[Socket]]
ACTS = ("shell", "attach", "run")


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """Where a file called FULL or HANGS makes the storage fail."""
    folder = tmp_path / "storage"
    (folder / "files").mkdir(parents=True)
    return folder


@pytest.fixture(autouse=True)
def _pod(door: Door) -> None:
    """A pod whose container runs, so that it has a shell."""
    container = {"name": "app", "image": "docker.io/library/busybox:1", "stdin": True, "tty": True}
    running = {"name": "app", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": STARTED}}}
    status = {"phase": "Running", "containerStatuses": [{**running, "containerID": "containerd://1"}]}
    door.put("pods", "shell", "default", spec={"containers": [container], "nodeName": "node-1"}, status=status)


@pytest.fixture
def server(faulty: FaultyCluster, tmp_path: Path, storage: Path) -> Iterator[Server]:
    settings = {
        "PILOTHOUSE_RECORDING_STORAGE": "tests.harness.recordings.Faulty",
        "PILOTHOUSE_RECORDING_STORAGE_OPTIONS": f'{{"location": "{storage}/files"}}',
    }
    folder = tmp_path / "server"
    folder.mkdir()
    server = Server(folder, kubeconfig=faulty.kubeconfig_of("harbour"), settings={**EMBEDDED, **settings})
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def shell(server: Server) -> Opens:
    """Opens a shell, or attaches, or runs one command."""
    pod = "/ws/clusters/harbour/pods/default/shell"
    return lambda act="shell": socket(server, f"{pod}/{act}/?container=app", server.admin)


def ask_for(server: Server, policy: str) -> None:
    server.manage("shell", "-c", f"from clusters.models import Cluster; Cluster.objects.update(recording={policy!r})")


def failures(server: Server) -> str:
    """What the activity says of recordings that failed."""
    rows = "Activity.objects.filter(act='recording failed').values_list('detail', flat=True)"
    code = f"from clusters.models import Activity; print(*{rows}, sep='|')"
    return server.manage("shell", "-v", "0", "-c", code).strip()


@pytest.mark.long
@pytest.mark.parametrize(("act", "fault"), [("shell", HANGS), *((act, FULL) for act in ACTS)])
async def test_a_required_recording_that_cannot_begin(
    server: Server, shell: Opens, storage: Path, act: str, fault: str
) -> None:
    ask_for(server, "required")
    (storage / fault).touch()
    async with shell(act) as opened:
        await opened.tell(command="env")
        reason = await opened.until_closed()
    assert reason.endswith("Shells here are only allowed with a recording.")
    assert "could not be stored" in reason
    assert not [message for message in opened.messages if message["type"] == "started"]


@pytest.mark.parametrize("fault", [FULL, HANGS])
async def test_a_required_recording_that_fails_while_it_runs(
    server: Server, shell: Opens, storage: Path, fault: str
) -> None:
    ask_for(server, "required")
    async with shell() as opened:
        assert (await opened.until_message("started"))["recorded"]
        await opened.until("#")
        (storage / fault).touch()
        await opened.type("echo unseen\n")
        reason = await opened.until_closed()
    assert reason.endswith("Shells here are only allowed with a recording, so this one was ended.")
    assert "could not be stored" in failures(server)


async def test_a_best_effort_that_cannot_begin(server: Server, shell: Opens, storage: Path) -> None:
    ask_for(server, "best effort")
    (storage / FULL).touch()
    async with shell() as opened:
        assert not (await opened.until_message("started"))["recorded"]
        assert (await opened.until_message("not recorded"))["reason"] == NO_SPACE
        await opened.until("#")
    assert failures(server) == NO_SPACE


async def test_a_best_effort_that_fails_while_it_runs(server: Server, shell: Opens, storage: Path) -> None:
    ask_for(server, "best effort")
    async with shell() as opened:
        assert (await opened.until_message("started"))["recorded"]
        (storage / FULL).touch()
        await opened.type("echo on-$((40 + 2))\n")
        assert (await opened.until_message("not recorded"))["reason"] == NO_SPACE
        await opened.type("echo still-$((40 + 2))\n")
        await opened.until("still-42")
    assert failures(server) == NO_SPACE


async def test_with_a_storage_every_act_is_recorded_and_says_so(server: Server, shell: Opens) -> None:
    ask_for(server, "required")
    for act in ACTS:
        async with shell(act) as opened:
            await opened.tell(command="env")
            assert (await opened.until_message("started"))["recorded"]
            await opened.tell(close=True)
            await opened.until_closed()
    code = "from clusters.models import Recording; print(Recording.objects.exclude(ended=None).count())"
    assert eventually(lambda: server.manage("shell", "-v", "0", "-c", code).strip() == "3")
