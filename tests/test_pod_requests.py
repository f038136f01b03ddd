"""What a pod asks for as a whole, as the scheduler counts it: PodRequests in k8s.io/component-helpers/resource."""

import json

import pytest

from clusters.kinds import KINDS
from clusters.kube.objects import decode
from tests import manifests

PODS = KINDS["pods"]
MEBI = 1024**2


def asks(cpu: str, memory: str, **more: str) -> manifests.Manifest:
    amounts = {"cpu": cpu, "memory": memory}
    return {"name": "one", "image": "web:1", "resources": {"requests": amounts, "limits": amounts}, **more}


def sidecar(cpu: str, memory: str) -> manifests.Manifest:
    return asks(cpu, memory, restartPolicy="Always")


def sums(**spec: object) -> tuple[tuple[int, int], tuple[int, int]]:
    """Requests and limits of the pod, each millicores and bytes."""
    manifest = {**manifests.pod("shop", "web"), "spec": spec}
    row = dict(zip(PODS.columns, PODS.row(decode(PODS.struct, json.dumps(manifest).encode())), strict=True))
    return (row["cpu_request"], row["memory_request"]), (row["cpu_limit"], row["memory_limit"])


ONE = [asks("100m", "64Mi")]


@pytest.mark.parametrize(
    ("containers", "initial", "cpu", "mebibytes"),
    [
        ([], [], 0, 0),
        (ONE, [], 100, 64),
        (ONE * 2, [], 200, 128),
        (ONE, [asks("50m", "32Mi")], 100, 64),
        (ONE, [asks("1", "32Mi")], 1000, 64),
        (ONE, [asks("1", "32Mi"), asks("10m", "1Gi")], 1000, 1024),
        (ONE, [sidecar("50m", "16Mi")], 150, 80),
        (ONE, [sidecar("50m", "16Mi"), asks("200m", "8Mi")], 250, 80),
        (ONE, [asks("200m", "8Mi"), sidecar("50m", "16Mi")], 200, 80),
        (ONE, [sidecar("50m", "16Mi"), sidecar("70m", "16Mi")], 220, 96),
    ],
)
def test_init_containers_take_turns_beside_sidecars(
    containers: list[manifests.Manifest], initial: list[manifests.Manifest], cpu: int, mebibytes: int
) -> None:
    needed = (cpu, mebibytes * MEBI)
    assert sums(containers=containers, initContainers=initial) == (needed, needed)


def test_overhead_is_added_to_requests_but_makes_no_limit() -> None:
    only_requests = [{"name": "one", "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}}}]
    requests, limits = sums(containers=only_requests, overhead={"cpu": "10m", "memory": "8Mi"})
    assert requests == (110, 8 * MEBI)
    assert limits == (0, 72 * MEBI)


def test_what_the_pod_itself_asks_for_takes_the_place_of_the_sum() -> None:
    requests, limits = sums(containers=ONE * 2, resources={"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}})
    assert requests == (1000, 128 * MEBI)
    assert limits == (200, 1024 * MEBI)


def test_a_sum_too_large_for_the_database_is_capped() -> None:
    (_, memory), _ = sums(containers=[asks("1", "8E")] * 2)
    assert memory == 2**63 - 1
