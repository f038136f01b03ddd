"""Logs of simulated containers: believable, the same at every reading, and bounded by no memory."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.clock import Clock, VirtualClock, timestamp
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest
from simulator.kinds import NAMESPACES, PODS
from simulator.logs.source import Logs

STARTED = datetime(2026, 1, 5, 7, tzinfo=UTC)
RUNNING = {"state": {"running": {"startedAt": timestamp(STARTED)}}, "restartCount": 0}
IMAGES = [
    "payments:1",
    "catalog-svc:2",
    "nginx:1",
    "kube-proxy:1",
    "coredns:1",
    "orders-java:1",
    "worker:3",
    "node:22",
    "postgres:17",
]


def cluster(clock: Clock | None = None) -> SimulatedCluster:
    found = SimulatedCluster(clock=clock or VirtualClock())
    found.storage.create(NAMESPACES, {"metadata": {"name": "shop"}})
    found.logs = Logs(found)
    return found


def pod(where: SimulatedCluster, image: str = "payments:1", **status: Any) -> Any:
    spec = {"nodeName": "node-1", "containers": [{"name": "main", "image": image}]}
    statuses = [{"name": "main", **RUNNING, **status}]
    return where.storage.create(
        PODS,
        {"metadata": {"name": "web-1", "namespace": "shop"}, "spec": spec, "status": {"containerStatuses": statuses}},
    )


def finish(where: SimulatedCluster, code: int = 1) -> None:
    def change(obj: Any) -> None:
        ended = {"exitCode": code, "startedAt": timestamp(STARTED), "finishedAt": timestamp(where.clock.now())}
        obj["status"]["containerStatuses"][0]["state"] = {"terminated": ended}

    where.storage.update(PODS, "web-1", "shop", change=change)


async def read(where: SimulatedCluster, obj: Any, **options: Any) -> list[str]:
    wanted = {"previous": False, "since": None, "tail": None, "follow": False, "timestamps": False, "limit_bytes": None}
    pieces = where.logs.open(obj, "main", **{**wanted, **options})
    return b"".join([piece async for piece in pieces]).decode().splitlines()


@pytest.mark.parametrize("image", IMAGES)
async def test_a_log_reads_the_same_again(image: str) -> None:
    where = cluster()
    obj = pod(where, image)
    first = await read(where, obj, timestamps=True)
    assert len(first) > 3
    assert await read(where, obj, timestamps=True) == first
    stamps = [line.split(" ")[0] for line in first]
    assert stamps == sorted(stamps)
    assert await read(where, obj, tail=3, timestamps=True) == first[-3:]
    assert await read(where, obj, tail=0) == []


async def test_what_was_said_stays_said_as_time_goes_on() -> None:
    where = cluster()
    obj = pod(where)
    before = await read(where, obj)
    await where.clock.sleep(600)
    assert (await read(where, obj))[: len(before)] == before


async def test_another_pod_says_other_things() -> None:
    where = cluster()
    first = await read(where, pod(where), tail=20)
    where.storage.remove(PODS, "web-1", "shop")
    assert await read(where, pod(where), tail=20) != first


async def test_since_is_inclusive() -> None:
    where = cluster()
    obj = pod(where)
    lines = await read(where, obj, timestamps=True)
    moment = datetime.fromisoformat(lines[50].split(" ")[0][:26] + "+00:00")
    assert await read(where, obj, since=moment, timestamps=True) == lines[50:]


async def test_an_old_log_begins_where_it_was_rotated() -> None:
    where = cluster(VirtualClock(STARTED + timedelta(days=400)))
    obj = pod(where, "nginx:1")
    lines = await read(where, obj, timestamps=True)
    assert 10_000 < len(lines) < 100_000
    assert lines[0][:10] > "2027-02"
    assert len(await read(where, obj, since=STARTED, tail=50)) == 50


async def test_a_limit_of_bytes() -> None:
    where = cluster()
    assert len("\n".join(await read(where, pod(where), limit_bytes=1000))) in (999, 1000)


async def test_followed_it_goes_on_until_the_container_ends() -> None:
    where = cluster()
    obj = pod(where, "worker:3")
    following = asyncio.create_task(read(where, obj, follow=True, tail=0, timestamps=True))
    await where.clock.sleep(300)
    finish(where)
    async with asyncio.timeout(20):
        lines = await following
    everything = await read(where, where.storage.get(PODS, "web-1", "shop"), timestamps=True)
    assert lines == everything[-len(lines) :]
    assert lines[-1].endswith("KeyError: 'BATCH_SIZE'")


async def test_followed_it_ends_with_its_pod() -> None:
    where = cluster()
    obj = pod(where)
    following = asyncio.create_task(read(where, obj, follow=True, tail=5))
    await where.clock.sleep(5)
    where.storage.remove(PODS, "web-1", "shop")
    async with asyncio.timeout(20):
        assert len(await following) >= 5


async def test_the_log_of_the_run_before() -> None:
    where = cluster()
    ended = {"exitCode": 1, "startedAt": timestamp(STARTED), "finishedAt": timestamp(STARTED + timedelta(seconds=9))}
    again = {"state": {"running": {"startedAt": timestamp(STARTED + timedelta(seconds=20))}}, "restartCount": 1}
    obj = pod(where, "worker:3", **again, lastState={"terminated": ended})
    before = await read(where, obj, previous=True)
    assert before[-1] == "KeyError: 'BATCH_SIZE'"
    assert (await read(where, obj))[-1] != before[-1]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"waiting": {"reason": "ContainerCreating"}}, "is waiting to start: ContainerCreating"),
        ({"waiting": {"reason": "ErrImagePull"}}, "is waiting to start: image can't be pulled"),
        ({"waiting": {"reason": "ImagePullBackOff"}}, "is waiting to start: trying and failing to pull image"),
    ],
)
async def test_a_container_that_never_ran_has_no_log(state: Any, words: str) -> None:
    where = cluster()
    with pytest.raises(BadRequest, match=f'^container "main" in pod "web-1" {re.escape(words)}$'):
        await read(where, pod(where, state=state))


async def test_no_run_before_the_first() -> None:
    where = cluster()
    with pytest.raises(BadRequest, match=r'^previous terminated container "main" in pod "web-1" not found$'):
        await read(where, pod(where), previous=True)


async def test_json_is_json_and_has_several_levels() -> None:
    where = cluster()
    entries = [json.loads(line) for line in await read(where, pod(where, "payments:1"), tail=500)]
    assert {entry["level"] for entry in entries} >= {"info", "warn", "error"}
    assert all(entry["time"] for entry in entries)


@pytest.mark.parametrize(
    ("image", "pattern"),
    [
        ("nginx:1", r'10\.244\.\d+\.\d+ - - \[.* \+0000\] "(GET|POST) /\S* HTTP/1\.1" \d+ \d+ "-" ".*"'),
        ("kube-proxy:1", r"[IWE]\d{4} \d\d:\d\d:\d\d\.\d{6}       1 \w+\.go:\d+\] .*"),
        ("catalog-svc:2", r'ts=\S+Z level=\w+ caller=\S+ msg=".*" trace=\w+ took=\d+ms'),
        ("node:22", "\x1b\\[90m.*\x1b\\[3[23]m.*"),
        ("docker.io/jocatalin/kubernetes-bootcamp:v1", r"Running On:  web-1 \| Total Requests: \d+ \| .*"),
    ],
)
async def test_each_workload_has_its_style(image: str, pattern: str) -> None:
    where = cluster()
    lines = await read(where, pod(where, image), tail=50)
    assert sum(bool(re.fullmatch(pattern, line)) for line in lines) > 0.8 * len(lines)


@pytest.mark.parametrize(("image", "trace"), [("orders-java:1", "\tat com.example"), ("worker:3", "Traceback")])
async def test_stack_traces_come_now_and_then(image: str, trace: str) -> None:
    where = cluster(VirtualClock(STARTED + timedelta(hours=5)))
    assert any(line.startswith(trace) for line in await read(where, pod(where, image)))


async def test_a_container_that_only_sleeps_says_nothing() -> None:
    where = cluster(VirtualClock(STARTED + timedelta(days=100)))
    obj = pod(where)
    obj["spec"]["containers"][0]["command"] = ["sleep", "100000"]
    assert await read(where, obj) == []


async def test_a_script_is_heard() -> None:
    where = cluster()
    obj = pod(where)
    script = 'echo "first line"; sleep 2; echo second; while true; do echo round $(date); sleep 10; done'
    obj["spec"]["containers"][0]["command"] = ["sh", "-c", script]
    lines = await read(where, obj)
    assert lines[:3] == ["first line", "second", "round Mon Jan  5 07:00:02 UTC 2026"]
    assert len(lines) == 2 + 360
    assert await read(where, obj, tail=1) == ["round Mon Jan  5 07:59:52 UTC 2026"]
