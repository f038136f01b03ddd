"""Reads YAML from strangers: only mappings, lists and text; no tags, no aliases, no duplicate keys, no deep nesting.

Works on the parser's events, so nothing is ever constructed that the file asks for.
"""

from collections.abc import Iterator
from typing import TypeAlias

import yaml

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"

_DEPTH_LIMIT = 32
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


class BadYaml(ValueError):
    """The text is not YAML, or uses a part of YAML that is refused; the message says which and in what line."""


def load(text: str) -> Plain:
    """The one document in `text`. Numbers and booleans stay text; only plain null is None. Raises BadYaml."""
    if "\0" in text:
        raise BadYaml("it holds a NUL character")
    try:
        events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        next(events)  # the start of the stream
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        document = _value(events, next(events), 0)
        next(events)  # the end of the document
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise BadYaml("it holds more than one document")
    except yaml.MarkedYAMLError as error:
        where = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadYaml(f"it is not valid YAML{where}") from None
    except yaml.YAMLError:
        raise BadYaml("it is not valid YAML") from None
    return document


def _value(events: Iterator[yaml.Event], event: yaml.Event, depth: int) -> Plain:
    if isinstance(event, yaml.AliasEvent):
        raise BadYaml(f"it uses a YAML alias{_where(event)}")
    if not isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.ScalarEvent)):
        raise BadYaml(f"it is not valid YAML{_where(event)}")
    if event.tag not in _PLAIN_TAGS:
        raise BadYaml(f"it uses a YAML tag{_where(event)}")
    if depth > _DEPTH_LIMIT:
        raise BadYaml(f"it is nested too deeply{_where(event)}")
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, depth)
    return None if event.implicit[0] and event.value in _NULLS else str(event.value)


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, Plain]:
    mapping: dict[str, Plain] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _value(events, event, depth + 1)
        if not isinstance(key, str):
            raise BadYaml(f"it has a key that is not text{_where(event)}")
        if key in mapping:
            raise BadYaml(f"it has a duplicate key{_where(event)}")
        mapping[key] = _value(events, next(events), depth + 1)
    return mapping


def _sequence(events: Iterator[yaml.Event], depth: int) -> list[Plain]:
    items: list[Plain] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_value(events, event, depth + 1))
    return items


def _where(event: yaml.Event) -> str:
    return f" in line {event.start_mark.line + 1}" if event.start_mark else ""
