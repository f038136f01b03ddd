"""The nodes of a test cluster: a kubelet and a containerd each, since a kubelet ends every pod it does not know."""

import json
import subprocess
from pathlib import Path

from tests.cluster.images import PAUSE
from tests.cluster.instances import NODES, Instance
from tests.cluster.processes import Processes, succeeds, wait_until

CGROUPS = Path("/sys/fs/cgroup")
CONTAINERD_CONFIG = """
version = 2
root = "{folder}/containerd"
state = "{run}/state"
[grpc]
  address = "{run}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  # Root without CAP_SYS_RESOURCE may not lower a process' score, and the sandbox would not start.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
"""


def raise_network(instance: Instance) -> None:
    """The link with the nodes' addresses; a bridge, since not every kernel has dummy links."""
    ip("link", "add", instance.node_bridge, "type", "bridge")
    ip("link", "set", instance.node_bridge, "up")
    for node in NODES:
        ip("address", "replace", f"{instance.address(node)}/32", "dev", instance.node_bridge)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def ip(*arguments: str) -> None:
    """Run iproute2's `ip`."""
    subprocess.run(["ip", *arguments], capture_output=True, check=True)


def start_containerd(instance: Instance, processes: Processes, node: int) -> None:
    """Start the node's containerd; does not wait."""
    folder, run = instance.state / f"node{node}", instance.run / f"node{node}"
    (folder / "cni").mkdir(parents=True)
    run.mkdir()
    (folder / "cni" / "10-bridge.conflist").write_text(json.dumps(network(instance, node)))
    config = folder / "containerd.toml"
    config.write_text(CONTAINERD_CONFIG.format(folder=folder, run=run, pause=PAUSE))
    processes.start(f"containerd{node}", "containerd", "-c", config)


def network_name(instance: Instance, node: int) -> str:
    """The name under which CNI remembers the node's pods."""
    return f"{instance.cgroup}-node{node}"


def network(instance: Instance, node: int) -> dict[str, object]:
    """The node's CNI configuration (github.com/containernetworking/cni, SPEC.md)."""
    addresses = {
        "type": "host-local",
        "dataDir": str(instance.state / f"node{node}" / "addresses"),
        "ranges": [[{"subnet": instance.pod_range(node)}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    plugin = {"type": "bridge", "bridge": instance.pod_bridge(node), "isGateway": True, "ipam": addresses}
    return {"cniVersion": "0.4.0", "name": network_name(instance, node), "plugins": [plugin]}


def import_images(instance: Instance, node: int, images: list[Path]) -> None:
    """Give the images to the node's containerd, so that the kubelet finds them present."""
    ctr = ("ctr", "--address", str(instance.run / f"node{node}" / "containerd.sock"))
    wait_until(f"the containerd of node{node}", lambda: succeeds(*ctr, "version"), seconds=20)
    for image in images:
        subprocess.run([*ctr, "--namespace", "k8s.io", "images", "import", image], capture_output=True, check=True)


def start_kubelet(instance: Instance, processes: Processes, programs: Path, node: int) -> None:
    """Start the node's kubelet; does not wait."""
    folder = instance.state / f"node{node}"
    make_cgroup(f"{instance.cgroup}/node{node}")
    config = folder / "kubelet.json"
    config.write_text(json.dumps(kubelet_config(instance, node)))
    processes.start(
        *(f"kubelet{node}", programs / "kubelet", "--config", config),
        *("--kubeconfig", instance.state / f"node{node}.kubeconfig", "--hostname-override", f"node{node}"),
        *("--root-dir", folder / "kubelet", "--cert-dir", folder / "certs", "--node-ip", instance.address(node)),
    )


def kubelet_config(instance: Instance, node: int) -> dict[str, object]:
    """kubelet.config.k8s.io/v1beta1."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": instance.address(node),
        "port": 10250,
        "healthzPort": 0,
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        # With the common /var/log/pods each kubelet removes the other's logs.
        "podLogsDir": str(instance.state / f"node{node}" / "pod-logs"),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{instance.cgroup}/node{node}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "resolvConf": "",
        # A full disk of the machine that runs the tests is not what they are about.
        "evictionHard": {},
        "imageGCHighThresholdPercent": 100,
        "nodeStatusUpdateFrequency": "2s",
        "nodeLeaseDurationSeconds": 8,
        "containerRuntimeEndpoint": f"unix://{instance.run}/node{node}/containerd.sock",
    }


def make_cgroup(name: str) -> None:
    """Make the cgroup under every controller."""
    if (CGROUPS / "cgroup.controllers").exists():
        folder = CGROUPS
        for part in Path(name).parts:
            (folder / "cgroup.subtree_control").write_text("+cpu +cpuset +memory +pids")
            folder = folder / part
            folder.mkdir(exist_ok=True)
        return
    for controller in CGROUPS.iterdir():
        if not controller.is_symlink():
            (controller / name).mkdir(parents=True, exist_ok=True)
    fill_cpuset(name)


def fill_cpuset(name: str) -> None:
    """A new cpuset of cgroup v1 is empty, and holds no process, until it is told its share."""
    folder = CGROUPS / "cpuset"
    whole = {setting: (folder / setting).read_text() for setting in ("cpuset.cpus", "cpuset.mems")}
    for part in Path(name).parts:
        folder = folder / part
        for setting, share in whole.items():
            (folder / setting).write_text(share)
