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
        # `find` looks at many bytes at once, where `split` goes from one to the next.
        lines, start = [], 0
        while (end := piece.find(b"\n", start)) >= 0:
            lines.append(piece[start:end])
            start = end + 1
        if lines and self._head:
            self._keep(lines[0])
            lines[0] = b"".join(self._head)
            self._head, self._head_size = [], 0
        self._keep(piece[start:])
        return [line for line in lines if line]

    def _keep(self, part: bytes) -> None:
        self._head.append(part)
        self._head_size += len(part)
        if self._head_size > self._limit:
            raise NotKubernetes(f"The server sent a line longer than {self._limit // 1024**2} MiB.")
