"""What was printed is found by any words of a line, however the line came to be on the screen."""

from pathlib import Path

import pytest
from pytest_django import Settings

from clusters.models import Recording, RecordingChunk
from clusters.recordings import chunks, reading, searching, words
from clusters.recordings.transcript import LONGEST_LINE, Transcript
from tests import people
from tests.harness.recordings import keep_in, recorded, recorded_in_parts, session


def lines(*printed: str) -> list[str]:
    transcript = Transcript()
    found = [line.text for text in printed for line in transcript.feed(0, text)]
    return [*found, *(line.text for line in transcript.end(0))]


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (["total 0\r\n$ "], ["total 0", "$"]),
        (["$ l", "s", " -l\r\n"], ["$ ls -l"]),
        (["$ lx\b \bs\r\n"], ["$ ls"]),
        (["$ lx\b\x1b[Ks\r\n"], ["$ ls"]),
        (["\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[m\r\n"], ["red and green"]),
        (["\x1b]0;title\x07shown\r\n"], ["shown"]),
        (["\x1b]0;ti", "tle\x1b\\shown\r\n"], ["shown"]),
        (["\x1b[3", "1mred\r\n"], ["red"]),
        (["10%\r100%\r\n"], ["100%"]),
        (["ab\x1b[2Dxy\r\n"], ["xy"]),
        (["acd\x1b[2D\x1b[@b\r\n"], ["abcd"]),
        (["\x1b[2J\x1b[1;1Htop\x1b[5;1Hbottom"], ["top", "bottom"]),
        (["a\tb\r\n"], ["a b"]),
        (["x" * 5000 + "\r\n"], ["x" * 5000]),
        (["\x1b[999999999C!\r\n"], ["!"]),
        (["\x1b[" + "9" * 5000 + "C!\r\n"], ["!"]),
        (["\x1b]0;cut\x1b[31mred\r\n"], ["red"]),
        (["\x1b]" + "0" * 5000, "\r\nend\r\n"], ["]" + "0" * 5000, "end"]),
    ],
)
def test_a_line_reads_as_it_was_seen(printed: list[str], read: list[str]) -> None:
    assert lines(*printed) == read


@pytest.mark.parametrize("hostile", ["\x1b[4096@", "\t"])
def test_no_output_makes_a_line_that_grows_for_ever(hostile: str) -> None:
    transcript = Transcript()
    for _ in range(50):
        list(transcript.feed(0, f"x{hostile}" * 1000))
    assert len(transcript._line) <= LONGEST_LINE


def test_a_filter_misses_nothing_that_is_there() -> None:
    text = "ERROR: relation settlement_batch is locked"
    packed = words.pack(words.pieces(text))
    assert all(words.may_have(packed, text[at : at + 8]) for at in range(len(text) - 8))
    assert words.may_have(packed, "Settlement_BATCH")
    assert not words.may_have(packed, "kubernetes")


@pytest.fixture
def shells(settings: Settings, tmp_path: Path) -> list[Recording]:
    """maria's, which runs psql, and tomas's."""
    keep_in(settings, tmp_path)
    harbour = people.cluster("harbour")
    maria = recorded(session(people.person("maria"), harbour), "$ ps", "ql\r\n", "UPDATE 1\r\n", "\\q")
    return [maria, recorded(session(people.person("tomas"), harbour, pod="search-1"), "$ df -h\r\n/ 100% full\r\n")]


def found(text: str) -> list[tuple[str, str]]:
    result = searching.search(Recording.objects.all(), text, 10)
    return [(each.recording.username, each.line.text if each.line else "") for each in result.found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("psql", [("maria", "$ psql")]),
        ("update", [("maria", "UPDATE 1")]),
        ("100% full", [("tomas", "/ 100% full")]),
        ("search-1", [("tomas", "")]),
        ("maria", [("maria", "")]),
        ("ab", []),
        ("kubernetes", []),
    ],
)
@pytest.mark.django_db(transaction=True)
@pytest.mark.both_modes
def test_shells_are_found(shells: list[Recording], text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.django_db(transaction=True)
def test_a_line_that_goes_over_two_parts_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_in(settings, tmp_path)
    shell = session(people.person("maria"), people.cluster("harbour"))
    printed = ("$ kubectl get ", "secrets -A\r\n", "No resources found\r\n")
    recording = recorded_in_parts(monkeypatch, shell, *printed)
    assert [line.text for line in searching.moments(recording, "get secrets")] == ["$ kubectl get secrets -A"]


@pytest.mark.django_db(transaction=True)
def test_only_what_may_have_the_words_is_read(shells: list[Recording], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[RecordingChunk] = []
    chunk_lines = reading.chunk_lines

    def noted(chunk: RecordingChunk, before: RecordingChunk | None) -> list[bytes]:
        read.append(chunk)
        return chunk_lines(chunk, before)

    monkeypatch.setattr(reading, "chunk_lines", noted)
    assert found("psql")
    assert {chunk.recording.username for chunk in read} == {"maria"}


@pytest.mark.django_db(transaction=True)
def test_a_flood_is_found_though_it_is_not_indexed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_in(settings, tmp_path)
    monkeypatch.setattr(chunks, "INDEXED_BYTES", 100)
    shell = session(people.person("maria"), people.cluster("harbour"))
    recording = recorded(shell, "line\r\n" * 100 + "the one word\r\n" + "line\r\n" * 100)
    assert bytes(recording.chunks.get().words) == b""
    assert [line.text for line in searching.moments(recording, "one word")] == ["the one word"]


@pytest.mark.django_db(transaction=True)
def test_a_search_that_takes_too_long_says_how_far_it_came(
    shells: list[Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SEARCH_SECONDS", -1)
    first = searching.search(Recording.objects.all(), "maria", 10)
    assert first.last
    assert (first.found, first.last.username) == ([], "tomas")
    monkeypatch.setattr(searching, "FIRST_SECONDS", -1)
    too_long = searching.search(Recording.objects.all(), "no such word", 10)
    assert [each.recording for each in too_long.found] == [too_long.last]
