"""What a fault is, and a cause: a fault that somebody asked for."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from simulator.api.routing import RequestInfo
from simulator.kinds import Object

if TYPE_CHECKING:
    from simulator.faults.bodies import Body
    from simulator.faults.world import World

Value = str | int | float
Parameters = Mapping[str, Value]
Meddle = Callable[[web.Request, Parameters], Awaitable[web.Request | web.StreamResponse]]
"""Takes a request in the handler's place: answers it, raises ApiError, or lets it through, changed perhaps."""

_ids = itertools.count(1)


@dataclass(frozen=True)
class Fault:
    """A fault by name. `parameters` are its defaults, which also say their type.

    `request` takes requests, `body` the bytes of answers and of streams that are open already; `once` happens as soon
    as it is asked for, and is over.
    """

    name: str
    does: str
    breaks: str
    """What goes wrong in a client that does not expect it."""
    parameters: Parameters = field(default_factory=dict)
    concerns: Callable[[RequestInfo], bool] = lambda info: True
    """Which requests it makes sense for, whatever kind and verb were asked for."""
    request: Meddle | None = None
    body: "Callable[[Parameters], Body] | None" = None
    once: "Callable[[World, Parameters], Object] | None" = None

    def filled(self, given: Mapping[str, object]) -> dict[str, Value]:
        """The parameters with their defaults. Raises ValueError for one that is unknown or of another type."""
        filled: dict[str, Value] = dict(self.parameters)
        for name, value in given.items():
            default = filled.get(name)
            if default is None:
                raise ValueError(f"{self.name} has no parameter {name}; it has {', '.join(filled) or 'none'}.")
            filled[name] = _as(type(default), name, value)
        return filled


def _as(wanted: type, name: str, value: object) -> Value:
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not wanted or not isinstance(value, str | int | float):
        raise ValueError(f"{name} is a value of type {wanted.__name__}.")
    return value


@dataclass
class Cause:
    """A fault that takes hold of what it is asked for: a kind, a verb, so many times or (None) until it is cleared.

    `kind` is a plural as "pods", with its subresource "pods/log", or the path "/version"; "" is everything.
    """

    fault: Fault
    parameters: Parameters
    kind: str = ""
    verb: str = ""
    times: int | None = None
    hits: int = 0
    id: int = field(default_factory=lambda: next(_ids))

    def takes(self, info: RequestInfo) -> bool:
        """Whether it takes hold of this request."""
        if self.times is not None and self.hits >= self.times:
            return False
        return self.kind in ("", kind_of(info)) and self.verb in ("", info.verb) and self.fault.concerns(info)

    def shown(self) -> Object:
        """As JSON."""
        left = None if self.times is None else self.times - self.hits
        words = {"id": self.id, "fault": self.fault.name, "kind": self.kind, "verb": self.verb}
        return {**words, "parameters": dict(self.parameters), "hits": self.hits, "left": left}


def kind_of(info: RequestInfo) -> str:
    """What a request is about, in the words of `Cause.kind`."""
    if not info.resource:
        return info.path
    return f"{info.resource}/{info.subresource}" if info.subresource else info.resource


def is_watch(info: RequestInfo) -> bool:
    """A watch, and so a streaming list."""
    return info.verb == "watch"


def is_log(info: RequestInfo) -> bool:
    """The log of a container."""
    return info.subresource == "log"


def is_exec(info: RequestInfo) -> bool:
    """A command in a container, or what is upgraded like one."""
    return info.subresource in ("exec", "attach", "portforward")
