"""Volumes: where each comes from, and where containers have it."""

from dataclasses import dataclass

from clusters.kube import objects


@dataclass(frozen=True)
class Place:
    """Where a volume is mounted."""

    path: str
    read_only: bool


@dataclass(frozen=True)
class VolumeView:
    name: str
    source: str
    mounts: list[Place]


def views(pod: objects.Pod) -> list[VolumeView]:
    """The pod's volumes in its own order."""
    return [VolumeView(volume.name, volume.source, _places(pod, volume.name)) for volume in pod.spec.volumes]


def _places(pod: objects.Pod, volume: str) -> list[Place]:
    """Each place once, though several containers may have it there."""
    spec = pod.spec
    containers = (*spec.containers, *spec.init_containers, *spec.ephemeral_containers)
    mounts = (mount for container in containers for mount in container.volume_mounts if mount.name == volume)
    return list(dict.fromkeys(Place(mount.mount_path, mount.read_only) for mount in mounts))
