"""Shell patterns: `*`, `?` and `[...]`, matched in time proportional to text times pattern, whatever they are."""

from collections.abc import Iterable
from dataclasses import dataclass

Marked = tuple[str, bool]
"""A character and whether it is quoted, which makes it stand for itself."""


@dataclass(frozen=True, slots=True)
class _Set:
    ranges: tuple[tuple[str, str], ...]
    negated: bool

    def holds(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self.ranges) != self.negated


_CLASSES = {
    "alpha": (("a", "z"), ("A", "Z")),
    "digit": (("0", "9"),),
    "alnum": (("a", "z"), ("A", "Z"), ("0", "9")),
    "upper": (("A", "Z"),),
    "lower": (("a", "z"),),
    "space": ((" ", " "), ("\t", "\r")),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "xdigit": (("0", "9"), ("a", "f"), ("A", "F")),
}
_STAR, _ANY = "star", "any"
_Item = str | tuple[str] | _Set


class Pattern:
    """A compiled pattern of marked characters."""

    def __init__(self, marked: Iterable[Marked]) -> None:
        self._items = _compile(list(marked))

    @property
    def is_plain(self) -> bool:
        """Whether it matches only one text."""
        return all(isinstance(item, str) for item in self._items)

    def matches(self, text: str) -> bool:
        """Whether it matches the whole text."""
        items, place, item = self._items, 0, 0
        star, resume = -1, 0
        while place < len(text):
            if item < len(items) and items[item] == (_STAR,):
                star, resume = item, place
                item += 1
            elif item < len(items) and _fits(items[item], text[place]):
                item += 1
                place += 1
            elif star >= 0:
                resume += 1
                item, place = star + 1, resume
            else:
                return False
        return all(rest == (_STAR,) for rest in items[item:])


def _fits(item: _Item, char: str) -> bool:
    if isinstance(item, _Set):
        return item.holds(char)
    return item == (_ANY,) or item == char


def _compile(marked: list[Marked]) -> list[_Item]:
    items: list[_Item] = []
    place = 0
    while place < len(marked):
        char, quoted = marked[place]
        found = _bracket(marked, place) if char == "[" and not quoted else None
        if found:
            item, place = found
            items.append(item)
            continue
        place += 1
        if quoted or char not in "*?":
            items.append(char)
        elif char == "?":
            items.append((_ANY,))
        elif not items or items[-1] != (_STAR,):
            items.append((_STAR,))
    return items


def _bracket(marked: list[Marked], start: int) -> tuple[_Set, int] | None:
    """The set that begins at `start` and the place behind it; None where no bracket closes it."""
    text = "".join(char for char, _ in marked)
    place = start + 1
    negated = text[place : place + 1] in ("!", "^") and not marked[place][1]
    place += negated
    ranges: list[tuple[str, str]] = []
    first = True
    while place < len(text) and (first or text[place] != "]" or marked[place][1]):
        first = False
        if text.startswith("[:", place) and (end := text.find(":]", place)) > 0:
            ranges += _CLASSES.get(text[place + 2 : end], ())
            place = end + 2
        elif text[place + 1 : place + 2] == "-" and text[place + 2 : place + 3] not in ("", "]"):
            ranges.append((text[place], text[place + 2]))
            place += 3
        else:
            ranges.append((text[place], text[place]))
            place += 1
    return (_Set(tuple(ranges), negated), place + 1) if place < len(text) else None
