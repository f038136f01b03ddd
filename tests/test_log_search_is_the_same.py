"""What the server searches in is the text of a line as the viewer shows it."""

import pytest

from clusters.streams.searching import BadPattern, Search, readable

STAMP = b"2026-11-24T10:00:00.000000001Z "


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"plain", "plain"),
        (b"carriage return\r\n", "carriage return"),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07", "\u241b]0;title\u2407"),
        (b"nul \x00 del \x7f", "nul \u2400 del \u2421"),
        (b"\xff broken", "\ufffd broken"),
        ("turned \u202e".encode(), "turned <U+202E>"),
        ("tab\tümlaut".encode(), "tab\tümlaut"),
    ],
)
def test_colours_go_and_odd_characters_are_seen(line: bytes, text: str) -> None:
    assert readable(STAMP + line).decode() == text


@pytest.mark.parametrize(
    ("find", "without", "is_found"),
    [
        ("error", (), True),
        ("^an Error$", (), True),
        ("2026", (), False),
        ("", ("error",), False),
        ("an", ("nothing",), True),
        ("\\bERR", (), True),
        ("(?<word>err)or", (), True),
    ],
)
def test_text_is_found_whatever_the_case(find: str, without: tuple[str, ...], is_found: bool) -> None:
    assert Search(find, without).matches(STAMP + b"an Error") is is_found


def test_no_more_is_taken_than_can_be_searched_for() -> None:
    with pytest.raises(BadPattern, match="longer than 2,000 characters"):
        Search("x" * 2001)
    with pytest.raises(BadPattern, match="at most 20"):
        Search("", ["x"] * 21)
