"""Taking a test cluster down by what it wrote down and by names that only it uses, whatever state it is in."""

import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.cluster.instances import NODES, Instance
from tests.cluster.nodes import CGROUPS, network_name
from tests.cluster.processes import Processes, happens

CNI_RESULTS = Path("/var/lib/cni/results")


def take_down(instance: Instance) -> None:
    """End the cluster's processes and containers, and remove its mounts, links, cgroups and folders."""
    processes = Processes(instance.state)
    for name in processes.names():
        # The API server would wait for its watchers, and nothing is kept.
        processes.stop(name, signal.SIGTERM if name.startswith("containerd") else signal.SIGKILL)
    kill_containers(instance)
    kill_shims(instance)
    unmount(instance)
    remove_network(instance)
    remove_cgroups(instance)
    shutil.rmtree(instance.state, ignore_errors=True)
    shutil.rmtree(instance.run, ignore_errors=True)


def cgroup_folders(instance: Instance) -> list[Path]:
    """The cluster's folders in every cgroup hierarchy, children first."""
    roots = [CGROUPS / instance.cgroup, *CGROUPS.glob(f"*/{instance.cgroup}")]
    folders = {Path(folder) for root in roots for folder, _, _ in os.walk(root)}
    return sorted(folders, key=lambda folder: len(folder.parts), reverse=True)


def kill_containers(instance: Instance) -> None:
    """Kill every process in the cluster's cgroups."""

    def all_gone() -> bool:
        pids = {int(pid) for folder in cgroup_folders(instance) for pid in read(folder / "cgroup.procs").split()}
        for pid in pids:
            kill(pid)
        return not pids

    happens(all_gone, seconds=5)


def kill_shims(instance: Instance) -> None:
    """Kill the processes that held the containers for this cluster's containerds."""
    sockets = {str(instance.run / f"node{node}" / "containerd.sock") for node in NODES}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            words = read(folder / "cmdline").split("\0")
            if words[0].endswith("containerd-shim-runc-v2") and sockets.intersection(words):
                kill(int(folder.name))


def kill(pid: int) -> None:
    """SIGKILL, unless it ended by itself."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def read(path: Path) -> str:
    """The file's text; empty when it went away meanwhile."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def unmount(instance: Instance) -> None:
    """Unmount what is mounted below the cluster's folders, inner mounts first."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    ours = [mount for mount in mounts if any(Path(mount).is_relative_to(top) for top in (instance.state, instance.run))]
    for mount in sorted(ours, reverse=True):
        subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)


def remove_network(instance: Instance) -> None:
    """Remove the pods' network namespaces, which CNI remembers, and the bridges."""
    for node in NODES:
        for remembered in CNI_RESULTS.glob(f"{network_name(instance, node)}-*"):
            network = json.loads(remembered.read_text())
            for interface in network["result"]["interfaces"]:
                remove_network_namespace(interface.get("sandbox", ""))
            for result in CNI_RESULTS.glob(f"*-{network['containerId']}-*"):
                result.unlink()
    for link in (instance.node_bridge, *map(instance.pod_bridge, NODES)):
        subprocess.run(["ip", "link", "delete", link], capture_output=True, check=False)


def remove_network_namespace(path: str) -> None:
    """Remove the named network namespace and the links in it; the host's has no name and stays."""
    if path:
        subprocess.run(["umount", "--lazy", path], capture_output=True, check=False)
        Path(path).unlink(missing_ok=True)


def remove_cgroups(instance: Instance) -> None:
    """Remove the cluster's empty cgroups; the kernel may take a moment to see that they are."""

    def all_removed() -> bool:
        for folder in cgroup_folders(instance):
            with suppress(OSError):
                folder.rmdir()
        return not cgroup_folders(instance)

    happens(all_removed, seconds=5)
