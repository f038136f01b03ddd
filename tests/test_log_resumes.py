"""A log that is cut off goes on where it was: each line once, in order, or a mark that says otherwise."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from clusters.streams import logs
from clusters.streams.lines import place_of
from clusters.streams.logs import Log, Mark, Resumption, Sign
from clusters.streams.requests import LogRequest
from tests.harness.log_api import BEGAN, LogApi, log_api

REQUEST = LogRequest("harbour", "web", "main", tail=None)
LAST_FIVE = replace(REQUEST, tail=5)
MOMENT = timedelta(milliseconds=10)


class Reader:
    """Reads a log as a page does, with its rewinds."""

    def __init__(self) -> None:
        self.text = b""
        self.marks: list[Mark] = []
        self.grown = asyncio.Event()

    async def take(self, step: bytes | Mark) -> None:
        if isinstance(step, bytes):
            self.text += step
        elif step.sign is Sign.REWIND:
            self.text = self.text[: self.text.rfind(b"\n") + 1]
        else:
            self.marks.append(step)
        self.grown.set()

    async def until(self, text: bytes) -> None:
        while text not in self.text:
            self.grown.clear()
            await self.grown.wait()

    def signs(self) -> list[Sign]:
        return [mark.sign for mark in self.marks if mark.sign is not Sign.STATUS]


@pytest.fixture
async def api() -> AsyncIterator[LogApi]:
    async with log_api() as api:
        yield api


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred cuts with a second after each would take too long."""
    monkeypatch.setattr(logs, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(logs, "FIND_SECONDS", 1.0)


async def read_until(
    api: LogApi, end: bytes, *, request: LogRequest = REQUEST, resumption: Resumption | None = None
) -> Reader:
    reader = Reader()
    async with api.client() as client, asyncio.timeout(30):
        reading = asyncio.create_task(Log(client, request, reader.take, resumption=resumption).run())
        await reader.until(end)
        reading.cancel()
        await asyncio.wait([reading])
    return reader


@pytest.mark.parametrize("each", [timedelta(milliseconds=1), timedelta(seconds=3)], ids=["crowded", "sparse"])
async def test_many_cuts_lose_nothing_and_repeat_nothing(api: LogApi, each: timedelta) -> None:
    api.instances[0].write(6000, each=each)
    api.cut_after = (1, 150_000) if each < timedelta(seconds=1) else (100, 5000)
    reader = await read_until(api, b" line 5999\n")
    assert api.cuts > (3 if each < timedelta(seconds=1) else 90)
    assert reader.text == b"".join(api.instances[0].lines)
    assert reader.signs() == [Sign.INSTANCE]


async def test_lines_of_one_moment_are_told_apart(api: LogApi) -> None:
    api.instances[0].write(500, each=timedelta(0))
    api.cut_after = (10_000, 22_000)
    reader = await read_until(api, b" line 499\n")
    assert api.cuts > 1
    assert reader.text == b"".join(api.instances[0].lines)


async def test_the_end_of_the_last_instance_is_read_when_it_restarted_meanwhile(api: LogApi) -> None:
    [old] = api.instances
    old.write(50, each=timedelta(milliseconds=10))
    reader = Reader()
    async with api.client() as client, asyncio.timeout(20):
        reading = asyncio.create_task(Log(client, REQUEST, reader.take).run())
        await reader.until(b" line 49\n")
        api.cut_after = (1, 1)
        old.write(50, each=timedelta(milliseconds=10))
        old.exit_code = 1
        api.instances.append(new := type(old)())
        api.cut_after = None
        new.write(3, each=timedelta(seconds=1))
        await reader.until(b" line 99\n")
        await reader.until(b"".join(new.lines))
        reading.cancel()
        await asyncio.wait([reading])
    assert reader.text == b"".join(old.lines + new.lines)
    assert Sign.GAP not in reader.signs()
    assert reader.signs()[-2:] == [Sign.DIVIDER, Sign.INSTANCE]


async def test_a_page_that_comes_back_goes_on_after_its_last_line(api: LogApi) -> None:
    lines = api.instances[0].lines
    api.instances[0].write(100, each=timedelta(milliseconds=10))
    seen = Resumption("uid-web/0", place_of(lines[39].rstrip(b"\n")))
    reader = await read_until(api, b" line 99\n", resumption=seen)
    assert reader.text == b"".join(lines[40:])


async def test_a_rotated_log_is_marked(api: LogApi) -> None:
    api.instances[0].write(100, each=timedelta(milliseconds=10))
    gone = place_of(f"{BEGAN:%Y-%m-%dT%H:%M:%S}.000000001Z rotated away".encode())
    reader = await read_until(api, b" line 99\n", resumption=Resumption("uid-web/0", gone))
    assert Sign.GAP in reader.signs()
    assert reader.text == b"".join(api.instances[0].lines)


async def test_instances_that_nobody_read_are_a_gap(api: LogApi) -> None:
    for _ in range(3):
        api.instances.append(type(api.instances[0])())
    api.instances[-1].write(3, each=timedelta(seconds=1))
    seen = Resumption("uid-web/0", None)
    reader = await read_until(api, b" line 2\n", resumption=seen)
    assert reader.signs() == [Sign.GAP, Sign.DIVIDER, Sign.INSTANCE]


@pytest.mark.parametrize("codes", [[500], [503, 429, 500]], ids=str)
async def test_after_refusals_the_same_lines_are_asked_for(api: LogApi, codes: list[int]) -> None:
    """Not only those that came since."""
    api.instances[0].write(100, each=MOMENT)
    api.refusals = codes
    reader = await read_until(api, b" line 99\n", request=LAST_FIVE)
    assert reader.text == b"".join(api.instances[0].lines[-5:])


async def test_after_cuts_in_the_first_line_the_same_lines_are_asked_for(api: LogApi) -> None:
    api.instances[0].write(100, each=MOMENT)
    api.cut_after = (20, 20)
    reading = asyncio.create_task(read_until(api, b" line 99\n", request=LAST_FIVE))
    await api.until(asked=2)
    api.cut_after = None
    assert (await reading).text == b"".join(api.instances[0].lines[-5:])


async def test_who_is_given_another_client_before_the_answer_asks_for_the_same_lines(api: LogApi) -> None:
    api.instances[0].write(100, each=MOMENT)
    api.free.clear()
    reader = Reader()
    async with api.client() as client, asyncio.timeout(30):
        log = Log(client, LAST_FIVE, reader.take)
        reading = asyncio.create_task(log.run())
        await api.until(asked=1)
        reading.cancel()
        await asyncio.wait([reading])
        api.free.set()
        reading = asyncio.create_task(log.run())
        await reader.until(b" line 99\n")
        reading.cancel()
        await asyncio.wait([reading])
    assert reader.text == b"".join(api.instances[0].lines[-5:])


async def test_a_container_that_takes_its_time_is_looked_at_less_and_less_often(
    api: LogApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "SLOWEST_WAIT", 0.2)
    loop = asyncio.get_running_loop()
    api.started = False
    reader = Reader()
    async with api.client() as client, asyncio.timeout(30):
        began = loop.time()
        reading = asyncio.create_task(Log(client, LAST_FIVE, reader.take).run())
        await api.until(looks=15)
        took = loop.time() - began
        api.started = True
        api.instances[0].write(10, each=MOMENT)
        await reader.until(b" line 9\n")
        reading.cancel()
        await asyncio.wait([reading])
    # The first eight pauses grow to that of which six follow.
    assert took > 6 * 0.2
    # All that it has written since is new.
    assert reader.text == b"".join(api.instances[0].lines)
