"""Label selectors in Kubernetes' syntax, such as `tier in (web, api), !canary`.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

LENGTH_LIMIT = 2000

_KEY = r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)", re.ASCII)
_EQUALITY = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})", re.ASCII)
_COMPARISON = re.compile(rf"({_KEY})\s*([<>])\s*([-+]?[0-9]{{1,18}})", re.ASCII)
_EXISTENCE = re.compile(rf"(!?)\s*({_KEY})", re.ASCII)
_WHOLE_VALUE = re.compile(_VALUE, re.ASCII)


class BadSelector(ValueError):
    """The text is no label selector; the message names the part that is not."""


class Operator(Enum):
    """What is asked of one label."""

    IN = "in"
    NOT_IN = "notin"
    EXISTS = "exists"
    ABSENT = "absent"
    GREATER = ">"
    LESS = "<"


@dataclass(frozen=True)
class Requirement:
    """One part of a selector. NOT_IN is also met by objects without the label, as in Kubernetes.

    GREATER and LESS have one value, a whole number, and are met by no label that is not one.
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


_TYPED = re.compile(
    rf"(?<![^\s,])(?:!{_KEY}|{_KEY}\s+(?:not)?in\s*\([^()]*\)|{_KEY}\s*(?:[<>]\s*[-+]?[0-9]+|(?:==|=|!=)\s*{_VALUE}))(?![^\s,])",
    re.ASCII,
)


def typed(text: str) -> tuple[str, str]:
    """What somebody typed, in two: the parts that are a selector, joined by commas, and the other words."""
    try:
        if _TYPED.search(text) and parse(text):
            return text, ""
    except BadSelector:
        pass
    found = [part.strip() for part in _TYPED.findall(text)]
    return ",".join(found), " ".join(_TYPED.sub(" ", text).replace(",", " ").split()) if found else text


def parse(text: str) -> list[Requirement]:
    """The requirements, all of which must be met; none for an empty text. Raises BadSelector."""
    if len(text) > LENGTH_LIMIT:
        raise BadSelector(f"The selector is longer than {LENGTH_LIMIT} characters.")
    return [_requirement(part) for part in _parts(text)] if text.strip() else []


def _parts(text: str) -> Iterator[str]:
    """The text cut at the commas that are not within brackets."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield text[start:position].strip()
            start = position + 1
    yield text[start:].strip()


def _requirement(part: str) -> Requirement:
    if found := _SET.fullmatch(part):
        operator = Operator.IN if found[2] == "in" else Operator.NOT_IN
        return Requirement(found[1], operator, tuple(_values(part, found[3])))
    if found := _EQUALITY.fullmatch(part):
        return Requirement(found[1], Operator.NOT_IN if found[2] == "!=" else Operator.IN, (found[3],))
    if found := _COMPARISON.fullmatch(part):
        return Requirement(found[1], Operator(found[2]), (found[3],))
    if found := _EXISTENCE.fullmatch(part):
        return Requirement(found[2], Operator.ABSENT if found[1] else Operator.EXISTS)
    shown = part[:60] or "an empty part"
    raise BadSelector(
        f"{shown!r} is no label selector: write key=value, key!=value, key in (a, b), key>1, key or !key."
    )


def _values(part: str, text: str) -> Iterator[str]:
    for value in (piece.strip() for piece in text.split(",")):
        if not _WHOLE_VALUE.fullmatch(value):
            raise BadSelector(f"{value[:60]!r} in {part[:60]!r} cannot be the value of a label.")
        yield value
