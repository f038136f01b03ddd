"""Text of logs cut at the ends of lines, so that a reader of many logs never gets two of them in one line."""


class WholeLines:
    """Holds back what has no end yet."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def waits(self) -> bool:
        """Whether something is held back."""
        return bool(self._rest)

    def feed(self, piece: bytes) -> bytes:
        """The whole lines that are there now."""
        end = piece.rfind(b"\n") + 1
        if not end:
            self._rest += piece
            return b""
        lines, self._rest = self._rest + piece[:end], piece[end:]
        return lines

    def rest(self) -> bytes:
        """What was held back: the log pauses or ends there."""
        rest, self._rest = self._rest, b""
        return rest
