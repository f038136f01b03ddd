"""Decodes the lines of a watch and the pages of a list into typed objects.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from clusters.kube.errors import KubeError, NotKubernetes, from_status, printable
from clusters.kube.objects import Decoder

BATCH_LIMIT = 500
"""Events that are given at once, or objects that a page is asked for, at most."""

AT_ONCE = 50
"""Objects of a page that are decoded at once: more would keep the event loop, and fall out of the processor's cache."""

_UID = re.compile(rb'"uid"\s*:\s*"([-0-9A-Za-z_.]{1,100})"')
_END_OF_LIST = "k8s.io/initial-events-end"
_UPSERTS = ("ADDED", "MODIFIED")


class _HasVersion(Protocol):
    @property
    def uid(self) -> str: ...
    @property
    def resource_version(self) -> str: ...


class HasMetadata(Protocol):
    """What a struct must offer to be watched."""

    @property
    def metadata(self) -> _HasVersion: ...


T = TypeVar("T", bound=HasMetadata)


@dataclass(frozen=True)
class Broken:
    """An object that could not be decoded: its uid (else namespace/name, else a mark of its line) and why."""

    key: str
    reason: str


@dataclass
class Batch(Generic[T]):
    """The events of one read in order of arrival; of each object only the latest."""

    upserts: dict[str, T] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    broken: dict[str, Broken] = field(default_factory=dict)
    resource_version: str = ""
    ends_list: bool = False
    error: KubeError | None = None

    @property
    def size(self) -> int:
        """How many events went in, at least."""
        return len(self.upserts) + len(self.deleted) + len(self.broken)

    def upsert(self, item: T) -> None:
        """Take in an object; what was known of it before no longer counts. So with the next two."""
        uid = item.metadata.uid
        self.broken.pop(uid, None)
        if uid in self.deleted:
            self.deleted.remove(uid)
        self.upserts[uid] = item

    def delete(self, uid: str) -> None:
        """Take in a deletion."""
        self.upserts.pop(uid, None)
        self.broken.pop(uid, None)
        self.deleted.append(uid)

    def set_aside(self, broken: Broken) -> None:
        """Take in an object that cannot be decoded."""
        self.upserts.pop(broken.key, None)
        self.broken[broken.key] = broken


class _Event(msgspec.Struct, Generic[T], gc=False):
    type: str
    object: T


class _RawEvent(msgspec.Struct, gc=False):
    type: str
    object: msgspec.Raw


class _Metadata(msgspec.Struct, rename="camel"):
    uid: str = ""
    name: str = ""
    namespace: str = ""
    resource_version: str = ""
    annotations: dict[str, str] | None = None


class _Bare(msgspec.Struct):
    """What is read of an object whose kind's struct is not, or not yet, to be trusted."""

    kind: str = ""
    code: int = 0
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _ListMetadata(msgspec.Struct, rename="camel"):
    resource_version: str
    continue_: str = msgspec.field(default="", name="continue")


class _List(msgspec.Struct):
    items: list[msgspec.Raw] | None
    metadata: _ListMetadata


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """One page of a list, decoded as it is iterated over. `continue_token` is empty on the last."""

    batches: Iterator[Batch[T]]
    resource_version: str
    continue_token: str


class EventDecoder(Generic[T]):
    """Decodes the events and lists of one kind into `struct`."""

    def __init__(self, struct: type[T]) -> None:
        self._object = Decoder(struct)
        # The struct is known only when this runs, which types cannot say.
        event: Any = _Event
        self._event: msgspec.json.Decoder[_Event[T]] = msgspec.json.Decoder(event[struct])
        self._raw_event = msgspec.json.Decoder(_RawEvent)
        self._bare = msgspec.json.Decoder(_Bare)
        self._list = msgspec.json.Decoder(_List)

    def page(self, body: bytes) -> ListPage[T]:
        """Decodes a page. Raises NotKubernetes when the answer is no list; a bad object in it is only set aside."""
        try:
            page = self._list.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise NotKubernetes("The server's answer to a list is not a list of objects.") from None
        return ListPage(self._decoded(page.items or []), page.metadata.resource_version, page.metadata.continue_)

    def _decoded(self, items: Sequence[msgspec.Raw]) -> Iterator[Batch[T]]:
        """The items in small batches."""
        for start in range(0, len(items), AT_ONCE):
            batch = Batch[T]()
            for raw in items[start : start + AT_ONCE]:
                self._upsert(batch, raw)
            yield batch

    def batches(self, lines: Sequence[bytes]) -> Iterator[Batch[T]]:
        """The events in batches of at most 500; one ends at an error and at the bookmark that ends a streaming list."""
        batch = Batch[T]()
        for line in lines:
            self._take(batch, line)
            if batch.error or batch.ends_list or batch.size >= BATCH_LIMIT:
                yield batch
                batch = Batch[T]()
        if batch.size or batch.resource_version:
            yield batch

    def _take(self, batch: Batch[T], line: bytes) -> None:
        """One pass over the line serves nearly every event; the others are read again, with care."""
        try:
            event = self._event.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._take_with_care(batch, line)
            return
        metadata = event.object.metadata
        if metadata.uid and event.type in _UPSERTS:
            batch.upsert(event.object)
            batch.resource_version = metadata.resource_version
        elif metadata.uid and event.type == "DELETED":
            batch.delete(metadata.uid)
            batch.resource_version = metadata.resource_version or batch.resource_version
        else:
            self._take_with_care(batch, line)

    def _take_with_care(self, batch: Batch[T], line: bytes) -> None:
        try:
            event = self._raw_event.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._set_aside_line(batch, line, error)
            return
        match event.type:
            case "ADDED" | "MODIFIED":
                self._upsert(batch, event.object)
            case "DELETED":
                self._delete(batch, event.object)
            case "BOOKMARK":
                self._bookmark(batch, event.object)
            case "ERROR":
                batch.error = from_status(self._read_bare(event.object).code, bytes(event.object), {})

    def _upsert(self, batch: Batch[T], raw: msgspec.Raw) -> None:
        try:
            decoded = self._object.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._set_aside(batch, raw, str(error))
            return
        metadata = decoded.metadata
        if not metadata.uid:
            self._set_aside(batch, raw, "It has no uid.")
            return
        batch.upsert(decoded)
        batch.resource_version = metadata.resource_version

    def _delete(self, batch: Batch[T], raw: msgspec.Raw) -> None:
        metadata = self._read_bare(raw).metadata
        if not metadata.uid:
            self._set_aside(batch, raw, "It was deleted, but which it was cannot be read.")
            return
        batch.delete(metadata.uid)
        batch.resource_version = metadata.resource_version or batch.resource_version

    def _bookmark(self, batch: Batch[T], raw: msgspec.Raw) -> None:
        metadata = self._read_bare(raw).metadata
        batch.resource_version = metadata.resource_version or batch.resource_version
        batch.ends_list = (metadata.annotations or {}).get(_END_OF_LIST) == "true"

    def _set_aside(self, batch: Batch[T], raw: msgspec.Raw, reason: str) -> None:
        bare = self._read_bare(raw)
        if bare.kind == "Table":
            batch.error = NotKubernetes("The server sends tables in place of objects.")
            return
        metadata = bare.metadata
        name = f"{metadata.namespace}/{metadata.name}" if metadata.namespace else metadata.name
        batch.set_aside(Broken(metadata.uid or printable(name, 400) or _mark(bytes(raw)), printable(reason, 300)))
        batch.resource_version = metadata.resource_version or batch.resource_version

    def _set_aside_line(self, batch: Batch[T], line: bytes, error: Exception) -> None:
        if not line.startswith(b"{"):
            batch.error = NotKubernetes("The server sends something else than JSON in a watch.")
            return
        batch.set_aside(Broken(_mark(line), printable(str(error), 300)))

    def _read_bare(self, raw: msgspec.Raw) -> _Bare:
        try:
            return self._bare.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return _Bare()


def _mark(text: bytes) -> str:
    """A key for what cannot be read: the first uid in it, else one made from its bytes."""
    found = _UID.search(text)
    return found.group(1).decode() if found else f"unreadable {hashlib.sha256(text).hexdigest()[:12]}"
