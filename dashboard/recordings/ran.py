"""What ran in recordings, in a word."""

from collections.abc import Sequence
from uuid import UUID

from clusters.models import Recording, TerminalSession
from clusters.streams.debugging import PREFIX
from clusters.streams.scripts import SHELLS

_WORDS: dict[str, str] = {
    TerminalSession.Kind.SHELL: "Shell",
    TerminalSession.Kind.ATTACH: "Attached",
    TerminalSession.Kind.RUN: "Command",
}


def what_ran(recordings: Sequence[Recording]) -> dict[UUID, str]:
    """Of each recording: a shell, a debug shell, a command, or that one was attached to the container's process."""
    ids = [recording.pk for recording in recordings]
    kinds = dict(TerminalSession.objects.filter(pk__in=ids).values_list("pk", "kind"))
    return {each.pk: _word(each, kinds.get(each.pk) or _kind_as_it_seems(each)) for each in recordings}


def _word(recording: Recording, kind: str) -> str:
    is_debug = kind == TerminalSession.Kind.SHELL and recording.container.startswith(PREFIX)
    return "Debug shell" if is_debug else _WORDS[kind]


def _kind_as_it_seems(recording: Recording) -> str:
    """Where the session went with its cluster."""
    if not recording.command:
        return TerminalSession.Kind.ATTACH
    shells = {TerminalSession(command=shell).runs for shell in SHELLS}
    return TerminalSession.Kind.SHELL if recording.command in shells else TerminalSession.Kind.RUN
