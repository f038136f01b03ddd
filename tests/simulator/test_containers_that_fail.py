"""Containers that crash, run out of memory or have no image: what their pods say, and when they are tried again."""

from itertools import pairwise

import pytest

from simulator.clock import moment_of
from simulator.kinds import CONFIG_MAPS, PODS, Object
from tests.simulator.living import Living, container, living, phase, pod_spec, reason, state

CRASHES = {"simulator/behaviour": "crash-loop"}


def create_pod(cluster: Living, name: str, spec: Object, **annotations: str) -> None:
    obj = {"metadata": {"name": name, "namespace": "test", "annotations": annotations}, "spec": spec}
    cluster.storage.create(PODS, {"apiVersion": "v1", "kind": "Pod", **obj})


async def test_a_crash_loop_backs_off_twice_as_long_each_time_up_to_five_minutes() -> None:
    async with living() as cluster:
        create_pod(cluster, "web", pod_spec("registry.example/web:1"), **CRASHES)
        runs: list[Object] = []
        for _ in range(2400):
            await cluster.wait(1)
            ended = state(cluster.get(PODS, "web")).get("lastState", {}).get("terminated")
            if ended and (not runs or ended["finishedAt"] != runs[-1]["finishedAt"]):
                runs.append(ended)
        pod = cluster.get(PODS, "web")
    pauses = [
        (moment_of(after["startedAt"]) - moment_of(before["finishedAt"])).total_seconds()
        for before, after in pairwise(runs)
    ]
    assert [round(pause, -1) for pause in pauses[:8]] == [0, 10, 20, 40, 80, 160, 300, 300]
    assert {run["exitCode"] for run in runs} == {2}
    assert state(pod)["restartCount"] >= 8


async def test_a_pod_in_a_crash_loop_says_so() -> None:
    async with living() as cluster:
        create_pod(cluster, "web", pod_spec("registry.example/web:1"), **CRASHES)
        await cluster.until(lambda: reason(cluster.get(PODS, "web")) == "CrashLoopBackOff")
        pod = cluster.get(PODS, "web")
        told = cluster.events("web", "BackOff")
    uid = pod["metadata"]["uid"]
    assert state(pod)["state"]["waiting"]["message"] == (
        f"back-off 10s restarting failed container=main pod=web_test({uid})"
    )
    assert pod["status"]["phase"] == "Running"
    assert [event["message"] for event in told] == [f"Back-off restarting failed container main in pod web_test({uid})"]


async def test_a_leak_ends_in_an_out_of_memory_kill() -> None:
    async with living() as cluster:
        create_pod(cluster, "web", pod_spec("registry.example/web:1"), **{"simulator/behaviour": "leaky"})
        await cluster.until(lambda: state(cluster.get(PODS, "web"))["restartCount"] == 1, 7200)
        ended = state(cluster.get(PODS, "web"))["lastState"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


@pytest.mark.parametrize("image", ["registry.example/web:missing", "registry.invalid/web:1.0"])
async def test_an_image_that_is_not_there_is_asked_for_again_and_again(image: str) -> None:
    async with living() as cluster:
        create_pod(cluster, "web", pod_spec(image))
        seen: list[str] = []
        for _ in range(240):
            await cluster.wait(0.5)
            word = reason(cluster.get(PODS, "web"))
            if not seen or seen[-1] != word:
                seen.append(word)
        pulls = cluster.events("web", "Pulling")
    assert seen[:5] == ["ContainerCreating", "ErrImagePull", "ImagePullBackOff", "ErrImagePull", "ImagePullBackOff"]
    assert [(event["message"], event["count"]) for event in pulls] == [(f'Pulling image "{image}"', 4)]


async def test_a_failed_pod_that_is_not_restarted_has_failed() -> None:
    async with living() as cluster:
        command = ["sh", "-c", "sleep 2; exit 3"]
        spec = {"restartPolicy": "Never", "containers": [container(command=command)]}
        create_pod(cluster, "web", spec)
        await cluster.until(lambda: phase(cluster.get(PODS, "web")) == "Failed")
        ended = state(cluster.get(PODS, "web"))["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("Error", 3)


async def test_a_container_waits_for_its_config_map() -> None:
    async with living() as cluster:
        spec = {"containers": [container(envFrom=[{"configMapRef": {"name": "settings"}}])]}
        create_pod(cluster, "web", spec)
        await cluster.until(lambda: reason(cluster.get(PODS, "web")) == "CreateContainerConfigError")
        assert state(cluster.get(PODS, "web"))["state"]["waiting"]["message"] == 'configmap "settings" not found'
        cluster.create(CONFIG_MAPS, "settings", data={"COLOUR": "blue"})
        await cluster.until(lambda: phase(cluster.get(PODS, "web")) == "Running")
