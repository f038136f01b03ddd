"""Faults that happen once: to the cluster, its keys, its clock, or the network before it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulator.cluster import SimulatedCluster
from simulator.faults.faults import Parameters
from simulator.faults.hostile import hostile_pod
from simulator.faults.stage import Stage
from simulator.kinds import KINDS, PODS, Kind, Object


class Keys(Protocol):
    """What proves who is who; `simulator.serving` has it."""

    def rotate_token(self, user: str) -> None:
        """Gives the user another token, in the kubeconfig too, and forgets the old one. Raises KeyError."""

    def rotate_certificate(self) -> None:
        """Shows new connections another certificate of the same authority."""

    def rotate_authority(self) -> None:
        """Makes another authority, and a certificate of it for new connections; both are in the kubeconfig."""

    def token_of(self, user: str) -> str:
        """The user's token. Raises KeyError."""


@dataclass(frozen=True)
class World:
    """Whatever such a fault may happen to."""

    cluster: SimulatedCluster
    keys: Keys
    stage: Stage


def forget_history(world: World, parameters: Parameters) -> Object:
    """As etcd's compaction does."""
    wanted = str(parameters["kind"])
    kinds = [kind_named(world, wanted)] if wanted else world.cluster.kinds()
    for kind in kinds:
        world.cluster.storage.forget(kind)
    return {}


def create_hostile(world: World, parameters: Parameters) -> Object:
    """Past all validation."""
    pod = hostile_pod(str(parameters["how"]), str(parameters["name"]), str(parameters["namespace"]))
    return {"uid": world.cluster.storage.create(PODS, pod)["metadata"]["uid"]}


def expire_token(world: World, parameters: Parameters) -> Object:
    """Streams that are open stay so, as with a real server."""
    token = world.keys.token_of(str(parameters["user"]))
    loop = asyncio.get_running_loop()
    loop.call_later(float(parameters["seconds"]), world.cluster.identities.revoke, token)
    return {}


def rotate_token(world: World, parameters: Parameters) -> Object:
    """The old token stops to work."""
    world.keys.rotate_token(str(parameters["user"]))
    return {}


def rotate_certificate(world: World, parameters: Parameters) -> Object:
    """Connections that stand keep the old one."""
    world.keys.rotate_certificate()
    return {}


def rotate_authority(world: World, parameters: Parameters) -> Object:
    """Connections that stand keep the old one."""
    world.keys.rotate_authority()
    return {}


def jump_clock(world: World, parameters: Parameters) -> Object:
    """Forward or back."""
    world.cluster.clock.jump(float(parameters["seconds"]))
    return {}


def pace_bookmarks(world: World, parameters: Parameters) -> Object:
    """For watches that begin from now on."""
    world.cluster.bookmark_seconds = float(parameters["seconds"])
    return {}


def drop_packets(world: World, parameters: Parameters) -> Object:
    """Both ways, on connections that stand and on new ones."""
    world.stage.drop()
    return {}


def pass_packets(world: World, parameters: Parameters) -> Object:
    """What was held back arrives."""
    world.stage.let_pass()
    return {}


def on_connections(act: Callable[[Stage], int]) -> Callable[[World, Parameters], Object]:
    """A fault of all connections that stand; says how many there were."""
    return lambda world, parameters: {"connections": act(world.stage)}


def kind_named(world: World, plural: str) -> Kind:
    """The kind with that plural. Raises ValueError."""
    found = next((kind for kind in world.cluster.kinds() if kind.plural == plural), None)
    if found is None:
        raise ValueError(f"There is no kind {plural}; there are {', '.join(sorted(kind.plural for kind in KINDS))}.")
    return found
