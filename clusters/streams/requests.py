"""What may be asked of a log or a shell, read strictly from an address."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clusters.kube.channels import LARGEST_SCREEN
from clusters.streams.lines import YEARS
from clusters.streams.scripts import SHELLS

MOST_LINES = 100_000
DEFAULT_LINES = 500
ALL = "all"
LONGEST_AGO = timedelta(days=3650)

CONTAINER = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_AGO = re.compile(
    r"((?P<days>[0-9]{1,6})d)?((?P<hours>[0-9]{1,6})h)?((?P<minutes>[0-9]{1,6})m)?((?P<seconds>[0-9]{1,6})s)?", re.ASCII
)


class BadStreamRequest(ValueError):
    """The address asks for something that there is not; the message says what."""


@dataclass(frozen=True)
class LogRequest:
    """Which log, and how much of it. `tail` None: all lines. `since` in seconds or a moment, None: from the beginning.

    `until` is the moment of the last lines; the API knows no such thing, whoever reads has to look.
    """

    namespace: str
    pod: str
    container: str
    tail: int | None = DEFAULT_LINES
    since: int | datetime | None = None
    until: datetime | None = None
    previous: bool = False
    follow: bool = True

    def params(self) -> dict[str, str]:
        """The parameters of the API server for the first request.

        https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
        """
        params = {"container": self.container, "timestamps": "true"}
        params |= {"tailLines": str(self.tail)} if self.tail is not None else {}
        if isinstance(self.since, datetime):
            params["sinceTime"] = self.since.isoformat(timespec="seconds")
        elif self.since is not None:
            params["sinceSeconds"] = str(self.since)
        params |= {"previous": "true"} if self.previous else {}
        return params | ({"follow": "true"} if self.follow and not self.previous else {})


def log_request(namespace: str, pod: str, query: Mapping[str, str]) -> LogRequest:
    """The request that an address makes: `container`, `tail` (a number or "all"), `since` and `until` (such as 15m for
    a quarter of an hour ago, or a moment as in RFC 3339), `previous` and `follow` (1 or 0). Raises BadStreamRequest."""
    now = datetime.now(UTC)
    until = _time("until", query.get("until", ""))
    until = now - timedelta(seconds=until) if isinstance(until, int) else until
    return LogRequest(
        namespace,
        pod,
        _container(query),
        tail=_tail(query.get("tail", str(DEFAULT_LINES))),
        since=_time("since", query.get("since", "")),
        until=until,
        previous=query.get("previous", "0") == "1",
        follow=query.get("follow", "1") == "1" and (until is None or until > now),
    )


@dataclass(frozen=True)
class ShellRequest:
    """Where to start which of `scripts.SHELLS`, and the size of the screen in cells."""

    namespace: str
    pod: str
    container: str
    shell: str
    columns: int
    rows: int


def shell_request(namespace: str, pod: str, query: Mapping[str, str]) -> ShellRequest:
    """The request that an address makes: `container`, `shell`, `columns` and `rows`. Raises BadStreamRequest."""
    shell = query.get("shell", SHELLS[0])
    if shell not in SHELLS:
        raise BadStreamRequest(f"shell is one of {', '.join(SHELLS)}.")
    columns, rows = _cells(query.get("columns", "80")), _cells(query.get("rows", "24"))
    return ShellRequest(namespace, pod, _container(query), shell, columns, rows)


MOST_WORDS = 200
LONGEST_COMMAND = 8000


def command_words(line: str) -> tuple[str, ...]:
    """The words of a command as a POSIX shell splits them, quotes and all, but nothing is expanded.

    Raises BadStreamRequest where there is none, or too much.
    """
    try:
        words = tuple(shlex.split(line[: LONGEST_COMMAND + 1]))
    except ValueError as error:
        raise BadStreamRequest(f"The command cannot be read: {error}.") from None
    if not words or not words[0]:
        raise BadStreamRequest("Type a command, such as “env”.")
    if len(words) > MOST_WORDS or len(line) > LONGEST_COMMAND or "\0" in line:
        raise BadStreamRequest(
            f"The command is too long: {MOST_WORDS} words and {LONGEST_COMMAND} letters are the most."
        )
    return words


def _container(query: Mapping[str, str]) -> str:
    container = query.get("container", "")
    if not CONTAINER.fullmatch(container):
        raise BadStreamRequest("Name one container of the pod.")
    return container


def _cells(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= LARGEST_SCREEN:
        return int(text)
    raise BadStreamRequest(f"columns and rows are numbers, 1 to {LARGEST_SCREEN}.")


def _tail(text: str) -> int | None:
    if text == ALL:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MOST_LINES:
        return int(text)
    raise BadStreamRequest(f"tail is a number of lines, 1 to {MOST_LINES:,}, or “{ALL}”.")


def _time(name: str, text: str) -> int | datetime | None:
    """So many seconds ago, or a moment."""
    if not text:
        return None
    found = _AGO.fullmatch(text)
    if found and (ago := timedelta(**{unit: int(number) for unit, number in found.groupdict("0").items()})):
        return _ago(name, ago)
    try:
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise BadStreamRequest(
            f"{name} is a number with s, m, h or d, such as 15m or 1d2h, or a time: 2026-11-24T10:00:00Z."
        )
    return moment


def _ago(name: str, ago: timedelta) -> int:
    if ago > LONGEST_AGO:
        raise BadStreamRequest(f"{name} is at most {LONGEST_AGO.days}d ago.")
    return int(ago.total_seconds())
