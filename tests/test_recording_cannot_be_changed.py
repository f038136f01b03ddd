"""`manage.py verify_recordings` finds whatever was changed in a recording, in the storage or in the database."""

from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from clusters.models import Recording, RecordingChunk
from tests import people
from tests.harness.recordings import keep_in, recorded, recorded_in_parts, session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@pytest.fixture
def recording(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """One of several parts."""
    keep_in(settings, tmp_path)
    return recorded_in_parts(monkeypatch, session(people.person("maria"), people.cluster("harbour")), "first", "second")


def said() -> str:
    """What the command prints."""
    output = StringIO()
    with suppress(CommandError):
        call_command("verify_recordings", stdout=output)
    return output.getvalue()


def faults() -> str:
    """What the command prints when it fails, as it must."""
    with pytest.raises(CommandError, match="Recordings were changed"):
        call_command("verify_recordings", stdout=StringIO())
    return said()


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.sealed"))


def test_one_that_is_as_it_was_written(recording: Recording) -> None:
    assert recording.chunks.count() == 2
    assert said() == "1 checked, 0 not as they were written.\n"


def test_a_changed_byte(recording: Recording, tmp_path: Path) -> None:
    file = files(tmp_path)[1]
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert "Part 2 cannot be read: It is not what was written." in faults()


def test_a_file_that_is_gone(recording: Recording, tmp_path: Path) -> None:
    files(tmp_path)[0].unlink()
    assert "Part 1 cannot be read: it is not in the storage." in faults()


def test_parts_that_changed_places(recording: Recording, tmp_path: Path) -> None:
    first, second = files(tmp_path)
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    assert "Part 1 cannot be read" in faults()


def test_an_end_that_was_cut_off(recording: Recording) -> None:
    recording.chunks.last().delete()  # type: ignore[union-attr]
    assert "its end, is not what was written" in faults()


def test_a_part_that_was_left_out(recording: Recording) -> None:
    recording.chunks.first().delete()  # type: ignore[union-attr]
    assert "Part 1 is missing." in faults()


@pytest.mark.parametrize(
    "forged", [{"username": "tomas"}, {"pod": "another"}, {"exit_code": 1}, {"printed": 1}, {"broken_off": "no"}]
)
def test_another_name_or_end(recording: Recording, forged: dict[str, object]) -> None:
    Recording.objects.filter(pk=recording.pk).update(**forged)
    assert str(recording.pk) in faults()


def test_a_part_of_another_recording(recording: Recording, tmp_path: Path) -> None:
    other = recorded(session(people.person("tomas"), people.cluster("lab")), "third")
    name = RecordingChunk.objects.get(recording=recording, number=1).name
    (tmp_path / name).write_bytes((tmp_path / other.chunks.get(number=1).name).read_bytes())
    assert "Part 1 cannot be read" in faults()


def test_another_encryption_key(recording: Recording, settings: Settings) -> None:
    settings.PILOTHOUSE_ENCRYPTION_KEY = bytes(32)
    assert str(recording.pk) in faults()
