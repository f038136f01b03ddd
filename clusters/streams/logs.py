"""The log of one container, followed through restarts of the container and cuts of the network.

The rules are those of the kubelet: `follow` ends when the instance ends, and `sinceTime` is inclusive and cut to whole
seconds. https://github.com/kubernetes/cri-client/blob/master/pkg/logs/logs.go
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic

from clusters.kube.client import Client
from clusters.kube.errors import BadRequest, Forbidden, KubeError, NotFound, NotKubernetes, Unauthorized
from clusters.kube.paths import object_path
from clusters.streams.instances import Instance, look_at
from clusters.streams.lines import Finder, LineCutter, Lost, Memory, Place
from clusters.streams.requests import LogRequest

POLL_SECONDS = 1.0
SLOWEST_POLL = 10.0
SLOWEST_WAIT = 5.0
"""So often a container that has not started is looked at in the end; it should be seen soon when it does."""

FIND_SECONDS = 10.0
"""The line to go on from is at the beginning of the answer: it comes soon, or it is not there."""

REST_SECONDS = 0.02
"""For which a log is left alone after a small piece: kubelets give line after line, which are to travel together."""

SILENCE_SECONDS = 60.0
"""Without a byte where the log is not followed, whose end comes by itself."""

MOST_TRIES = 4
"""In a row without a line, where the log is not followed: others wait for their turn."""

NO_PREVIOUS = "There is no previous instance of this container."
_FINAL = (NotFound, Forbidden, Unauthorized, BadRequest, NotKubernetes)
_CLOCK_SLACK = timedelta(minutes=1)
_ROTATED = "Lines may be missing or shown twice here: the log was rotated while the connection was cut."
_ANOTHER_POD = "The pod is gone; another one has its name now."
_FROM_NOW = ("tailLines", "sinceSeconds")
_LIMITS = (*_FROM_NOW, "sinceTime")


class Sign(StrEnum):
    """What a mark is about."""

    INSTANCE = "instance"
    """The lines that follow are of this instance; `text` is its key."""
    REWIND = "rewind"
    """Forget the last line, it has no end yet: it comes again whole."""
    DIVIDER = "divider"
    """Another instance begins."""
    GAP = "gap"
    """It is not sure that all lines are here."""
    ENDED = "ended"
    """The instance ended, and how."""
    STATUS = "status"
    """Why nothing comes at the moment; empty when all is well."""
    SKIPPED = "skipped"
    """So many `lines` were left out: the reader was too slow."""


@dataclass(frozen=True)
class Mark:
    """Something between the lines that people should know."""

    sign: Sign
    text: str = ""
    lines: int = 0


@dataclass(frozen=True)
class Resumption:
    """Where somebody who was here before wants to go on: after `place` in an instance."""

    instance: str
    place: Place | None


Sink = Callable[[bytes | Mark], Awaitable[None]]


class Log:
    """Gives `send` pieces of text (cut anywhere, each line with its timestamp) and marks, as fast as it takes them."""

    def __init__(
        self,
        client: Client,
        request: LogRequest,
        send: Sink,
        *,
        resumption: Resumption | None = None,
        stands: Callable[[], Awaitable[None]] | None = None,
        pod_uid: str = "",
    ) -> None:
        """`stands` is called whenever the API server has begun to give the log. With `pod_uid`, only that pod's log is
        read and that of none that later gets its name. `has_failed`: it ended with an error, not with the container or
        with its lines; `run` then goes on where it was, as it does with another `client`."""
        self.client = client
        self.has_failed = False
        self._request = request
        self._send = send
        self._stands = stands
        self._pod_uid = pod_uid
        self._path = object_path("", "v1", "pods", request.namespace, request.pod, "log")
        self._memory = Memory()
        self._key = resumption.instance if resumption else ""
        self._given = resumption.place if resumption else None
        self._cut = resumption is not None
        self._waits = False
        self._begun = False
        self._from = self._request.params()
        self._read_to_the_end = ""
        self._status = ""
        self._pause = POLL_SECONDS
        self._tries = 0

    async def run(self) -> str:
        """Returns why nothing more will come; while following that is only when the container will never run again, or
        when trying again is of no use. Raises no KubeError: look at `has_failed`."""
        self.has_failed = False
        self._tries = 0
        attempt = self._previous if self._request.previous else self._round
        while True:
            try:
                end = await attempt()
            except _FINAL as error:
                self.has_failed = not isinstance(error, NotFound)
                return self._why(error)
            except KubeError as error:
                self._tries += 1
                if self._tries == MOST_TRIES and not self._follows:
                    self.has_failed = True
                    return error.reason
                end = None
                await self._tell_status(f"{error.reason} Trying again.")
            if end is not None:
                return end
            await asyncio.sleep(self._pause)
            slowest = SLOWEST_WAIT if self._waits else SLOWEST_POLL if self._cut else POLL_SECONDS
            self._pause = min(self._pause * 1.5, slowest)

    @property
    def leaves_out(self) -> bool:
        """Whether what is asked for next may begin later than the log does."""
        return any(limit in self._from for limit in _FROM_NOW)

    @property
    def _follows(self) -> bool:
        return self._request.follow and not self._request.previous

    async def _previous(self) -> str | None:
        try:
            return await self._previous_instance()
        except BadRequest as error:
            if "previous" in error.reason:
                return NO_PREVIOUS
            raise
        except Lost:
            await self._send(Mark(Sign.GAP, _ROTATED))
            self._given, self._memory = None, Memory()
            return None

    async def _previous_instance(self) -> str:
        instance = await self._look()
        if instance is None:
            return f"The pod has no container called {self._request.container}."
        if self._is_of_another_pod(instance):
            return _ANOTHER_POD
        if instance.key_before != self._key:
            await self._send(Mark(Sign.INSTANCE, instance.key_before))
            self._key, self._given, self._memory = instance.key_before, None, Memory()
        self._cut, place = True, await self._rewound()
        await self._pass_on(self._without_limits() | _since(place) if place else self._from, place)
        return "This was the previous instance; it has ended."

    async def _round(self) -> str | None:
        """Looks at the container once and reads what its log has; returns why it was the last time, if it was."""
        instance = await self._look()
        if instance is None:
            return f"The pod has no container called {self._request.container}."
        if self._is_of_another_pod(instance):
            return _ANOTHER_POD
        if not instance.started:
            return await self._wait_for(
                instance, "The container has not started yet.", "The container has not started."
            )
        if instance.key == self._read_to_the_end and not instance.running:
            return await self._wait_for(instance, "Waiting for the next start.", "It will not be started again.")
        is_first = not self._key
        if instance.key != self._key:
            await self._begin(instance)
        await self._read(instance)
        if not self._request.follow:
            return self._once(is_first=is_first)
        if not self._cut and not instance.running:
            return await self._end(instance)
        return None

    def _once(self, *, is_first: bool) -> str:
        """Raises KubeError where there was another instance before the log was open. Of the `is_first` that was looked
        at nobody has seen anything: the next is read as though it had never been."""
        if not self._cut:
            return ""
        if is_first:
            self._key = ""
        raise KubeError("The container was started again just when its log was opened.")

    async def _wait_for(self, instance: Instance, while_waiting: str, at_the_end: str) -> str | None:
        if not (self._request.follow and instance.will_run):
            return f"{at_the_end} {instance.said}"
        # Whatever it writes is new, also before we see that it has started.
        self._waits, self._from = True, self._without_limits()
        await self._tell_status(f"{while_waiting} {instance.said}")
        return None

    async def _end(self, instance: Instance) -> str | None:
        self._read_to_the_end = instance.key
        code = "" if instance.exit_code is None else f" with exit code {instance.exit_code}"
        if not instance.will_run:
            return f"The container ended{code}. {instance.said}"
        await self._send(Mark(Sign.ENDED, f"The container ended{code}"))
        return None

    async def _begin(self, instance: Instance) -> None:
        """Turns to a new instance; what the last one wrote while we were cut off is read first."""
        if self._key:
            await self._leave_the_last(instance)
            self._from = self._without_limits()
        await self._send(Mark(Sign.INSTANCE, instance.key))
        self._key, self._given, self._memory = instance.key, None, Memory()

    async def _leave_the_last(self, instance: Instance) -> None:
        pod_uid, restarts = self._key.rsplit("/", 1)
        same_pod = instance.pod_uid == pod_uid
        if same_pod and instance.restarts == int(restarts) + 1:
            if self._cut:
                await self._read_rest_of_the_last()
        elif same_pod or self._cut:
            await self._send(Mark(Sign.GAP, "Lines are missing here: other instances ran meanwhile."))
        started = f"Started again, restart {instance.restarts}" if same_pod else "A new pod of the same name"
        await self._send(Mark(Sign.DIVIDER, started))

    async def _read_rest_of_the_last(self) -> None:
        place = await self._rewound()
        params = {name: value for name, value in self._without_limits().items() if name != "follow"}
        try:
            await self._pass_on(params | {"previous": "true"} | _since(place), place)
        except (Lost, BadRequest, NotFound):
            await self._send(Mark(Sign.GAP, "Lines may be missing here: the log of the last instance is gone."))

    async def _read(self, instance: Instance) -> None:
        """Reads the log of the instance from where we are; afterwards `_cut` says whether that broke off."""
        if self._waits:
            self._waits, self._pause = False, POLL_SECONDS
        place = await self._rewound()
        params = self._without_limits() | _since(place) if place else self._from
        asked, asked_at = datetime.now(UTC), monotonic()
        self._cut, self._begun = True, False
        try:
            await self._pass_on(params, place, of=instance)
        except Lost:
            await self._send(Mark(Sign.GAP, _ROTATED))
            self._given, self._memory = None, Memory()
            await self._pass_on(params, None, of=instance)
        finally:
            # Also when this is cancelled: the next `run` goes on from here.
            if self._begun and (self._memory.place() or monotonic() - asked_at >= FIND_SECONDS):
                self._go_on_from(asked)

    def _go_on_from(self, moment: datetime) -> None:
        """What there was at the moment has come: the limits of the request would count from a later one if it were
        asked again."""
        if self.leaves_out:
            since = (moment - _CLOCK_SLACK).isoformat(timespec="seconds")
            self._from = self._without_limits() | {"sinceTime": since}

    async def _pass_on(self, params: dict[str, str], place: Place | None, *, of: Instance | None = None) -> None:
        """Sends the lines after `place`, once it is sure that they are of the instance `of`. Raises Lost."""
        silence = None if "follow" in params else SILENCE_SECONDS
        async with self.client.stream(self._path, params, silence, rest=REST_SECONDS) as pieces:
            if of and await self._is_another_by_now(of):
                return
            self._begun = True
            if self._stands:
                await self._stands()
            await self._tell_status("")
            cutter = LineCutter()
            if place:
                await self._pass(await _after(place, pieces, cutter))
            async for piece in pieces:
                await self._pass(cutter.feed(piece))
        await self._pass(cutter.finish())
        self._cut = False

    async def _pass(self, text: bytes) -> None:
        if not text:
            return
        self._pause = POLL_SECONDS
        if b"\n" in text:
            self._tries = 0
        self._memory.note(text)
        await self._send(text)

    def _is_of_another_pod(self, instance: Instance) -> bool:
        return bool(self._pod_uid) and instance.pod_uid != self._pod_uid

    async def _is_another_by_now(self, instance: Instance) -> bool:
        now = await self._look()
        return now is None or now.key != instance.key

    async def _look(self) -> Instance | None:
        asked = self._request
        return await look_at(self.client, namespace=asked.namespace, pod=asked.pod, container=asked.container)

    async def _tell_status(self, text: str) -> None:
        if text != self._status:
            self._status = text
            await self._send(Mark(Sign.STATUS, text))

    async def _rewound(self) -> Place | None:
        """Where to go on; a line that was sent without its end is taken back, since it comes again."""
        if self._memory.rewind():
            await self._send(Mark(Sign.REWIND))
        return self._memory.place() or self._given

    def _without_limits(self) -> dict[str, str]:
        return {name: value for name, value in self._request.params().items() if name not in _LIMITS}

    def _why(self, error: KubeError) -> str:
        match error:
            case NotFound():
                return "The pod is gone." if self._key else "There is no such pod, or no longer."
            case Forbidden():
                return f"The cluster's credentials may not read this log. {error.reason}"
            case _:
                return error.reason


def _since(place: Place | None) -> dict[str, str]:
    return {"sinceTime": place.since} if place and place.since else {}


async def _after(place: Place, pieces: AsyncIterator[bytes], cutter: LineCutter) -> bytes:
    """The first lines after `place`. Raises Lost when it does not come although the log was asked from before it."""
    finder = Finder(place)
    try:
        async with asyncio.timeout(FIND_SECONDS):
            async for piece in pieces:
                text = finder.feed(cutter.feed(piece))
                if finder.found:
                    return text
    except TimeoutError:
        pass
    raise Lost
