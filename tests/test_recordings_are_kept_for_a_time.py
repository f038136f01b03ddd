"""Recordings go when their days are over, and the oldest go when all together are too large."""

from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from clusters.models import Activity, Cluster, Recording, TerminalSession
from clusters.recordings import retention, storing
from clusters.recordings.opening import open_recorder
from clusters.threads import read, write
from tests import people
from tests.harness.recordings import SCREEN, keep_in, recorded, session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Path) -> None:
    keep_in(settings, tmp_path)


@pytest.fixture
def maria() -> User:
    return people.person("maria")


def aged(shell: TerminalSession, days: int) -> Recording:
    """A recording that began so many days ago."""
    recording = recorded(shell, "hello\r\n")
    Recording.objects.filter(pk=recording.pk).update(started=timezone.now() - timedelta(days=days))
    return recording


def left() -> list[str]:
    return list(Recording.objects.order_by("started").values_list("pod", flat=True))


def one_round() -> None:
    """What every process that serves does from time to time."""
    async_to_sync(retention.one_round)(set())


def test_old_ones_go_with_their_files_and_that_is_written_down(
    maria: User, harbour: Cluster, settings: Settings, tmp_path: Path
) -> None:
    settings.PILOTHOUSE_RECORDING_DAYS = 30
    aged(session(maria, harbour, pod="old"), 31)
    aged(session(maria, harbour, pod="young"), 29)
    one_round()
    assert left() == ["young"]
    assert len(list(tmp_path.rglob("*.sealed"))) == 1
    row = Activity.objects.get(act=Activity.Act.RECORDING_REMOVED)
    assert (row.pod, row.user) == ("old", None)
    assert row.detail.startswith("maria, ")


def test_of_too_many_the_oldest_go(maria: User, harbour: Cluster, settings: Settings) -> None:
    settings.PILOTHOUSE_RECORDING_GIGABYTES = 1
    for days, pod in ((3, "oldest"), (2, "older"), (1, "newest")):
        recording = aged(session(maria, harbour, pod=pod), days)
        Recording.objects.filter(pk=recording.pk).update(stored=450_000_000)
    one_round()
    assert left() == ["older", "newest"]


def test_one_that_the_storage_does_not_give_up_keeps_no_other(
    maria: User, harbour: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = storing.folder(aged(session(maria, harbour, pod="stuck"), 402))
    aged(session(maria, harbour, pod="old"), 401)
    delete_all = storing.delete_all

    def refuse_one(folder: str, names: list[str]) -> None:
        if folder.endswith(stuck.rpartition("/")[2]):
            raise PermissionError(folder)
        delete_all(folder, names)

    with monkeypatch.context() as patched:
        patched.setattr(storing, "delete_all", refuse_one)
        one_round()
    assert left() == ["stuck"]
    one_round()
    assert left() == []


async def test_one_that_is_being_written_stays(maria: User, harbour: Cluster) -> None:
    recorder = await open_recorder(await write(session, maria, harbour), SCREEN, None)
    await write(Recording.objects.update, started=timezone.now() - timedelta(days=400))
    await retention.one_round(set())
    assert await read(left) == ["ledger-0"]
    await recorder.close(0)


async def test_files_of_which_no_row_knows_go_too(maria: User, harbour: Cluster, settings: Settings) -> None:
    recorder = await open_recorder(await write(session, maria, harbour), SCREEN, None)
    await recorder.close(0)
    recording = await read(Recording.objects.get)
    await storing.in_storage(storing.save, f"{storing.folder(recording)}/left-behind.sealed", b"")
    settings.PILOTHOUSE_RECORDING_GIGABYTES = 0
    await retention.one_round(set())
    folder = storing.folder(recording)
    assert await read(left) == []
    assert not await storing.in_storage(storing.storage().exists, folder)
