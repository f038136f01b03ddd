"""Events say what happened, count what happens again, and are told as one when many are alike."""

from simulator.kinds import DEPLOYMENTS, EVENTS
from tests.simulator.living import living, pod_spec, selected


async def test_the_same_thing_again_is_counted() -> None:
    async with living() as cluster:
        spec = {**pod_spec("registry.example/web:1"), "restartPolicy": "Always"}
        spec["containers"][0]["command"] = ["sh", "-c", "sleep 1; exit 2"]
        cluster.create(DEPLOYMENTS, "web", {"replicas": 1, **selected("web", spec)})
        await cluster.wait(120)
        started = cluster.events("web", "Started")
    assert len(started) == 1
    assert started[0]["count"] >= 4
    assert started[0]["firstTimestamp"] < started[0]["lastTimestamp"]
    assert started[0]["involvedObject"]["fieldPath"] == "spec.containers{main}"


async def test_many_that_are_alike_are_told_as_one() -> None:
    async with living() as cluster:
        cluster.deploy("web", 30)
        await cluster.until(lambda: len(cluster.pods("web")) == 30)
        created = cluster.events("web", "SuccessfulCreate")
    combined = [
        each for each in created if each["message"].startswith("(combined from similar events): Created pod: web-")
    ]
    assert (len(created), len(combined)) == (10, 1)
    assert sum(each["count"] for each in created) == 30


async def test_they_are_forgotten_after_an_hour() -> None:
    async with living() as cluster:
        cluster.deploy("web", 2)
        await cluster.wait(3000)
        assert cluster.events("web", "Scheduled")
        await cluster.wait(1200)
        assert not [event for event in cluster.storage.list(EVENTS) if "web" in event["involvedObject"]["name"]]
