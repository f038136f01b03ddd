"""What a terminal printed last, numbered by bytes, so that a page that was away can go on where it was."""

SCREEN_BYTES = 256 * 1024


class Screen:
    """The last `limit` bytes; `start` and `end` are their offsets, counted from the first byte ever printed."""

    def __init__(self, limit: int = SCREEN_BYTES) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.end = 0

    @property
    def start(self) -> int:
        return self.end - len(self._kept)

    def add(self, data: bytes) -> None:
        self._kept += data
        self.end += len(data)
        if (over := len(self._kept) - self._limit) > 0:
            del self._kept[:over]

    def after(self, offset: int, most: int) -> bytes:
        """At most `most` bytes from `offset` on, which is not before `start`; empty where nothing follows yet."""
        at = offset - self.start
        return bytes(self._kept[at : at + most])
