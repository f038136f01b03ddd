"""Volumes: where each comes from, and where containers have it."""

from dataclasses import dataclass

from clusters.kube import objects


@dataclass(frozen=True)
class VolumeView:
    name: str
    source: str
    paths: list[str]


def views(pod: objects.Pod) -> list[VolumeView]:
    """The pod's volumes in its own order."""
    return [VolumeView(volume.name, volume.source, _paths(pod, volume.name)) for volume in pod.spec.volumes]


def _paths(pod: objects.Pod, volume: str) -> list[str]:
    """Where it is mounted, each place once."""
    spec = pod.spec
    containers = (*spec.containers, *spec.init_containers, *spec.ephemeral_containers)
    mounts = (mount for container in containers for mount in container.volume_mounts if mount.name == volume)
    return list(dict.fromkeys(f"{mount.mount_path}{', read only' if mount.read_only else ''}" for mount in mounts))
