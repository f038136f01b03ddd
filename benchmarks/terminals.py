"""Shells in a container, ours and kubectl's, used in the same way."""

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import termios
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from benchmarks.stage import Stage
from benchmarks.streams import stream

COLUMNS, ROWS = 80, 24
READ = 64 * 1024
TAIL = 200
"""Bytes of what was printed last in which words are looked for."""

SECONDS = 60.0


class Shell:
    """`size` counts the bytes that were printed; `take` is told of them."""

    def __init__(self) -> None:
        self.size = 0
        self.send: Callable[[bytes], object]
        self._tail = b""
        self._came = asyncio.Event()
        self._came_at = 0.0

    def take(self, data: bytes) -> None:
        # Here, and not where somebody waits: what a client does with it afterwards is not the way of a key.
        self._came_at = time.perf_counter()
        self.size += len(data)
        self._tail = (self._tail + data[-TAIL:])[-TAIL:]
        self._came.set()

    async def run(self, line: str, words: str) -> float:
        """Types the line; the seconds until `words` are printed. They must not be in the line itself, which is too."""
        self._tail = b""
        began = time.perf_counter()
        self.send(f"{line}\n".encode())
        await self.until(words)
        return time.perf_counter() - began

    async def until(self, words: str) -> None:
        async with asyncio.timeout(SECONDS):
            while words.encode() not in self._tail:
                await self._more()

    async def echo(self, key: bytes) -> float:
        """Types a key; the milliseconds until something is printed."""
        before, began = self.size, time.perf_counter()
        self.send(key)
        async with asyncio.timeout(SECONDS):
            while self.size == before:
                await self._more()
        return (self._came_at - began) * 1000

    async def _more(self) -> None:
        self._came.clear()
        await self._came.wait()


@asynccontextmanager
async def ours(stage: Stage, pod: str) -> AsyncIterator[Shell]:
    """By a socket as a page opens it, at its prompt."""
    shell, path = Shell(), stage.socket_of(pod, "shell", "container=main&shell=sh")
    async with stream(stage.server, path, stage.session, shell.take) as socket:
        shell.send = socket.type
        await shell.until("#")
        yield shell
        socket.tell(close=True)
        await socket.until(lambda: socket.said("end"))


@asynccontextmanager
async def kubectls(stage: Stage, pod: str) -> AsyncIterator[Shell]:
    """`kubectl exec -it` on a terminal of this machine, at its prompt."""
    shell, loop = Shell(), asyncio.get_running_loop()
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = stage.kubectl.command("exec", "-it", pod, "--", "sh")
    process = subprocess.Popen(  # noqa: ASYNC220 - nobody waits for it
        command, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
    )
    os.close(inner)
    loop.add_reader(outer, lambda: shell.take(os.read(outer, READ)))
    shell.send = lambda data: os.write(outer, data)
    try:
        await shell.until("#")
        yield shell
    finally:
        loop.remove_reader(outer)
        process.kill()
        process.wait()
        os.close(outer)
