"""A deployment moves from one template to the next as its strategy allows, and tells where it stands."""

from contextlib import aclosing

import pytest

from simulator.kinds import DEPLOYMENTS, PODS, REPLICA_SETS, Object
from tests.simulator.living import IMAGE, Living, condition, is_ready, living

NEW = "registry.example/web:1.1.0"
REVISION = "deployment.kubernetes.io/revision"


def rolling(surge: int | str, unavailable: int | str) -> Object:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}


def is_rolled_out(cluster: Living, name: str, image: str) -> bool:
    status = cluster.get(DEPLOYMENTS, name)["status"]
    pods = cluster.pods(name)
    images = {pod["spec"]["containers"][0]["image"] for pod in pods}
    return images == {image} and status.get("updatedReplicas") == status.get("availableReplicas") == len(pods)


async def roll_out(cluster: Living, name: str, image: str) -> None:
    cluster.set_image(name, image)
    await cluster.until(lambda: is_rolled_out(cluster, name, image))


async def counts_during_rollout(cluster: Living, name: str) -> list[tuple[int, int]]:
    """After each change of a pod: how many there are that stay, and how many of them are ready."""
    counts = []
    async with aclosing(cluster.storage.watch(PODS, "test", since=cluster.storage.resource_version)) as changes:
        cluster.set_image(name, NEW)

        def look() -> bool:
            if changes.waiting():
                staying = [pod for pod in cluster.pods(name) if not pod["metadata"].get("deletionTimestamp")]
                counts.append((len(staying), sum(map(is_ready, staying))))
            return is_rolled_out(cluster, name, NEW)

        await cluster.until(look, step=0.1)
    return counts


@pytest.mark.parametrize(
    ("surge", "unavailable", "most", "fewest"), [(1, 0, 5, 4), (0, 1, 4, 3), ("50%", "25%", 6, 3), ("10%", "10%", 5, 4)]
)
async def test_a_rolling_update_keeps_within_its_bounds(
    surge: int | str, unavailable: int | str, most: int, fewest: int
) -> None:
    async with living() as cluster:
        cluster.deploy("web", 4, strategy=rolling(surge, unavailable))
        await cluster.until(lambda: len(cluster.ready("web")) == 4)
        counts = await counts_during_rollout(cluster, "web")
    assert max(count for count, _ in counts) == most
    assert min(ready for _, ready in counts) >= fewest


async def test_recreate_never_runs_old_and_new_together() -> None:
    async with living() as cluster:
        cluster.deploy("web", 3, strategy={"type": "Recreate"})
        await cluster.until(lambda: len(cluster.ready("web")) == 3)
        cluster.set_image("web", NEW)
        seen = set()

        def look() -> bool:
            seen.add(frozenset(pod["spec"]["containers"][0]["image"] for pod in cluster.pods("web")))
            return is_rolled_out(cluster, "web", NEW)

        await cluster.until(look, step=0.1)
    assert seen - {frozenset()} == {frozenset({IMAGE}), frozenset({NEW})}


async def test_a_rollback_brings_the_old_replica_set_back_as_a_new_revision() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        first = cluster.storage.list(REPLICA_SETS, "test")[0]["metadata"]["name"]
        for image in (NEW, IMAGE):
            await roll_out(cluster, "web", image)
        sets = cluster.storage.list(REPLICA_SETS, "test")
        revisions = {each["metadata"]["name"]: each["metadata"]["annotations"][REVISION] for each in sets}
        deployment = cluster.get(DEPLOYMENTS, "web")
    assert len(revisions) == 2
    assert revisions[first] == deployment["metadata"]["annotations"][REVISION] == "3"
    assert set(revisions.values()) == {"2", "3"}


async def test_a_rollout_that_comes_to_nothing_misses_its_deadline_and_keeps_serving() -> None:
    async with living() as cluster:
        cluster.deploy("web", 3, progressDeadlineSeconds=60)
        await cluster.until(lambda: len(cluster.ready("web")) == 3)
        cluster.set_image("web", "registry.example/web:missing")
        await cluster.until(lambda: condition(cluster.get(DEPLOYMENTS, "web"), "Progressing")["status"] == "False")
        progressing = condition(cluster.get(DEPLOYMENTS, "web"), "Progressing")
        assert progressing["reason"] == "ProgressDeadlineExceeded"
        assert progressing["message"].endswith(" has timed out progressing.")
        assert condition(cluster.get(DEPLOYMENTS, "web"), "Available")["status"] == "True"
        assert len(cluster.ready("web")) == 3


async def test_a_finished_rollout_says_so() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        await cluster.wait(5)
        deployment = cluster.get(DEPLOYMENTS, "web")
        name = cluster.storage.list(REPLICA_SETS, "test")[0]["metadata"]["name"]
        scaled = cluster.events("web", "ScalingReplicaSet")
    progressing, available = condition(deployment, "Progressing"), condition(deployment, "Available")
    assert (progressing["reason"], progressing["message"]) == (
        "NewReplicaSetAvailable",
        f'ReplicaSet "{name}" has successfully progressed.',
    )
    assert available["message"] == "Deployment has minimum availability."
    assert deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"]
    assert [event["message"] for event in scaled] == [f"Scaled up replica set {name} from 0 to 2"]


async def test_a_paused_deployment_waits_until_it_is_resumed() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.until(lambda: len(cluster.ready("web")) == 2)
        cluster.storage.update(DEPLOYMENTS, "web", "test", change=lambda it: it["spec"].update(paused=True))
        cluster.set_image("web", NEW)
        await cluster.wait(60)
        assert condition(cluster.get(DEPLOYMENTS, "web"), "Progressing")["reason"] == "DeploymentPaused"
        assert {pod["spec"]["containers"][0]["image"] for pod in cluster.pods("web")} == {IMAGE}
        cluster.storage.update(DEPLOYMENTS, "web", "test", change=lambda it: it["spec"].update(paused=False))
        await cluster.until(lambda: is_rolled_out(cluster, "web", NEW))


async def test_only_so_many_old_replica_sets_are_kept() -> None:
    async with living() as cluster:
        cluster.deploy("web", 1, revisionHistoryLimit=2)
        await cluster.until(lambda: len(cluster.ready("web")) == 1)
        for number in range(2, 7):
            await roll_out(cluster, "web", f"registry.example/web:1.{number}.0")
        await cluster.wait(10)
        assert len(cluster.storage.list(REPLICA_SETS, "test")) == 3


async def test_scaling_down_keeps_the_pods_that_are_ready() -> None:
    async with living() as cluster:
        cluster.deploy("web", 3)
        await cluster.until(lambda: len(cluster.ready("web")) == 3)
        old = {pod["metadata"]["name"] for pod in cluster.pods("web")}
        for replicas in (6, 3):
            cluster.scale("web", replicas)
            await cluster.wait(0.2)
        await cluster.until(lambda: len(cluster.pods("web")) == 3)
        assert {pod["metadata"]["name"] for pod in cluster.pods("web")} == old
