"""A long answer goes out as fast as its reader takes it: Daphne would keep all of it in memory."""

import asyncio
import time
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer  # type: ignore[import-untyped]


@implementer(IPushProducer)
class Flow:
    """Twisted says here whether the buffer towards the reader is full.

    https://docs.twisted.org/en/stable/core/howto/producers.html
    """

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.free.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.free.set()

    def stopProducing(self) -> None:  # noqa: N802
        self.free.set()


def before(request: Any, message: dict[str, Any]) -> None:
    """Called before a part of an answer is given to Daphne's `request`."""
    if message["type"] != "http.response.body" or request.channel is None:
        return
    more = message.get("more_body", False)
    if more and request.producer is None:
        request.registerProducer(Flow(), True)
    elif not more and request.producer is not None:
        request.unregisterProducer()


async def after(request: Any, message: dict[str, Any]) -> None:
    """Returns when the reader has room for more. Daphne's limit of time then starts anew: it is one of silence."""
    flow = getattr(request, "producer", None)
    if message["type"] == "http.response.body" and isinstance(flow, Flow):
        await flow.free.wait()
        request.request_start = time.time()
