"""What may be asked of a log or a shell, read strictly from an address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clusters.kube.channels import LARGEST_SCREEN
from clusters.streams.scripts import SHELLS

MOST_LINES = 100_000
DEFAULT_LINES = 500
ALL = "all"

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class BadStreamRequest(ValueError):
    """The address asks for something that there is not; the message says what."""


@dataclass(frozen=True)
class LogRequest:
    """Which log, and how much of it. `tail` None: all lines. `since` in seconds, None: from the beginning."""

    namespace: str
    pod: str
    container: str
    tail: int | None = DEFAULT_LINES
    since: int | None = None
    previous: bool = False
    follow: bool = True

    def params(self) -> dict[str, str]:
        """The parameters of the API server for the first request.

        https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
        """
        params = {"container": self.container, "timestamps": "true"}
        params |= {"tailLines": str(self.tail)} if self.tail is not None else {}
        params |= {"sinceSeconds": str(self.since)} if self.since is not None else {}
        params |= {"previous": "true"} if self.previous else {}
        return params | ({"follow": "true"} if self.follow and not self.previous else {})


def log_request(namespace: str, pod: str, query: Mapping[str, str]) -> LogRequest:
    """The request that an address makes: `container`, `tail` (a number or "all"), `since` (such as 15m), `previous` and
    `follow` (1 or 0). Raises BadStreamRequest."""
    return LogRequest(
        namespace,
        pod,
        _container(query),
        tail=_tail(query.get("tail", str(DEFAULT_LINES))),
        since=_since(query.get("since", "")),
        previous=query.get("previous", "0") == "1",
        follow=query.get("follow", "1") == "1",
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


def _container(query: Mapping[str, str]) -> str:
    container = query.get("container", "")
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", container):
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


def _since(text: str) -> int | None:
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text, re.ASCII)
    if not found or not int(found[1]):
        raise BadStreamRequest("since is a number with s, m, h or d, such as 15m.")
    return int(found[1]) * _UNITS[found[2]]
