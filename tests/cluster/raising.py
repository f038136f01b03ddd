"""Raising a test cluster, and removing those that dead test runs left behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import control_plane, nodes
from tests.cluster.images import write_images
from tests.cluster.instances import LOCK, NODES, Instance, claim, existing
from tests.cluster.processes import Processes, succeeds, wait_until
from tests.cluster.programs import CannotRise, ensure_programs, locked
from tests.cluster.taking_down import take_down


@contextmanager
def held_cluster() -> Iterator[tuple[Instance, Path]]:
    """A cluster, and the folder of its programs, that lives as long as the block; raises CannotRise."""
    programs = ensure_programs()
    with locked(LOCK):
        remove_left_over()
        instance, owner = claim(keep=False)
    with owner:
        try:
            raise_cluster(instance, programs)
            yield instance, programs
        finally:
            take_down(instance)


def kept_cluster() -> tuple[Instance, Path]:
    """The cluster that stays up until `down`, raised where there is none, and its programs; raises CannotRise."""
    programs = ensure_programs()
    with locked(LOCK):
        remove_left_over()
        for instance in existing():
            if instance.is_kept():
                return instance, programs
        instance, owner = claim(keep=True)
        with owner:
            try:
                raise_cluster(instance, programs)
            except BaseException:
                take_down(instance)
                raise
    return instance, programs


def take_down_kept() -> list[Instance]:
    """Take down every kept cluster and every one that was left over; returns the kept ones."""
    with locked(LOCK):
        remove_left_over()
        kept = [instance for instance in existing() if instance.is_kept()]
        for instance in kept:
            take_down(instance)
    return kept


def remove_left_over() -> None:
    """Take down every cluster whose test run died; the caller holds LOCK."""
    for instance in existing():
        if instance.is_left_over():
            take_down(instance)


def raise_cluster(instance: Instance, programs: Path) -> None:
    """Start every part and wait until both nodes are Ready: about 6 s. Raises CannotRise with the end of every log."""
    processes = Processes(instance.state)
    try:
        control_plane.write_credentials(instance)
        control_plane.start_api_server(instance, processes, programs)
        nodes.raise_network(instance)
        raise_containerds(instance, processes)
        control_plane.wait_for_api_server(instance, programs)
        control_plane.start_controllers(instance, processes, programs)
        for node in NODES:
            nodes.start_kubelet(instance, processes, programs, node)
        control_plane.start_metrics_server(instance, processes, programs)
        wait_for_nodes(instance, programs)
    except Exception as error:
        raise CannotRise(f"The test cluster did not rise: {error}\n{processes.tails()}") from error


def raise_containerds(instance: Instance, processes: Processes) -> None:
    """Start the nodes' containerds and give them the images."""
    images = write_images(instance.state / "images")
    for node in NODES:
        nodes.start_containerd(instance, processes, node)
    for node in NODES:
        nodes.import_images(instance, node, images)


def wait_for_nodes(instance: Instance, programs: Path) -> None:
    """Wait until every node is Ready and a pod can be made; raises CannotRise after a minute."""
    kubectl = (programs / "kubectl", "--kubeconfig", instance.kubeconfig)
    ready = ("wait", "--for=condition=Ready", *(f"node/node{node}" for node in NODES), "--timeout=1s")
    wait_until("the nodes to be Ready", lambda: succeeds(*kubectl, *ready), seconds=60)
    account = ("get", "serviceaccount", "default")
    wait_until("the default service account", lambda: succeeds(*kubectl, *account), seconds=20)
