"""How containers behave: by the image they run, the command they are given, or a word in an annotation.

`BEHAVIOURS` is by name, `OF_IMAGES` says which image behaves how. A pod may choose: the annotation
`simulator/behaviour: crash-loop` counts for all its containers.
"""

import random
import re
from dataclasses import dataclass, replace
from typing import Literal

from simulator.kinds import Object

ANNOTATION = "simulator/behaviour"

Span = tuple[float, float]
"""Between so many and so many, mostly seconds."""


@dataclass(frozen=True)
class Behaviour:
    """What a container does while it runs. Without `lives` it runs until somebody stops it."""

    megabytes: int = 60
    """Size of the image: how long a pull takes."""
    start: Span = (1.5, 4.0)
    """Seconds until it is ready to serve."""
    lives: Span | None = None
    exit_code: int = 0
    ending: Literal["exit", "oom", "liveness"] = "exit"
    unready: tuple[float, float] | None = None
    """Not ready now and then: about every so many seconds, for so long."""
    never_ready: bool = False
    stop: Span = (0.3, 1.5)
    """Seconds that it takes to stop when told to."""
    stop_code: int = 0
    cpu: float = 0.3
    """Share of the CPU request that it uses on an average day."""
    memory: float = 0.6
    """Share of the memory request."""
    leaks: bool = False
    """Its memory grows until it ends."""
    idle: float | None = None
    """It ends after so many seconds in which no process in it carried one of `marks`, or never."""
    marks: tuple[str, ...] = ()
    """Names of environment variables."""


BEHAVIOURS: dict[str, Behaviour] = {
    "server": Behaviour(),
    "node-server": Behaviour(megabytes=182, start=(2.0, 5.0), cpu=0.35, memory=0.65),
    "java-server": Behaviour(megabytes=264, start=(11.0, 19.0), stop=(2.0, 6.0), stop_code=143, cpu=0.4, memory=0.85),
    "python-server": Behaviour(megabytes=148, start=(3.0, 6.0), cpu=0.4, memory=0.6),
    "web-server": Behaviour(megabytes=72, start=(0.6, 1.4), cpu=0.2, memory=0.35),
    "tutorial": Behaviour(megabytes=83, start=(0.8, 1.6), cpu=0.2, memory=0.5, stop=(30.0, 30.0), stop_code=137),
    "database": Behaviour(megabytes=156, start=(4.0, 8.0), stop=(1.0, 4.0), cpu=0.45, memory=0.8),
    "cache": Behaviour(megabytes=48, start=(0.8, 2.0), cpu=0.15, memory=0.55),
    "system": Behaviour(megabytes=34, start=(1.0, 2.5), cpu=0.12, memory=0.5),
    "agent": Behaviour(megabytes=58, start=(1.0, 2.5), cpu=0.3, memory=0.6),
    "worker": Behaviour(megabytes=141, start=(1.0, 3.0), stop=(1.0, 8.0), cpu=0.55, memory=0.6),
    "crash-loop": Behaviour(megabytes=141, start=(1.0, 2.0), lives=(4.0, 14.0), exit_code=2, cpu=0.7, memory=0.4),
    "broken": Behaviour(megabytes=182, never_ready=True),
    "leaky": Behaviour(
        megabytes=203, start=(4.0, 8.0), lives=(1900.0, 4100.0), exit_code=137, ending="oom", memory=0.55, leaks=True
    ),
    "hanging": Behaviour(megabytes=120, start=(2.0, 4.0), lives=(5200.0, 11000.0), exit_code=137, ending="liveness"),
    "flaky": Behaviour(megabytes=163, start=(3.0, 6.0), unready=(1500.0, 45.0), cpu=0.5, memory=0.7),
    "task": Behaviour(megabytes=96, lives=(18.0, 55.0), cpu=0.9, memory=0.6),
    "quick-task": Behaviour(megabytes=22, lives=(1.0, 3.0)),
    "failing-task": Behaviour(megabytes=96, lives=(8.0, 20.0), exit_code=1),
}

OF_IMAGES: tuple[tuple[str, str], ...] = (
    ("kubernetes-bootcamp", "tutorial"),
    ("label-printer", "crash-loop"),
    ("recommendations", "leaky"),
    ("product-search", "flaky"),
    ("clickstream", "agent"),
    ("fluent-bit", "agent"),
    ("node-exporter", "agent"),
    ("stock-sync", "task"),
    ("settle-payments", "task"),
    ("wait-for", "quick-task"),
    ("migrate", "quick-task"),
    ("busybox", "quick-task"),
    ("alpine", "quick-task"),
    ("hello-world", "quick-task"),
    ("debian", "quick-task"),
    ("ubuntu", "quick-task"),
    ("perl", "task"),
    ("postgres", "database"),
    ("mysql", "database"),
    ("mariadb", "database"),
    ("rabbitmq", "database"),
    ("mongo", "database"),
    ("redis", "cache"),
    ("valkey", "cache"),
    ("memcached", "cache"),
    ("nginx", "web-server"),
    ("httpd", "web-server"),
    ("caddy", "web-server"),
    ("traefik", "web-server"),
    ("echoserver", "web-server"),
    ("agnhost", "web-server"),
    ("pause", "system"),
    ("coredns", "system"),
    ("kube-", "system"),
    ("etcd", "database"),
    ("metrics-server", "system"),
    ("local-path", "system"),
    ("checkout", "java-server"),
    ("fraud", "java-server"),
    ("stock", "java-server"),
    ("reports", "python-server"),
    ("forecast", "python-server"),
    ("mail", "worker"),
    ("worker", "worker"),
    ("storefront", "node-server"),
    ("cart", "node-server"),
)
"""The first whose text is part of the image's repository."""

_LOOP = re.compile(r"\bwhile\b.+\bdo\b", re.DOTALL)
_IDLE_LOOP = re.compile(r"\bwhile \[ \$\w+ -lt (\d+) \]; do\s+sleep (\d+)")
"""Counts up to so many looks, so many seconds apart."""
_MARK = re.compile(r"\*(\w+)=\*")
"""A variable that a script looks for in the environment of processes."""

_BROKEN_TAG = re.compile(r":.*-(rc|broken|bad)[.\d]*$")
_UNPULLABLE = re.compile(r"^[^/]*\.invalid(:\d+)?/|:missing$|:does-not-exist$")


@dataclass(frozen=True)
class Course:
    """How one run of a container goes: the behaviour with chance decided."""

    behaviour: Behaviour
    ready_after: float
    lifetime: float | None
    stop_after: float
    unready_shift: float

    def readiness(self, seconds: float) -> tuple[bool, float | None]:
        """Whether it would be ready so many seconds after its start, and in how many that changes."""
        if self.behaviour.never_ready:
            return False, None
        if seconds < self.ready_after:
            return False, self.ready_after - seconds
        if self.behaviour.unready is None:
            return True, None
        every, lasts = self.behaviour.unready
        phase = (seconds + self.unready_shift) % every
        return (False, lasts - phase) if phase < lasts and seconds > every / 4 else (True, every - phase)


def is_pullable(image: str) -> bool:
    """Whether there is such an image; names say when there is not."""
    return not _UNPULLABLE.search(image)


def behaviour_of(pod: Object, container: Object) -> Behaviour:
    """How the container behaves."""
    chosen = (pod["metadata"].get("annotations") or {}).get(ANNOTATION, "")
    if chosen in BEHAVIOURS:
        return BEHAVIOURS[chosen]
    image = str(container.get("image", ""))
    repository = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    found = next((BEHAVIOURS[name] for text, name in OF_IMAGES if text in repository), BEHAVIOURS["server"])
    if _BROKEN_TAG.search(image):
        return replace(found, never_ready=True)
    return _as_commanded(found, container)


def course_of(behaviour: Behaviour, chance: random.Random) -> Course:
    """Decides what is left to chance in a run."""
    return Course(
        behaviour,
        ready_after=chance.uniform(*behaviour.start),
        lifetime=chance.uniform(*behaviour.lives) if behaviour.lives else None,
        stop_after=chance.uniform(*behaviour.stop),
        unready_shift=chance.uniform(0, behaviour.unready[0]) if behaviour.unready else 0.0,
    )


def _as_commanded(behaviour: Behaviour, container: Object) -> Behaviour:
    """The behaviour under a command such as `sh -c 'sleep 5; exit 3'`: it sleeps, loops and ends as it is told."""
    words = " ".join(map(str, [*(container.get("command") or ()), *(container.get("args") or ())]))
    if not words:
        return replace(behaviour, lives=None) if container.get("stdin") and container.get("tty") else behaviour
    if re.search(r"infinity|while true|while :|tail -f|nc -l|httpd|server|run\b", words):
        return replace(behaviour, lives=None)
    if _LOOP.search(words):
        return _looping(behaviour, words)
    sleeps = [float(seconds) for seconds in re.findall(r"\bsleep (\d+(?:\.\d+)?)", words)]
    code = re.search(r"\bexit (\d{1,3})\b", words)
    fails = words.split()[0].rpartition("/")[2] == "false"
    if not (sleeps or code or fails or behaviour.lives):
        return behaviour
    lasts = sum(sleeps) + 0.4
    return replace(behaviour, lives=(lasts, lasts + 0.2), exit_code=int(code[1]) % 256 if code else int(fails))


def _looping(behaviour: Behaviour, words: str) -> Behaviour:
    """Without end, but for a script that counts the looks at which it found no process with one of its marks."""
    looks, marks = _IDLE_LOOP.search(words), tuple(_MARK.findall(words))
    idle = float(looks[1]) * float(looks[2]) if looks and marks else None
    return replace(behaviour, lives=None, exit_code=0, idle=idle, marks=marks)
