"""Objects that clients send as Protobuf.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
"""

import base64

from simulator.api.protobuf.decoding import read_message
from simulator.api.protobuf.messages import ENVELOPE, message_of
from simulator.api.protobuf.wire import Broken
from simulator.kinds import Kind, Object

PROTOBUF = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"


DELETE_OPTIONS = Kind("meta.k8s.io", "v1", "", "", "DeleteOptions")
"""They come under the version of whatever is to be deleted."""


def unwrapped(body: bytes) -> tuple[Object, bytes]:
    """What the envelope says of its content ("apiVersion", "kind"), and the content. Raises Broken."""
    if not body:
        raise Broken("empty data")
    if not body.startswith(_MAGIC):
        raise Broken(
            f"provided data does not appear to be a protobuf message, expected prefix [{' '.join(map(str, _MAGIC))}]"
        )
    if body == _MAGIC:
        raise Broken("empty body")
    envelope = read_message(ENVELOPE, body[len(_MAGIC) :])
    if encoding := envelope.get("contentEncoding"):
        raise Broken(f"the content is encoded as {encoding}, which is not read here")
    said = {key: envelope[key] for key in ("apiVersion", "kind") if key in envelope}
    return said, base64.b64decode(envelope.get("raw", ""))


def read_content(kind: Kind, content: bytes) -> Object:
    """The object of that kind that an envelope held. Raises Broken."""
    found: Object = read_message(message_of(kind), content)
    return {"apiVersion": kind.api_version, "kind": kind.kind, **found}


def is_readable(kind: Kind) -> bool:
    """Whether objects of the kind can come as Protobuf: built-in ones can, custom resources cannot."""
    return bool(message_of(kind))


def summary(body: bytes) -> str:
    """The beginning of a body, for whoever sent it."""
    return body[:30].hex() + (" ..." if len(body) > 30 else "") or "<empty>"
