"""Nodes and namespaces: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/"""

from datetime import datetime

import msgspec

from clusters.kube.objects.meta import Metadata, Struct, WithConditions
from clusters.kube.objects.pod_spec import Quantity


class Taint(Struct):
    key: str = ""
    value: str = ""
    effect: str = ""
    time_added: datetime | None = None


class NodeSpec(Struct):
    unschedulable: bool = False
    taints: list[Taint] = []
    pod_cidr: str = msgspec.field(default="", name="podCIDR")
    provider_id: str = msgspec.field(default="", name="providerID")


class NodeAddress(Struct):
    type: str = ""
    address: str = ""


class NodeInfo(Struct):
    kubelet_version: str = ""
    os_image: str = ""
    operating_system: str = ""
    kernel_version: str = ""
    container_runtime_version: str = ""
    architecture: str = ""


class NodeStatus(WithConditions):
    capacity: dict[str, Quantity] = {}
    allocatable: dict[str, Quantity] = {}
    addresses: list[NodeAddress] = []
    node_info: NodeInfo = msgspec.field(default_factory=NodeInfo)

    def address(self, kind: str) -> str:
        """The first address of that type, such as InternalIP; empty where there is none."""
        return next((address.address for address in self.addresses if address.type == kind), "")


class Node(Struct):
    metadata: Metadata
    spec: NodeSpec = msgspec.field(default_factory=NodeSpec)
    status: NodeStatus = msgspec.field(default_factory=NodeStatus)


class NamespaceStatus(WithConditions):
    phase: str = ""


class Namespace(Struct):
    metadata: Metadata
    status: NamespaceStatus = msgspec.field(default_factory=NamespaceStatus)
