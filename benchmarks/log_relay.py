"""A whole log through our server and through kubectl, of the same pod, one after the other."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.figures import Figure, median, ratio
from benchmarks.stage import Stage
from benchmarks.streams import stream
from tests.harness.containers import start_pod

LINES, LENGTH = 150_000, 199
"""Characters of a line, without its end and its stamp."""

RUNS = 5
FRAME_SECONDS = 1 / 60
READ = 1024 * 1024

WRITE = f"""
awk 'BEGIN {{ for (i = 0; i < 1000; i++) printf "%0{LENGTH}d\\n", i }}' > /tmp/block
for turn in $(seq {LINES // 1000}); do cat /tmp/block; done
"""


@dataclass(frozen=True)
class Reading:
    """How long it took from the first byte to the last, in seconds, and how much it was."""

    seconds: float
    size: int
    lines: int

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.size / self.seconds


def measure(stage: Stage) -> Iterator[Figure]:
    """Both read all lines, with their stamps; the container has ended, so that the kubelet does not turn its log."""
    pod = written(stage)
    used = stage.cost.cpu_seconds()
    pairs = [(asyncio.run(ours(stage, pod)), kubectls(stage, pod)) for _ in range(RUNS)]
    used = stage.cost.cpu_seconds() - used
    we, they = (list(side) for side in zip(*pairs, strict=True))
    rate, other = (median([reading.rate for reading in side]) for side in (we, they))
    is_whole = {reading.lines for reading in we} == {LINES}
    value = f"{_told(we)}; kubectl {_told(they)}: {ratio(rate, other)}"
    yield Figure(
        f"A log of {LINES:,} lines through the server, {RUNS} times",
        value if is_whole else f"void: {[reading.lines for reading in we]} lines came",
        "as fast as kubectl logs",
        is_whole and rate >= other,
    )
    megabytes = sum(reading.size for reading in we) / 1e6
    yield Figure("… of which the server's processor time", f"{used / megabytes * 100:.2f} s for 100 MB")


def written(stage: Stage) -> str:
    """A pod whose container has written the lines; written anew where the kubelet turned the log meanwhile."""
    for attempt in range(5):
        pod = start_pod(stage.kubectl, f"written-{attempt}", "sh", "-c", WRITE, wait_for="", restart="Never")
        stage.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", f"pod/{pod}", "--timeout=60s", timeout=70)
        if kubectls(stage, pod).lines == LINES:
            return pod
    raise AssertionError("The kubelet turned the log each time.")


async def ours(stage: Stage, pod: str) -> Reading:
    """By a socket as a page of logs opens it, which tells with each frame of the screen what it took."""
    lines, began, ended = 0, 0.0, 0.0

    def take(payload: bytes) -> None:
        nonlocal lines, began, ended
        ended = time.perf_counter()
        began = began or ended
        lines += payload.count(b"\n", 2)

    path = stage.socket_of(pod, "logs", "tail=all&follow=0")
    async with stream(stage.server, path, stage.session, take, frame=FRAME_SECONDS) as socket:
        socket.tell(start={"sources": []})
        await socket.until(lambda: socket.said("end"))
        return Reading(ended - began, socket.size, lines)


def kubectls(stage: Stage, pod: str) -> Reading:
    """By kubectl into a pipe."""
    lines, size, began, ended = 0, 0, 0.0, 0.0
    command = stage.kubectl.command("logs", "--timestamps", pod)
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout
        while data := process.stdout.read(READ):
            ended = time.perf_counter()
            began = began or ended
            lines += data.count(b"\n")
            size += len(data)
    return Reading(ended - began, size, lines)


def _told(readings: list[Reading]) -> str:
    rate = median([reading.rate for reading in readings])
    lines = median([reading.lines / reading.seconds for reading in readings])
    return f"{rate / 1e6:.0f} MB/s, {lines:,.0f} lines/s"
