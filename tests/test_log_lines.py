"""Lines of a log: long ones cut, and the place found again after a break, whatever the pieces they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.streams.lines import LINE_LIMIT, Finder, LineCutter, Lost, Memory, moment_of, nanoseconds, place_of

DAY = "2026-11-24T10:00"


def line(second: float, text: str) -> bytes:
    return f"{DAY}:{second:012.9f}Z {text}\n".encode()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def cut(data: bytes, size: int) -> bytes:
    cutter = LineCutter()
    return b"".join([*(cutter.feed(piece) for piece in pieces(data, size)), cutter.finish()])


@given(st.lists(st.binary(max_size=50)), st.integers(1, 40))
def test_short_lines_pass_untouched(lines: list[bytes], size: int) -> None:
    data = b"\n".join(lines)
    assert cut(data, size) == data


@pytest.mark.parametrize("size", [997, 16_384, 65_536, 300_000])
def test_a_long_line_is_cut_and_says_how_much_is_missing(size: int) -> None:
    data = b"before\n" + b"x" * (LINE_LIMIT + 1234) + b"\nafter\n"
    first, long, last, end = cut(data, size).split(b"\n")
    assert (first, last, end) == (b"before", b"after", b"")
    assert long.startswith(b"x" * LINE_LIMIT)
    assert long[LINE_LIMIT:].decode() == " … 1,234 more bytes of this line are only in the download"


def test_a_line_of_the_longest_length_is_whole() -> None:
    data = b"x" * LINE_LIMIT + b"\n"
    assert cut(data, 100_000) == data


def test_a_long_line_without_an_end_says_what_is_missing() -> None:
    assert cut(b"x" * (LINE_LIMIT + 5), 1000).endswith("… 5 more bytes of this line are only in the download".encode())


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=2, max_size=30), st.data())
def test_after_a_break_every_line_comes_once(texts: list[str], data: st.DataObject) -> None:
    """Equal texts at equal moments are told apart by how many there were."""
    lines = [line(number // 4, text) for number, text in enumerate(texts)]
    seen = data.draw(st.integers(1, len(lines)))
    again = data.draw(st.integers(0, seen - 1))
    # What a kubelet sends again begins with a whole second.
    again -= again % 4
    memory = Memory()
    memory.note(b"".join(lines[:seen]))
    place = memory.place()
    assert place
    finder = Finder(place_of(place.line, lines[again:seen].count(lines[seen - 1])))
    size = data.draw(st.integers(1, 200))
    rest = b"".join(text if finder.found else finder.feed(text) for text in pieces(b"".join(lines[again:]), size))
    assert rest == b"".join(lines[seen:])


def test_a_line_without_its_end_is_taken_back_and_comes_again() -> None:
    memory = Memory()
    memory.note(line(1, "whole") + b"2026-11-24T10:00:02.000000000Z ha")
    assert memory.rewind()
    place = memory.place()
    assert place == place_of(line(1, "whole").rstrip())
    assert place.since == "2026-11-24T09:59:59+00:00"
    assert not memory.rewind()


def test_a_place_that_is_gone_is_told() -> None:
    finder = Finder(place_of(line(5, "rotated away").rstrip()))
    with pytest.raises(Lost):
        finder.feed(line(6, "still near") + line(9, "past it"))


def test_a_log_without_a_moment_has_no_place() -> None:
    memory = Memory()
    memory.note(b"unable to retrieve container logs for containerd://0123\n")
    assert memory.place() is None


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_at_an_end_of_the_calendar_is_none(moment: str) -> None:
    """Nothing could be taken off it, or added."""
    line = f"{moment} started".encode()
    assert (moment_of(line), nanoseconds(line)) == (None, None)
    assert place_of(line).since == ""
    assert Finder(place_of(line)).feed(line + b"\nnext\n") == b"next\n"
