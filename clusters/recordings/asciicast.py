"""The lines of an asciicast, in the versions 3 and 2.

https://docs.asciinema.org/manual/asciicast/v3/ and https://docs.asciinema.org/manual/asciicast/v2/
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

OUTPUT, INPUT, RESIZE, MARKER, EXIT = "o", "i", "r", "m", "x"
IN_VERSION_2 = frozenset((OUTPUT, INPUT, RESIZE, MARKER))
TERM = "xterm-256color"


class Event(NamedTuple):
    """Something that happened `at` milliseconds after the start; `code` says what."""

    at: int
    code: str
    data: str


def header(*, columns: int, rows: int, timestamp: int, title: str, command: str = "") -> bytes:
    """The first line of version 3. `timestamp`: when it began, in seconds since 1970."""
    first: dict[str, Any] = {"version": 3, "term": {"cols": columns, "rows": rows, "type": TERM}}
    first |= {"timestamp": timestamp, "title": title}
    return _line(first | ({"command": command} if command else {}))


def lines(events: Iterable[Event], since: int) -> Iterator[bytes]:
    """The lines of events in version 3; intervals count from the event before, the first one from `since` (ms)."""
    for event in events:
        yield _line([(event.at - since) / 1000, event.code, event.data])
        since = event.at


def events(cast: Iterable[bytes], since: int) -> Iterator[Event]:
    """The events of lines of version 3, whose first interval counts from `since` (ms). Other lines are passed over."""
    for line in cast:
        if line.startswith(b"["):
            interval, code, data = json.loads(line)
            since += round(interval * 1000)
            yield Event(since, code, data)


def version_2(cast: Iterable[bytes]) -> Iterator[bytes]:
    """A whole asciicast of version 3 as version 2, which counts from the start and knows no exit."""
    since = 0
    for line in cast:
        if line.startswith(b"{"):
            yield _header_2(json.loads(line))
            continue
        for event in events([line], since):
            since = event.at
            if event.code in IN_VERSION_2:
                yield _line([event.at / 1000, event.code, event.data])


def _header_2(first: dict[str, Any]) -> bytes:
    term = first.pop("term")
    size = {"version": 2, "width": term["cols"], "height": term["rows"], "env": {"TERM": term["type"]}}
    return _line({**first, **size})


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(errors="replace") + b"\n"
