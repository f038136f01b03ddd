"""What a pod was asked to be: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec"""

from collections.abc import Callable

import msgspec

from clusters.kube.objects.meta import Struct

Quantity = str | int | float


class Resources(Struct):
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}


class ContainerPort(Struct):
    name: str = ""
    container_port: int = 0
    host_port: int = 0
    protocol: str = ""


class _Reference(Struct):
    """Something by name, and where it matters the part of it."""

    name: str = ""
    key: str = ""
    field_path: str = ""
    resource: str = ""


class _ValueFrom(Struct):
    config_map_key_ref: _Reference | None = None
    secret_key_ref: _Reference | None = None
    field_ref: _Reference | None = None
    resource_field_ref: _Reference | None = None


class EnvVar(Struct):
    """An environment variable's name and where its value comes from. The value itself is not a field."""

    name: str = ""
    value_from: _ValueFrom | None = None

    @property
    def source(self) -> str:
        """In words, such as "Secret ledger-login, key password"."""
        found = self.value_from
        if found is None:
            return "set in the pod"
        if found.config_map_key_ref:
            return f"ConfigMap {found.config_map_key_ref.name}, key {found.config_map_key_ref.key}"
        if found.secret_key_ref:
            return f"Secret {found.secret_key_ref.name}, key {found.secret_key_ref.key}"
        if found.field_ref:
            return f"the pod's {found.field_ref.field_path}"
        return f"the container's {found.resource_field_ref.resource}" if found.resource_field_ref else "elsewhere"


class EnvFrom(Struct):
    """All keys of a ConfigMap or Secret as variables."""

    prefix: str = ""
    config_map_ref: _Reference | None = None
    secret_ref: _Reference | None = None

    @property
    def source(self) -> str:
        """In words, such as "ConfigMap settings"."""
        if self.config_map_ref:
            return f"ConfigMap {self.config_map_ref.name}"
        return f"Secret {self.secret_ref.name}" if self.secret_ref else "elsewhere"


class VolumeMount(Struct):
    name: str = ""
    mount_path: str = ""
    sub_path: str = ""
    read_only: bool = False


class _HttpGet(Struct):
    path: str = ""
    port: int | str = 0
    host: str = ""
    scheme: str = ""


class _Port(Struct):
    port: int | str = 0


class _Command(Struct):
    command: list[str] = []


class Probe(Struct):
    """How the kubelet asks a container whether it is well; periods in seconds."""

    http_get: _HttpGet | None = None
    tcp_socket: _Port | None = None
    grpc: _Port | None = None
    exec: _Command | None = None
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    failure_threshold: int = 3


class Container(Struct):
    """Init, regular or ephemeral."""

    name: str = ""
    image: str = ""
    command: list[str] = []
    args: list[str] = []
    ports: list[ContainerPort] = []
    env: list[EnvVar] = []
    env_from: list[EnvFrom] = []
    resources: Resources = msgspec.field(default_factory=Resources)
    volume_mounts: list[VolumeMount] = []
    startup_probe: Probe | None = None
    readiness_probe: Probe | None = None
    liveness_probe: Probe | None = None
    restart_policy: str = ""

    @property
    def is_sidecar(self) -> bool:
        """Whether it is an init container that runs beside the others and is always restarted."""
        return self.restart_policy == "Always"


class _VolumeSource(Struct):
    """The fields of all the sources that we put into words; each source uses a few."""

    name: str = ""
    secret_name: str = ""
    claim_name: str = ""
    path: str = ""
    server: str = ""
    driver: str = ""
    medium: str = ""
    reference: str = ""
    size_limit: Quantity = ""
    read_only: bool = False


class Volume(Struct):
    """A volume: its name and the first source that is set."""

    name: str = ""
    config_map: _VolumeSource | None = None
    secret: _VolumeSource | None = None
    empty_dir: _VolumeSource | None = None
    persistent_volume_claim: _VolumeSource | None = None
    host_path: _VolumeSource | None = None
    projected: _VolumeSource | None = None
    downward_api: _VolumeSource | None = msgspec.field(default=None, name="downwardAPI")
    nfs: _VolumeSource | None = None
    csi: _VolumeSource | None = None
    ephemeral: _VolumeSource | None = None
    image: _VolumeSource | None = None

    @property
    def source(self) -> str:
        """In words, such as "ConfigMap settings" or "empty dir, in memory, at most 64Mi"."""
        return next((say(found) for key, say in _SOURCES.items() if (found := getattr(self, key))), "other")


def _empty_dir(found: _VolumeSource) -> str:
    memory = ", in memory" if found.medium == "Memory" else ""
    return f"empty dir{memory}{f', at most {found.size_limit}' if found.size_limit else ''}"


_SOURCES: dict[str, Callable[[_VolumeSource], str]] = {
    "config_map": lambda found: f"ConfigMap {found.name}",
    "secret": lambda found: f"Secret {found.secret_name}",
    "empty_dir": _empty_dir,
    "persistent_volume_claim": lambda found: f"PersistentVolumeClaim {found.claim_name}",
    "host_path": lambda found: f"host path {found.path}",
    "projected": lambda found: "projected",
    "downward_api": lambda found: "downward API",
    "nfs": lambda found: f"NFS {found.server}:{found.path}",
    "csi": lambda found: f"CSI {found.driver}",
    "ephemeral": lambda found: "ephemeral claim",
    "image": lambda found: f"image {found.reference}",
}


class _ReadinessGate(Struct):
    condition_type: str = ""


class OwnSpec(Struct):
    """What a pod does not share with the others of its workload."""

    node_name: str = ""
    ephemeral_containers: list[Container] = []
    readiness_gates: list[_ReadinessGate] = []
    resources: Resources | None = None
    overhead: dict[str, Quantity] = {}


class PodSpec(OwnSpec):
    """Of a pod, or of a workload's template."""

    containers: list[Container] = []
    init_containers: list[Container] = []
    volumes: list[Volume] = []
    restart_policy: str = ""
    service_account_name: str = ""


_NOTHING = msgspec.Raw()


class WatchedSpec(OwnSpec):
    """A pod's spec as the watch reads it: what it has from its workload's template is left as bytes.

    `token` is the end of the name of the volume that Kubernetes gives each pod for its service account's token.
    """

    containers: msgspec.Raw = _NOTHING
    init_containers: msgspec.Raw = _NOTHING
    volumes: msgspec.Raw = _NOTHING
    restart_policy: msgspec.Raw = _NOTHING
    service_account_name: msgspec.Raw = _NOTHING
    token: str = ""
