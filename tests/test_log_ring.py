"""The newest part of a log is kept for many readers; whoever falls behind is told exactly how many lines he missed."""

from datetime import UTC, datetime, timedelta

from clusters.streams.lines import place_of
from clusters.streams.logs import Mark, Sign
from clusters.streams.ring import LARGEST_ENTRY, Cursor, Ring

BEGAN = datetime(2026, 11, 24, 10, tzinfo=UTC)
LIMIT = 200_000


def line(number: int, text: str = "") -> bytes:
    moment = BEGAN + timedelta(milliseconds=number)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{number % 1000:03d}000000Z line {number} {text}\n".encode()


def ring_with(count: int, *, text: str = "") -> Ring:
    ring = Ring(lambda: LIMIT)
    ring.add(Mark(Sign.INSTANCE, "uid/0"))
    for number in range(count):
        ring.add(line(number, text))
    return ring


def all_of(cursor: Cursor) -> tuple[bytes, list[Mark]]:
    """What the cursor gives until there is nothing more, text and marks."""
    text, marks = b"", []
    while (step := cursor.next(10_000)) is not None:
        if isinstance(step, Mark):
            marks.append(step)
        else:
            text += step
    return text, marks


def test_every_reader_gets_every_line_at_his_own_pace() -> None:
    ring = ring_with(100)
    early, late = Cursor(ring, 0), Cursor(ring, 0)
    first = all_of(early)
    ring.add(line(100))
    assert all_of(early) == (line(100), [])
    assert all_of(late) == (first[0] + line(100), first[1])


def test_pieces_end_where_lines_end() -> None:
    cursor = Cursor(ring_with(100), 0)
    pieces = [step for step in iter(lambda: cursor.next(500), None) if isinstance(step, bytes)]
    assert len(pieces) > 5
    assert all(piece.endswith(b"\n") and len(piece) <= 500 for piece in pieces)


def test_what_it_holds_is_bounded_whatever_comes() -> None:
    ring = Ring(lambda: LIMIT)
    for number in range(20):
        ring.add(line(number, "x" * 60_000) * 10)
        ring.add(Mark(Sign.DIVIDER, "again"))
        assert ring.size <= LIMIT + LARGEST_ENTRY
    for _ in range(2000):
        ring.add(Mark(Sign.DIVIDER, "again"))
    assert ring.end - ring.first < 1000


def test_a_slow_reader_is_told_how_many_lines_he_missed() -> None:
    ring = ring_with(10)
    slow = Cursor(ring, 0)
    assert all_of(slow)[0].endswith(line(9))
    for number in range(10, 10_000):
        ring.add(line(number))
    text, [skipped] = all_of(slow)
    assert skipped.sign is Sign.SKIPPED
    assert text == b"".join(line(number) for number in range(10 + skipped.lines, 10_000))


def test_a_line_of_which_he_had_the_beginning_is_counted_too() -> None:
    ring = ring_with(1)
    slow = Cursor(ring, 0)
    ring.add(line(1)[:-5])
    assert all_of(slow)[0] == line(0) + line(1)[:-5]
    ring.add(line(1)[-5:])
    for number in range(2, 10_000):
        ring.add(line(number))
    text, marks = all_of(slow)
    assert [mark.sign for mark in marks] == [Sign.REWIND, Sign.SKIPPED]
    assert text == b"".join(line(number) for number in range(1 + marks[1].lines, 10_000))


def test_who_missed_the_start_of_an_instance_is_told_which_it_is() -> None:
    ring = ring_with(5)
    slow = Cursor(ring, 0)
    all_of(slow)
    ring.add(Mark(Sign.INSTANCE, "uid/1"))
    for number in range(10_000):
        ring.add(line(number))
    assert Mark(Sign.INSTANCE, "uid/1") in all_of(slow)[1]
    assert all_of(Cursor(ring, ring.first))[1] == [Mark(Sign.INSTANCE, "uid/1")]


def test_the_last_lines_are_found() -> None:
    ring = ring_with(1000)
    for count in (1, 7, 999, 1000):
        text, _ = all_of(Cursor(ring, *ring.last_lines(count)))
        assert text == b"".join(line(number) for number in range(1000 - count, 1000))
    assert all_of(Cursor(ring, *ring.last_lines(5000)))[0].startswith(line(0))


def test_the_lines_since_a_moment_are_found() -> None:
    ring = ring_with(1000)
    text, _ = all_of(Cursor(ring, *ring.since(BEGAN + timedelta(milliseconds=700))))
    assert text == b"".join(line(number) for number in range(700, 1000))
    assert all_of(Cursor(ring, *ring.since(BEGAN + timedelta(hours=1))))[0] == b""


def test_a_place_is_found_among_equal_lines_only_where_it_is_sure() -> None:
    ring = Ring(lambda: LIMIT)
    ring.add(Mark(Sign.INSTANCE, "uid/0"))
    equal = line(1)
    ring.add(line(0) + equal * 3 + line(2))
    found = ring.after("uid/0", place_of(equal[:-1], 2))
    assert found
    assert all_of(Cursor(ring, *found))[0] == equal + line(2)
    assert ring.after("uid/1", place_of(equal[:-1])) is None
    cut_off = Ring(lambda: LIMIT)
    cut_off.add(Mark(Sign.INSTANCE, "uid/0"))
    cut_off.add(equal * 3 + line(2))
    assert cut_off.after("uid/0", place_of(equal[:-1], 2)) is None


def test_a_line_that_a_browser_could_not_read_is_known_again() -> None:
    ring = Ring(lambda: LIMIT)
    ring.add(Mark(Sign.INSTANCE, "uid/0"))
    broken = b"2026-11-24T10:00:00.001Z \xff\xfe bytes"
    ring.add(line(0) + broken + b"\n" + line(2))
    seen = broken.decode(errors="replace").encode()
    found = ring.after("uid/0", place_of(seen))
    assert found
    assert all_of(Cursor(ring, *found))[0] == line(2)
