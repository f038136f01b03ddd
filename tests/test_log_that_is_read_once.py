"""A log that is not followed ends with its last line, or says that it broke off: never after endless tries."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from clusters.kube.errors import KubeError
from clusters.streams import logs
from clusters.streams.lines import place_of
from clusters.streams.logs import Log, Mark, Resumption
from clusters.streams.once import read_once
from clusters.streams.requests import LogRequest
from clusters.streams.selection import Source
from tests.harness.log_api import Instance, LogApi, log_api

ONCE = LogRequest("harbour", "web", "main", tail=None, follow=False)
BEFORE = replace(ONCE, previous=True)
SOURCE = Source("harbour", "web", "uid-web", "main", "app")
MOMENT = timedelta(milliseconds=100)


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LogApi]:
    monkeypatch.setattr(logs, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(logs, "FIND_SECONDS", 1.0)
    async with log_api() as api:
        api.instances = [Instance(exit_code=1), Instance()]
        for instance in api.instances:
            instance.write(500, each=MOMENT)
        yield api


class Reading:
    """One reading of the log from its beginning to its end."""

    def __init__(
        self, api: LogApi, request: LogRequest, pod_uid: str = "uid-web", resumption: Resumption | None = None
    ) -> None:
        self.api, self.request, self.pod_uid, self.resumption = api, request, pod_uid, resumption
        self.text = b""

    async def run(self) -> "Reading":
        async with self.api.client() as client, asyncio.timeout(30):
            log = Log(client, self.request, self.take, pod_uid=self.pod_uid, resumption=self.resumption)
            self.reason = await log.run()
            self.has_failed = log.has_failed
        return self

    async def take(self, step: bytes | Mark) -> None:
        if isinstance(step, bytes):
            self.text += step
        elif step.sign is logs.Sign.REWIND:
            self.text = self.text[: self.text.rfind(b"\n") + 1]


@pytest.mark.parametrize(("request_", "instance"), [(ONCE, 1), (BEFORE, 0)], ids=["now", "previous"])
async def test_one_that_is_cut_goes_on_to_its_end(api: LogApi, request_: LogRequest, instance: int) -> None:
    api.cut_after = (2000, 12_000)
    reading = await Reading(api, request_).run()
    assert api.cuts
    assert reading.text == b"".join(api.instances[instance].lines)
    assert not reading.has_failed


async def test_its_viewer_gets_each_line_once_and_whole(api: LogApi) -> None:
    text = b""

    async def give(step: bytes | Mark) -> None:
        nonlocal text
        if isinstance(step, bytes):
            text += step
        else:
            assert step.sign is not logs.Sign.REWIND

    api.cut_after = (2000, 12_000)
    async with api.client() as client, asyncio.timeout(30):
        assert await read_once(client, SOURCE, ONCE, give=give, resumption=None, person=0) == ""
    assert api.cuts
    assert text == b"".join(api.instances[-1].lines)


@pytest.mark.parametrize("request_", [ONCE, BEFORE], ids=["now", "previous"])
async def test_one_that_is_refused_again_and_again_has_failed(api: LogApi, request_: LogRequest) -> None:
    api.refusals = [500] * 100
    reading = await Reading(api, request_).run()
    assert reading.has_failed
    assert reading.reason == "not now"
    assert len(api.asked) == logs.MOST_TRIES


async def test_one_that_is_silent_has_failed(api: LogApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "SILENCE_SECONDS", 0.05)
    api.free.clear()
    reading = await Reading(api, ONCE).run()
    api.free.set()
    assert reading.has_failed
    assert reading.reason.endswith("fell silent.")


async def test_of_the_run_before_only_that_of_the_same_pod_is_given(api: LogApi) -> None:
    reading = await Reading(api, BEFORE, pod_uid="uid-of-another").run()
    assert reading.text == b""
    assert reading.reason.startswith("The pod is gone")


async def start_again(api: LogApi, *, asked: int) -> Instance:
    """The container starts anew once its log was asked for so many times, before that is answered."""
    async with asyncio.timeout(10):
        await api.until(asked=asked)
    api.instances[-1].exit_code = 1
    api.instances.append(young := Instance())
    young.write(20, each=MOMENT)
    api.free.set()
    api.free.clear()
    return young


async def test_one_whose_container_starts_again_before_it_is_open_is_that_of_the_new_run(api: LogApi) -> None:
    api.free.clear()
    reading = asyncio.create_task(Reading(api, replace(ONCE, tail=5)).run())
    young = await start_again(api, asked=1)
    api.free.set()
    assert (await reading).text == b"".join(young.lines[-5:])
    assert not (await reading).has_failed


async def test_who_saw_the_run_before_gets_its_end_too(api: LogApi) -> None:
    old = api.instances[-1]
    seen = Resumption("uid-web/1", place_of(old.lines[399].rstrip(b"\n")))
    api.free.clear()
    reading = asyncio.create_task(Reading(api, ONCE, resumption=seen).run())
    young = await start_again(api, asked=1)
    api.free.set()
    assert (await reading).text == b"".join(old.lines[400:] + young.lines)


async def test_one_whose_container_always_starts_again_has_failed(api: LogApi) -> None:
    api.free.clear()
    reading = asyncio.create_task(Reading(api, ONCE).run())
    for asked in range(1, logs.MOST_TRIES + 1):
        await start_again(api, asked=asked)
    assert (await reading).has_failed
    assert (await reading).reason == "The container was started again just when its log was opened."
    assert (await reading).text == b""


async def test_whoever_reads_it_is_told_of_the_error(api: LogApi) -> None:
    async def give(step: bytes | Mark) -> None:
        assert isinstance(step, Mark)

    api.refusals = [500] * 100
    async with api.client() as client:
        with pytest.raises(KubeError, match="not now"):
            await read_once(client, SOURCE, ONCE, give=give, resumption=None, person=0)
