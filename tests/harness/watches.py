"""What a watch did, as the tests look at it: a store that applies its steps, and time that does not pass."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import msgspec

from clusters.kube.backoff import Pace
from clusters.kube.client import Client
from clusters.kube.watching import Changes, Listed, ListStarted, Page, Step, Trouble, watch

PODS = "/api/v1/pods"


class Metadata(msgspec.Struct, rename="camel"):
    name: str
    uid: str = ""
    resource_version: str = ""


class Spec(msgspec.Struct):
    priority: int = 0
    hostname: str = ""


class Pod(msgspec.Struct):
    metadata: Metadata
    spec: Spec = msgspec.field(default_factory=Spec)


@dataclass
class Seen:
    """What a watch gave, and the versions by uid that a faithful store would hold now.

    `contacts` counts the steps that say no more than that the server has answered; `steps` holds all others.
    """

    steps: list[Step[Pod]] = field(default_factory=list)
    store: dict[str, str] = field(default_factory=dict)
    listing: set[str] = field(default_factory=set)
    version: str = ""
    contacts: int = 0

    def take(self, step: Step[Pod]) -> None:
        if step == Changes([], [], [], self.version):
            self.contacts += 1
            return
        self.steps.append(step)
        match step:
            case ListStarted():
                self.listing = set()
            case Page(objects=objects):
                self.store |= _versions(objects)
                self.listing |= _versions(objects).keys()
            case Listed(resource_version=version):
                self.version = version
                self.store = {uid: version for uid, version in self.store.items() if uid in self.listing}
            case Changes(upserts=upserts, deleted=deleted, resource_version=version):
                self.version = version
                self.store |= _versions(upserts)
                for uid in deleted:
                    self.store.pop(uid, None)

    @property
    def names(self) -> list[str]:
        return [type(step).__name__ for step in self.steps]

    @property
    def troubles(self) -> list[Trouble]:
        return [step for step in self.steps if isinstance(step, Trouble)]

    @property
    def broken(self) -> dict[str, str]:
        pieces = [step.broken for step in self.steps if isinstance(step, Page | Changes)]
        return {broken.key: broken.reason for piece in pieces for broken in piece}


@dataclass
class StoppedTime:
    """Sleeping costs nothing and is noted; the clock moves by what was slept, and by hand."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, *, chance: float = 1.0, silence: float = 75.0, list_silence: float = 15.0) -> Pace:
        """A pace in this time, whose dice always fall at `chance` between the least and the most."""
        return Pace(
            clock=lambda: self.now,
            uniform=lambda least, most: least + chance * (most - least),
            sleep=self.sleep,
            silence=silence,
            list_silence=list_silence,
        )


async def watch_until(
    client: Client, enough: Callable[[Seen], object], *, resume: str = "", pace: Pace | None = None
) -> Seen:
    """Watches pods until `enough` says so."""
    seen = Seen(version=resume)
    async with client, aclosing(watch(client, PODS, Pod, resume=resume, pace=pace or StoppedTime().pace())) as steps:
        async for step in steps:
            seen.take(step)
            if seen.steps and enough(seen):
                break
    return seen


def _versions(pods: list[Pod]) -> dict[str, str]:
    return {pod.metadata.uid: pod.metadata.resource_version for pod in pods}
