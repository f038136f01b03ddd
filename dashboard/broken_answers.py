"""An answer that fails after it has begun is broken off, so that no browser takes half a file for a whole one.

Daphne would begin a second answer, an error page, which fails and ends for good what looks after its connections.
"""

from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest


class Request(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """A request of a browser, and our answer."""

    def handle_exception(self, exception: Exception) -> None:
        """Called by Daphne when the application has failed."""
        if not self._response_started:
            super().handle_exception(exception)
            return
        if self.producer is not None:
            self.unregisterProducer()
        # Without the last chunk: https://www.rfc-editor.org/rfc/rfc9112#section-8
        self.loseConnection()


def settle(factory: HTTPFactory) -> None:
    """From now on what connects to Daphne's `factory` makes such requests."""
    build = factory.buildProtocol

    def with_our_requests(address: Any) -> Any:
        protocol = build(address)
        protocol.requestFactory = Request
        return protocol

    factory.buildProtocol = with_our_requests
