"""The logs of one container or of many, live, over one socket."""

import asyncio
from collections import defaultdict
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict

from clusters.access import Access, MissingRight, allowed_cluster, may, namespaces_for
from clusters.clients import client_now, connection_mark
from clusters.kube.client import Client
from clusters.kube.errors import KubeError
from clusters.models import Role
from clusters.signals import log_closed, log_opened
from clusters.streams.catching_up import KeptWaiting
from clusters.streams.feeds import State
from clusters.streams.lines import place_of
from clusters.streams.logs import Mark, Resumption
from clusters.streams.older import Older, Wish
from clusters.streams.open_logs import TooManyLogs, counted
from clusters.streams.requests import BadStreamRequest, log_request
from clusters.streams.selection import Selection, Source, selection_of, sources_now
from clusters.streams.viewing import REFUSED, NoLongerAllowed, Seen, Viewing
from clusters.streams.windows import Stalled, Window
from dashboard.consumers.activity import Opening, Record, in_words, opening_of, recorded
from dashboard.consumers.base import FAILED, MALFORMED, SILENT
from dashboard.consumers.streams import FRAME, StreamConsumer
from dashboard.details.lookup import check_names

WINDOW = 512 * 1024
"""Bytes that the page may not have drawn yet; then we send no more."""

PATIENCE = 25.0
"""Seconds without anything drawn; with what it takes to notice and to close, a frozen page is gone in 30."""
DREW_NOTHING = "The browser drew nothing for {:.0f} s. Open the log again to go on after its last line here."

HEAD = 2
"""Bytes in front of the text of a frame: the number of its source."""


class LogConsumer(StreamConsumer):
    """The logs of what the address selects (`clusters.streams.selection`), each container a source with a number.

    The page first sends `{"start": {"sources": [{"namespace", "pod", "container", "instance", "line", "times"}]}}`: of
    each source that it has seen, after which line of which instance to go on, and how many equal ones came; with
    `"ended": true`, it was told that no more would come. Then
    `{"drawn": bytes of binary frames in all, their heads too}`, `{"paused": true}` and
    `{"older": {"source", "before", "lines"}}` for so many lines from before a moment (RFC 3339); with `line`, the
    oldest one that is shown, those of the same moment before it too; with `after` and `times`, only those after that
    line; with `find` and `without`, only those that match (`clusters.streams.searching`).

    We send `source` for each container and whenever its state changes (`clusters.streams.feeds.State`; with `refused`
    it ended for want of the right), text in binary frames (the source's number in two bytes, big-endian, then whole
    lines; a line without its end only where the log pauses or ends), and marks
    (`clusters.streams.logs.Sign`). A `status` of source 0 concerns the selection as a whole. `older` with `bytes` and
    `more` says that so many bytes of text in this source's next frames are the older lines; `text` says why there are
    none, `between` how many that do not match stood after each. After an end with SILENT, when the page took too long,
    it may begin again and go on.
    """

    role = Role.LOGS
    access = Access(role=role)
    viewing: Viewing | None = None

    def authorise(self, user: User) -> None:
        """One who may read none of the namespaces that the address names is refused; of others he gets nothing."""
        named = self.scope["url_route"]["kwargs"]
        self.cluster = allowed_cluster(user, self.role, named["slug"], named.get("namespace"))
        self.user, self.allowed = user, namespaces_for(user, self.role, self.cluster)
        if "name" in named:
            check_names(named["namespace"], named["name"])
        names = self.named_namespaces()
        if names and not any(may(user, self.role, self.cluster, name) for name in names):
            # So it is said of any name, be there such a namespace or not.
            raise MissingRight(self.role, ", ".join(sorted(names)))

    async def opened(self) -> None:
        self.window = Window(WINDOW, patience=PATIENCE)
        self.shown: dict[int, Source] = {}
        self.turns: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.mark_of_connection = connection_mark(self.cluster)
        self.query = self.full_query()
        try:
            self.selection: Selection = selection_of(self.query)
            self.request = log_request(
                "", "", {name: str(value) for name, value in self.query.items()} | {"container": "any"}
            )
        except BadStreamRequest as error:
            await self.close(MALFORMED, str(error))
            return

    def full_query(self) -> QueryDict:
        """The query of the address, with the pod that its path names."""
        query = QueryDict(self.scope.get("query_string", b""), mutable=True)
        named = self.scope["url_route"]["kwargs"]
        if "name" in named:
            query.setlist("pod", [f"{named['namespace']}/{named['name']}"])
        return query

    def named_namespaces(self) -> set[str]:
        query = self.full_query()
        return {query.get("namespace", ""), *(pod.partition("/")[0] for pod in query.getlist("pod"))} - {""}

    async def received(self, message: dict[str, Any]) -> None:
        match message:
            case {"start": {"sources": list(places)}} if self._work is None:
                self.start("logs", self.relay([seen for place in places if (seen := seen_of(place))]))
            case {"drawn": int(total)}:
                self.window.acknowledge(total)
            case {"paused": bool(paused)}:
                self.window.pause(paused)
            case {"older": {"source": int(number), "before": str(before), "lines": int(count), **rest}} if self.viewing:
                self.viewing.fetch_older(number, wish_of(before, count, rest))

    async def relay(self, seen: list[Seen]) -> str:
        """Passes the logs on until they end; returns why they did."""
        try:
            return await self.pass_logs_on(seen)
        except TooManyLogs as error:
            reason = str(error)
        except KubeError as error:
            reason = error.reason
        except Stalled as stalled:
            self.end_code = SILENT
            return str(stalled) if isinstance(stalled, KeptWaiting) else DREW_NOTHING.format(PATIENCE)
        self.end_code = FAILED
        return reason

    async def pass_logs_on(self, seen: list[Seen]) -> str:
        """Raises KubeError, TooManyLogs and Stalled."""
        async with counted(self.user, self.cluster), recorded(log_opened, log_closed, self.what()) as record:
            self.record: Record = record
            self.viewing = Viewing(self.cluster.pk, self.client_as_it_is, self.request, self, seen, person=self.user.pk)
            try:
                return await self.viewing.run(self.select)
            finally:
                self.note_what_was_read()

    async def client_as_it_is(self) -> Client:
        """Our row is read every three seconds, and others may know a newer connection: one that has not changed since
        we looked never brings an older client back. Raises KubeError."""
        mark = connection_mark(self.cluster)
        if mark == self.mark_of_connection and (known := client_now(self.cluster.pk)):
            return known
        client = await self.client()
        self.mark_of_connection = mark
        return client

    async def select(self) -> list[Source]:
        return await sources_now(self.selection, self.allowed, self.cluster)

    def allows(self, source: Source) -> bool:
        return self.allowed is None or source.namespace in self.allowed

    async def refused(self, number: int) -> None:
        if source := self.shown.get(number):
            await self.tell(type="source", source=number, **vars(source), state=State.ENDED, text=REFUSED, refused=True)

    async def source(self, number: int, source: Source, state: State, text: str) -> None:
        if not self.allows(source):
            raise NoLongerAllowed
        self.shown[number] = source
        if state is State.RUNNING:
            await self.record.note_opened()
        await self.tell(type="source", source=number, **vars(source), state=state, text=text)

    async def mark(self, number: int, mark: Mark) -> None:
        self.check_allowed(number)
        counted_lines = {"lines": mark.lines} if mark.lines else {}
        await self.tell(type=mark.sign, source=number, text=mark.text, **counted_lines)

    async def lines(self, number: int, text: bytes) -> None:
        async with self.turns[number]:
            await self.send_text(number, text)

    async def older(self, number: int, lines: Older) -> None:
        async with self.turns[number]:
            self.check_allowed(number)
            about = {"bytes": len(lines.lines), "more": lines.more, "text": lines.text}
            gaps = {"between": lines.between} if lines.between else {}
            await self.tell(type="older", source=number, **about, **gaps)
            await self.send_text(number, lines.lines)

    async def send_text(self, number: int, text: bytes) -> None:
        await self.record.note_opened()
        head = number.to_bytes(HEAD, "big")
        for at in range(0, len(text), FRAME - HEAD):
            await self.window.wait_for_room()
            self.check_allowed(number)
            frame = head + text[at : at + FRAME - HEAD]
            self.window.note_sent(len(frame))
            await self.send_frame(frame)

    def check_allowed(self, number: int) -> None:
        """Raises NoLongerAllowed."""
        if number and not (number in self.shown and self.allows(self.shown[number])):
            raise NoLongerAllowed

    def what(self) -> Opening:
        """This socket, for the record."""
        address = self.scope["client"][0] if self.scope.get("client") else None
        return opening_of(self.selection, self.user, address, self.cluster)

    def note_what_was_read(self) -> None:
        self.record.detail.append(in_words(self.shown.values()))


def seen_of(place: Any) -> Seen | None:
    """What the page says of where it was in one log; None where it says nothing that makes sense."""
    match place:
        case {"pod": str(pod), "container": str(container), "instance": str(instance)} if _is_key(instance):
            line, times, namespace = place.get("line"), place.get("times", 1), place.get("namespace", "")
        case _:
            return None
    if not (isinstance(namespace, str) and isinstance(times, int) and (line is None or isinstance(line, str))):
        return None
    at = place_of(line.encode(errors="ignore"), max(1, times)) if line else None
    uid = instance.rpartition("/")[0]
    source = Source(namespace[:253], pod[:253], uid, container[:63], "app")
    return Seen(source, Resumption(instance, at), ended=place.get("ended") is True)


def wish_of(before: str, count: int, rest: dict[Any, Any]) -> Wish:
    """What the page wishes for; of the wrong kind of thing nothing."""
    after, without = str(rest.get("after", "")), rest.get("without", [])
    times = max(1, rest["times"]) if isinstance(rest.get("times"), int) else 1
    return Wish(
        before,
        count,
        str(rest.get("line", "")),
        after=place_of(after.encode(errors="ignore"), times) if after else None,
        find=str(rest.get("find", "")),
        without=tuple(map(str, without)) if isinstance(without, list) else (),
    )


def _is_key(instance: str) -> bool:
    """Whether this may be the key of a `clusters.streams.instances.Instance`."""
    pod_uid, _, restarts = instance.rpartition("/")
    return bool(pod_uid) and restarts.isascii() and restarts.isdigit() and len(instance) < 100
