"""A shell is written down as an asciicast while it runs, and reads back as it was."""

import asyncio
import json
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from clusters.models import Cluster, Recording, RecordingPolicy, TerminalSession
from clusters.recordings import asciicast, books, chunks, reading
from clusters.recordings import recorder as recorder_module
from clusters.recordings.opening import open_recorder
from clusters.streams.recorder import Recorder
from clusters.threads import read, write
from tests import people
from tests.harness.recordings import SCREEN, keep_in, recorded, session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Path) -> None:
    keep_in(settings, tmp_path)


@pytest.fixture
def shell(harbour: Cluster) -> TerminalSession:
    return session(people.person("maria"), harbour)


def cast(recording: Recording) -> list[list[object]]:
    """The lines of the recording after its header."""
    first, *lines = [json.loads(line) for line in reading.cast(recording)]
    assert first["version"] == 3
    return lines


def stored(folder: Path) -> list[str]:
    """The names of all files in the storage."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.sealed"))


async def begun(shell: TerminalSession) -> Recorder:
    return await open_recorder(shell, SCREEN, None)


async def test_what_is_printed_the_size_and_the_end_are_in_it(shell: TerminalSession) -> None:
    recorder = await begun(shell)
    recorder.output(b"$ ls\r\n")
    recorder.resized(*SCREEN)
    recorder.resized(120, 40)
    recorder.output("\x1b[32mgrün\x1b[0m".encode())
    await recorder.close(3)
    recording = await read(Recording.objects.get)
    assert [line[1:] for line in await read(cast, recording)] == [
        ["o", "$ ls\r\n"],
        ["r", "120x40"],
        ["o", "\x1b[32mgrün\x1b[0m"],
        ["x", "3"],
    ]
    assert (recording.exit_code, recording.broken_off, recording.printed) == (
        3,
        "",
        len("$ ls\r\n\x1b[32mgrün\x1b[0m") + 1,
    )
    assert recording.ended


async def test_the_header_says_who_was_where(shell: TerminalSession) -> None:
    recorder = await begun(shell)
    await recorder.close(None)
    recording = await read(Recording.objects.get)
    header = json.loads((await read(list, reading.cast(recording)))[0])
    assert header == {
        "version": 3,
        "term": {"cols": 80, "rows": 24, "type": "xterm-256color"},
        "timestamp": int(recording.started.timestamp()),
        "title": "maria in payments/ledger-0/postgres",
    }


async def test_a_character_that_comes_in_two_pieces_is_one(shell: TerminalSession) -> None:
    recorder = await begun(shell)
    for piece in ("ü".encode()[:1], "ü".encode()[1:], b"\xff"):
        recorder.output(piece)
    await recorder.close(None)
    assert [line[2] for line in await read(cast, await read(Recording.objects.get))] == ["ü", "\ufffd"]


async def test_it_is_in_the_storage_before_the_shell_ends(shell: TerminalSession) -> None:
    recorder = await begun(shell)
    recorder.output(b"so far")
    recording = await read(Recording.objects.get)
    async with asyncio.timeout(10):
        while not await read(cast, recording):  # noqa: ASYNC110 - a storage tells nobody
            await asyncio.sleep(0.05)
    assert not recording.ended
    await recorder.close(None)


async def test_a_long_recording_is_many_files_and_each_is_written_once_more_as_it_grows(
    shell: TerminalSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "SETTLED_BYTES", 100)
    recorder = await begun(shell)
    recording = await read(Recording.objects.get)
    for number in range(5):
        recorder.output(f"{number}".encode() * 60)
        async with asyncio.timeout(10):
            while len(await read(cast, recording)) <= number:  # noqa: ASYNC110 - a storage tells nobody
                await asyncio.sleep(0.05)
    await recorder.close(0)
    names = await read(lambda: list(recording.chunks.values_list("name", flat=True)))
    assert len(names) > 1
    assert stored(tmp_path) == names


async def test_after_an_error_of_ours_it_is_no_recording_any_more(
    shell: TerminalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = await begun(shell)
    monkeypatch.setattr(recorder_module, "grown", lambda *_: 1 / 0)
    recorder.output(b"unseen")
    async with asyncio.timeout(10):
        assert "made an error" in await recorder.trouble()
    assert not recorder.is_recording
    await recorder.close(0)
    assert "made an error" in (await read(Recording.objects.get)).broken_off


def test_nothing_of_it_is_readable_in_the_storage(shell: TerminalSession, tmp_path: Path) -> None:
    recorded(shell, "the word is harbour-gull")
    (file,) = tmp_path.rglob("*.sealed")
    assert b"harbour-gull" not in file.read_bytes()
    assert not file.read_bytes().startswith(b"\x1f\x8b")


def test_a_flood_is_recorded_whole(shell: TerminalSession) -> None:
    recording = recorded(shell, *("y\r\n" * 10_000 for _ in range(100)))
    assert recording.printed == 3_000_000
    assert sum(len(str(line[2])) for line in cast(recording) if line[1] == "o") == 3_000_000
    assert recording.stored < 300_000


def test_without_a_policy_nothing_is_recorded(harbour: Cluster) -> None:
    shell = session(people.person("maria"), harbour, RecordingPolicy.OFF)

    async def record() -> bool:
        recorder = await begun(shell)
        recorder.output(b"hello")
        await recorder.close(0)
        return recorder.is_recording

    assert async_to_sync(record)() is False
    assert not Recording.objects.exists()


async def test_a_recording_whose_server_was_lost_is_closed_with_what_there_is(
    shell: TerminalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = await begun(shell)
    recorder.output(b"so far")
    recording = await read(Recording.objects.get)
    async with asyncio.timeout(10):
        while not await read(cast, recording):  # noqa: ASYNC110 - a storage tells nobody
            await asyncio.sleep(0.05)
    monkeypatch.setattr(books, "LOST_AFTER", books.LOST_AFTER * 0)
    await write(books.finish_lost)
    assert (await read(Recording.objects.get)).ended is None
    await write(TerminalSession.objects.update, ended=recording.started, exit_code=None)
    await write(books.finish_lost)
    recording = await read(Recording.objects.get)
    assert recording.broken_off == "The server that held it was lost."
    assert [line[2] for line in await read(cast, recording)] == ["so far"]
    await recorder.close(None)


def test_version_2_counts_from_the_start() -> None:
    events = [asciicast.Event(500, "o", "a"), asciicast.Event(1250, "o", "b"), asciicast.Event(1300, "x", "0")]
    header = asciicast.header(columns=80, rows=24, timestamp=1, title="t")
    lines = list(asciicast.version_2([header, *asciicast.lines(events, 0)]))
    assert json.loads(lines[0]) == {
        "version": 2,
        "width": 80,
        "height": 24,
        "timestamp": 1,
        "title": "t",
        "env": {"TERM": "xterm-256color"},
    }
    assert [json.loads(line) for line in lines[1:]] == [[0.5, "o", "a"], [1.25, "o", "b"]]
