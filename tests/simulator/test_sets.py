"""Stateful sets keep names and order; daemon sets have a pod on each node."""

from contextlib import aclosing

from simulator.kinds import DAEMON_SETS, NODES, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS, Object
from tests.simulator.living import IMAGE, Living, is_ready, living, pod_spec, selected

NEW = "registry.example/web:1.1.0"


def stateful(replicas: int) -> Object:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    return {
        "replicas": replicas,
        "serviceName": "db",
        "volumeClaimTemplates": [claim],
        **selected("db", pod_spec(IMAGE)),
    }


def names(cluster: Living) -> list[str]:
    return [pod["metadata"]["name"] for pod in cluster.pods("db")]


async def test_a_stateful_set_starts_in_order_each_after_the_one_before() -> None:
    async with living() as cluster:
        since = cluster.storage.resource_version
        cluster.create(STATEFUL_SETS, "db", stateful(3))
        await cluster.until(lambda: len(cluster.ready("db")) == 3)
        ready: set[str] = set()
        async with aclosing(cluster.storage.watch(PODS, "test", since=since)) as changes:
            for change in changes.waiting():
                if change.type == "ADDED":
                    ordinal = int(change.stored.name.removeprefix("db-"))
                    assert ready == {f"db-{before}" for before in range(ordinal)}
                if is_ready(change.object):
                    ready.add(change.stored.name)
        claims = [claim["metadata"]["name"] for claim in cluster.storage.list(PERSISTENT_VOLUME_CLAIMS, "test")]
    assert claims == ["data-db-0", "data-db-1", "data-db-2"]


async def test_it_shrinks_from_the_end_and_keeps_its_claims() -> None:
    async with living() as cluster:
        cluster.create(STATEFUL_SETS, "db", stateful(3))
        await cluster.until(lambda: len(cluster.ready("db")) == 3)
        cluster.storage.update(STATEFUL_SETS, "db", "test", change=lambda it: it["spec"].update(replicas=1))
        seen: list[list[str]] = []

        def look() -> bool:
            if not seen or seen[-1] != names(cluster):
                seen.append(names(cluster))
            return len(names(cluster)) == 1

        await cluster.until(look, step=0.2)
        assert seen == [["db-0", "db-1", "db-2"], ["db-0", "db-1"], ["db-0"]]
        assert len(cluster.storage.list(PERSISTENT_VOLUME_CLAIMS, "test")) == 3


async def test_an_update_goes_from_the_last_pod_to_the_first() -> None:
    async with living() as cluster:
        cluster.create(STATEFUL_SETS, "db", stateful(3))
        await cluster.until(lambda: len(cluster.ready("db")) == 3)

        def change(stateful_set: Object) -> None:
            stateful_set["spec"]["template"]["spec"]["containers"][0]["image"] = NEW

        cluster.storage.update(STATEFUL_SETS, "db", "test", change=change)
        updated: list[str] = []

        def is_done() -> bool:
            for pod in cluster.ready("db"):
                if pod["spec"]["containers"][0]["image"] == NEW and pod["metadata"]["name"] not in updated:
                    updated.append(pod["metadata"]["name"])
            return len(updated) == 3

        await cluster.until(is_done)
        await cluster.wait(2)
        status = cluster.get(STATEFUL_SETS, "db")["status"]
    assert updated == ["db-2", "db-1", "db-0"]
    assert status["currentRevision"] == status["updateRevision"]


async def test_a_daemon_set_follows_the_nodes() -> None:
    async with living() as cluster:
        cluster.create(DAEMON_SETS, "agent", selected("agent", pod_spec(IMAGE)))
        await cluster.until(lambda: len(cluster.ready("agent")) == 2)
        new = {**cluster.get(NODES, "kestrel-worker-1"), "metadata": {"name": "kestrel-worker-3"}}
        cluster.storage.create(NODES, new)
        await cluster.until(lambda: len(cluster.ready("agent")) == 3)
        cluster.storage.remove(NODES, "kestrel-worker-3")
        await cluster.until(lambda: len(cluster.pods("agent")) == 2)
        status = cluster.get(DAEMON_SETS, "agent")["status"]
    assert (status["desiredNumberScheduled"], status["numberReady"]) == (2, 2)


async def test_a_daemon_set_is_updated_one_node_after_the_other() -> None:
    async with living() as cluster:
        cluster.create(DAEMON_SETS, "agent", selected("agent", pod_spec(IMAGE)))
        await cluster.until(lambda: len(cluster.ready("agent")) == 2)

        def change(daemon_set: Object) -> None:
            daemon_set["spec"]["template"]["spec"]["containers"][0]["image"] = NEW

        cluster.storage.update(DAEMON_SETS, "agent", "test", change=change)
        fewest = 2

        def is_done() -> bool:
            nonlocal fewest
            fewest = min(fewest, len(cluster.ready("agent")))
            return [pod["spec"]["containers"][0]["image"] for pod in cluster.ready("agent")] == [NEW, NEW]

        await cluster.until(is_done)
    assert fewest == 1
