"""What every cluster has: namespaces, nodes and the system's own pods."""

from simulator.errors import AlreadyExists
from simulator.kinds import (
    INGRESS_CLASSES,
    KINDS,
    NODES,
    PODS,
    PRIORITY_CLASSES,
    STORAGE_CLASSES,
    Object,
    named,
)
from simulator.life.engine import Life
from simulator.life.world.manifests import container, daemon_set, deployment, labels, pod_spec, service

CONTROL_PLANE, WORKERS = "kestrel-control-1", ("kestrel-worker-1", "kestrel-worker-2")
VERSION = "v1.35.4"
_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_EVERYTHING = [{"operator": "Exists"}]


def build(life: Life) -> None:
    """Create all of it and let it start."""
    for name in _NAMESPACES:
        add(life, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    life.pass_time(1)
    for number, name in enumerate((CONTROL_PLANE, *WORKERS)):
        life.create(NODES, _node(name, number, control_plane=name == CONTROL_PLANE))
    life.pass_time(10)
    for manifest in [*_classes(), *_static_pods(life), *_system()]:
        add(life, manifest)
    life.pass_time(120)


def add(life: Life, manifest: Object) -> Object | None:
    """Create an object, unless it is there."""
    kind = named(manifest["apiVersion"], manifest["kind"], KINDS)
    if kind is None:
        raise ValueError(f"{manifest['apiVersion']} has no {manifest['kind']}.")
    try:
        created = life.create(kind, manifest)
    except AlreadyExists:
        return None
    return life.set_status(kind, created, manifest["status"]) if "status" in manifest else created


def _node(name: str, number: int, *, control_plane: bool) -> Object:
    cores, gigabytes = (4, 8) if control_plane else (8, 16)
    marks = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m4" if control_plane else "m8",
        "topology.kubernetes.io/region": "eu-north",
        "topology.kubernetes.io/zone": f"eu-north-{'abc'[number]}",
    }
    if control_plane:
        marks |= {"node-role.kubernetes.io/control-plane": ""}
    capacity = {
        "cpu": str(cores),
        "ephemeral-storage": "101430960Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{gigabytes * 1024 * 1024 - 311_000}Ki",
        "pods": "110",
    }
    allocatable = {**capacity, "memory": f"{gigabytes * 1024 * 1024 - 413_400}Ki"}
    spec: Object = {"podCIDR": f"10.244.{number}.0/24", "podCIDRs": [f"10.244.{number}.0/24"]}
    spec["providerID"] = f"kestrel://eu-north/{name}"
    if control_plane:
        spec["taints"] = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    address = f"192.168.40.{11 + number}"
    status: Object = {"capacity": capacity, "allocatable": allocatable, "nodeInfo": _node_info(number)}
    status["addresses"] = [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}]
    status["daemonEndpoints"] = {"kubeletEndpoint": {"Port": 10250}}
    annotations = {"node.alpha.kubernetes.io/ttl": "0"}
    metadata = {"name": name, "labels": marks, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec, "status": status}


def _node_info(number: int) -> Object:
    return {
        "architecture": "amd64",
        "bootID": f"5d1f0c1e-8a52-4f0b-9d3a-{number:012x}",
        "containerRuntimeVersion": "containerd://2.1.4",
        "kernelVersion": "6.12.48+deb13-amd64",
        "kubeProxyVersion": "",
        "kubeletVersion": VERSION,
        "machineID": f"9b6f1d0c4e7a4c0f8d21{number:012x}",
        "operatingSystem": "linux",
        "osImage": "Debian GNU/Linux 13 (trixie)",
        "systemUUID": f"9b6f1d0c-4e7a-4c0f-8d21-{number:012x}",
    }


def _classes() -> list[Object]:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    storage: Object = {"apiVersion": STORAGE_CLASSES.api_version, "kind": STORAGE_CLASSES.kind}
    storage |= {"metadata": {"name": "local-path", "annotations": default}, "provisioner": "rancher.io/local-path"}
    storage |= {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}
    ingress: Object = {"apiVersion": INGRESS_CLASSES.api_version, "kind": INGRESS_CLASSES.kind}
    ingress |= {"metadata": {"name": "nginx"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
    priorities = [
        {
            "apiVersion": PRIORITY_CLASSES.api_version,
            "kind": PRIORITY_CLASSES.kind,
            "metadata": {"name": name},
            "value": value,
        }
        for name, value in (("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000))
    ]
    return [storage, ingress, *priorities]


def _static_pods(life: Life) -> list[Object]:
    """The control plane's own pods, which the kubelet has from files."""
    node = life.storage.get(NODES, CONTROL_PLANE)
    owner = {
        "apiVersion": "v1",
        "kind": "Node",
        "name": CONTROL_PLANE,
        "uid": node["metadata"]["uid"],
        "controller": True,
    }
    pods = []
    for name, image, requests in (
        ("etcd", "registry.k8s.io/etcd:3.6.6-0", "100m 100Mi"),
        ("kube-apiserver", f"registry.k8s.io/kube-apiserver:{VERSION}", "250m 512Mi"),
        ("kube-controller-manager", f"registry.k8s.io/kube-controller-manager:{VERSION}", "200m 128Mi"),
        ("kube-scheduler", f"registry.k8s.io/kube-scheduler:{VERSION}", "100m 64Mi"),
    ):
        spec = pod_spec([container(name, image, requests=requests)], nodeName=CONTROL_PLANE, hostNetwork=True)
        spec |= {"tolerations": [{"operator": "Exists", "effect": "NoExecute"}], "priority": 2_000_001_000}
        spec |= {"priorityClassName": "system-node-critical"}
        metadata: Object = {"name": f"{name}-{CONTROL_PLANE}", "namespace": "kube-system", "ownerReferences": [owner]}
        metadata["labels"] = {"component": name, "tier": "control-plane"}
        metadata["annotations"] = {"kubernetes.io/config.source": "file"}
        pods.append({"apiVersion": PODS.api_version, "kind": PODS.kind, "metadata": metadata, "spec": spec})
    return pods


def _system() -> list[Object]:
    """DNS, proxies, network, metrics, volumes and the way in."""
    dns, proxy = labels("coredns", "kube-system", "dns"), labels("kube-proxy", "kube-system", "proxy")
    network, metrics = (
        labels("kube-flannel", "kube-system", "network"),
        labels("metrics-server", "kube-system", "metrics"),
    )
    volumes, door = (
        labels("local-path-provisioner", "kube-system", "storage"),
        labels("ingress-nginx", "kube-system", "ingress"),
    )
    dns |= {"k8s-app": "kube-dns"}
    critical = {"tolerations": _EVERYTHING, "priorityClassName": "system-node-critical", "hostNetwork": True}
    api = service("kubernetes", "default", "10.96.0.1", {"app.kubernetes.io/name": ""}, (443, 6443))
    api["metadata"]["labels"] = {"component": "apiserver", "provider": "kubernetes"}
    api["spec"]["ports"][0]["name"] = "https"
    del api["spec"]["selector"]
    registry = "registry.k8s.io"
    return [
        api,
        daemon_set(
            "kube-proxy",
            "kube-system",
            proxy,
            pod_spec([container("kube-proxy", f"{registry}/kube-proxy:{VERSION}")], **critical),
        ),
        daemon_set(
            "kube-flannel",
            "kube-system",
            network,
            pod_spec(
                [container("kube-flannel", "ghcr.io/flannel-io/flannel:v0.27.3", requests="50m 50Mi")], **critical
            ),
        ),
        deployment(
            "coredns",
            "kube-system",
            2,
            dns,
            pod_spec(
                [
                    container(
                        "coredns",
                        f"{registry}/coredns/coredns:v1.13.1",
                        port=8181,
                        requests="100m 70Mi",
                        ready="/ready",
                    )
                ],
                priorityClassName="system-cluster-critical",
            ),
        ),
        deployment(
            "metrics-server",
            "kube-system",
            1,
            metrics,
            pod_spec(
                [
                    container(
                        "metrics-server",
                        f"{registry}/metrics-server/metrics-server:v0.8.0",
                        port=10250,
                        requests="100m 200Mi",
                        ready="/readyz",
                    )
                ]
            ),
        ),
        deployment(
            "local-path-provisioner",
            "kube-system",
            1,
            volumes,
            pod_spec([container("local-path-provisioner", "docker.io/rancher/local-path-provisioner:v0.0.32")]),
        ),
        deployment(
            "ingress-nginx-controller",
            "kube-system",
            1,
            door,
            pod_spec(
                [
                    container(
                        "controller",
                        f"{registry}/ingress-nginx/controller:v1.13.3",
                        port=80,
                        requests="100m 90Mi",
                        ready="/healthz",
                    )
                ]
            ),
        ),
        service("kube-dns", "kube-system", "10.96.0.10", dns, (53, 53)),
        service("metrics-server", "kube-system", "10.96.187.44", metrics, (443, 10250)),
        _front_door(door),
    ]


def _front_door(described: dict[str, str]) -> Object:
    made = service("ingress-nginx-controller", "kube-system", "10.96.3.201", described, (80, 80), (443, 443))
    made["spec"]["type"] = "LoadBalancer"
    for port, node_port in zip(made["spec"]["ports"], (30080, 30443), strict=True):
        port["nodePort"] = node_port
    made["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.40"}]}}
    return made
