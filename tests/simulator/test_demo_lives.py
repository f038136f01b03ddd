"""The demo has a past when it starts, and goes on by itself: the same for the same seed."""

from contextlib import aclosing

from simulator.clock import moment_of
from simulator.kinds import DEPLOYMENTS, EVENTS, NODES, PODS, REPLICA_SETS
from simulator.life import furnish
from tests.simulator.living import Living, condition, living, reason

HOURS = 3600


async def stream(seed: int, seconds: float) -> list[tuple[str, str, str, int]]:
    """What happens in the demo, event by event."""
    async with living("demo", seed) as cluster:
        since = cluster.storage.resource_version
        async with aclosing(cluster.storage.watch(EVENTS, since=since)) as changes:
            await cluster.wait(seconds)
            return [
                (event.type, event.stored.name, event.object["message"], event.object["count"])
                for event in changes.waiting()
            ]


async def test_the_same_seed_gives_the_same_life() -> None:
    first, again, other = [await stream(seed, HOURS) for seed in (7, 7, 8)]
    assert first == again
    assert len(first) > 150
    assert first != other


async def test_it_begins_with_a_past() -> None:
    async with living("demo") as cluster:
        now = cluster.clock.now()
        nodes, pods = cluster.storage.list(NODES), cluster.storage.list(PODS)
        ages = [(now - moment_of(each["metadata"]["creationTimestamp"])).days for each in (*nodes, *pods)]
        deployments = cluster.storage.list(DEPLOYMENTS)
        revisions = {each["metadata"]["annotations"]["deployment.kubernetes.io/revision"] for each in deployments}
        waiting = {reason(pod, pod["spec"]["containers"][0]["name"]) for pod in pods}
        events = cluster.storage.list(EVENTS)
    assert (len(nodes), max(ages), min(ages)) == (3, 41, 0)
    assert all(condition(node, "Ready")["status"] == "True" for node in nodes)
    assert revisions >= {"1", "2", "3"}
    assert waiting >= {"", "CrashLoopBackOff", "Completed"}
    assert len({each["metadata"]["namespace"] for each in deployments} - {"kube-system"}) == 5
    assert any(event["count"] > 10 for event in events)
    assert all(event["lastTimestamp"] <= f"{now:%Y-%m-%dT%H:%M:%SZ}" for event in events)


async def test_in_some_hours_something_of_everything_happens() -> None:
    async with living("demo") as cluster:
        revisions = len(cluster.storage.list(REPLICA_SETS))
        told = set()
        for _ in range(9):
            await cluster.wait(HOURS / 3)
            told |= {event["reason"] for event in cluster.storage.list(EVENTS)}
        assert len(cluster.storage.list(REPLICA_SETS)) > revisions
        assert well(cluster)
    assert told >= {
        *("NodeNotReady", "NodeReady", "TaintManagerEviction", "BackOff", "Unhealthy", "Completed"),
        *("ScalingReplicaSet", "SuccessfulCreate", "SuccessfulDelete", "Scheduled", "Pulling", "Killing"),
    }


def well(cluster: Living) -> bool:
    """Whether most of the demo runs."""
    deployments = cluster.storage.list(DEPLOYMENTS)
    available = [each for each in deployments if condition(each, "Available")["status"] == "True"]
    return len(available) >= len(deployments) - 4


async def test_old_events_are_forgotten() -> None:
    async with living("demo") as cluster:
        await cluster.wait(2 * HOURS)
        now = cluster.clock.now()
        ages = [(now - moment_of(event["lastTimestamp"])).total_seconds() for event in cluster.storage.list(EVENTS)]
    assert max(ages) < 1.2 * HOURS


def test_use_of_cpu_and_memory_breathes_within_its_limits() -> None:
    cluster = Living("demo", seed=7)
    furnish(cluster.cluster)
    pod = next(each for each in cluster.storage.list(PODS, "shop") if "cart-cache" in each["metadata"]["name"])
    used = []
    for _ in range(24):
        cluster.clock.jump(HOURS)
        measured = cluster.cluster.metrics.pod(pod)
        assert measured is not None
        usage = measured[0]["usage"]
        used.append((int(usage["cpu"].removesuffix("n")) / 1e9, int(usage["memory"].removesuffix("Ki")) / 1024))
    cores, megabytes = zip(*used, strict=True)
    assert max(cores) > 1.5 * min(cores)
    assert max(cores) <= 0.2
    assert 20 < min(megabytes) <= max(megabytes) <= 192
