"""Cuts a stream of bytes into lines; a piece may end anywhere, also inside a character."""

from clusters.kube.errors import NotKubernetes

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of the longest line that is taken: ten times what etcd stores in one object."""


class LineSplitter:
    """Feed it pieces, it gives back complete lines without their newline. An unfinished last line is never given."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._head: list[bytes] = []
        self._head_size = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that `piece` completes, empty ones left out. Raises NotKubernetes for a line over the limit."""
        # Only the new piece is searched and the head is joined once, so a long line costs no more than its length.
        first, newline, rest = piece.partition(b"\n")
        self._head.append(first)
        self._head_size += len(first)
        if self._head_size > self._limit:
            raise NotKubernetes(f"The server sent a line longer than {self._limit // 1024**2} MiB.")
        if not newline:
            return []
        lines = [b"".join(self._head), *rest.split(b"\n")]
        tail = lines.pop()
        self._head, self._head_size = [tail], len(tail)
        return [line for line in lines if line]
