"""Sockets of tables and pages are compressed (RFC 7692): rows resemble those sent before. Streams are not.

Bytes of logs and terminals are many and would cost the event loop more time than the network saves.
"""

from collections.abc import Iterable
from typing import Any

from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

from dashboard.consumers.base import LONGEST_MESSAGE
from dashboard.prompt import PromptProtocol
from dashboard.routing import STREAMS

WINDOW_BITS = 13
"""Eight kilobytes back, which holds a table's order: 64 kB of memory a socket with the level below; 15 would be 256."""

MEMORY_LEVEL = 6


class Protocol(PromptProtocol):
    """Daphne's side of one socket."""

    def succeedHandshake(self, res: Any) -> None:  # noqa: N802 - autobahn's name
        """Called when the handshake is about to be answered, the offers of the browser being known."""
        if STREAMS.fullmatch(self.path.decode()):
            self.perMessageCompressionAccept = _none
        super().succeedHandshake(res)


def accept(offers: Iterable[Any]) -> PerMessageDeflateOfferAccept | None:
    """The answer to what a browser offers: None goes without compression."""
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            bits = WINDOW_BITS if offer.accept_max_window_bits else 0
            window = offer.request_max_window_bits or WINDOW_BITS
            return PerMessageDeflateOfferAccept(  # type: ignore[no-untyped-call]
                offer,
                request_no_context_takeover=offer.accept_no_context_takeover,
                request_max_window_bits=bits,
                window_bits=min(window, WINDOW_BITS),
                mem_level=MEMORY_LEVEL,
                max_message_size=LONGEST_MESSAGE,
            )
    return None


def _none(offers: Iterable[Any]) -> None:
    return None
