"""The table of kinds that the simulator serves, as discovery of Kubernetes v1.35 describes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
"""A Kubernetes object as plain JSON."""

ALL = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
STATUS = ("status",)
STATUS_AND_SCALE = ("scale", "status")


@dataclass(frozen=True)
class PrinterColumn:
    """A column that the definition of a custom resource names."""

    name: str
    type: str
    format: str
    priority: int
    json_path: str


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of object, and how it is reached. Compared by identity: there is one of each."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL
    subresources: tuple[str, ...] = ()
    has_generation: bool = False
    """Whether the server counts changes of the spec in `metadata.generation`."""
    is_custom: bool = False
    """Whether a custom resource definition defines it."""
    printer_columns: tuple[PrinterColumn, ...] = ()

    @property
    def api_version(self) -> str:
        """What objects carry: "v1" or "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """As messages and RBAC name it: "pods" or "deployments.apps"."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def list_kind(self) -> str:
        """The kind of a list of them, such as "PodList"."""
        return f"{self.kind}List"


def _core(plural: str, kind: str, **more: Any) -> Kind:
    return Kind("", "v1", plural, kind.lower(), kind, **more)


def _of(group: str, plural: str, kind: str, *, version: str = "v1", **more: Any) -> Kind:
    return Kind(group, version, plural, kind.lower(), kind, **more)


_WORKLOAD: dict[str, Any] = {"categories": ("all",), "has_generation": True}

BINDINGS = _core("bindings", "Binding", verbs=("create",))
CONFIG_MAPS = _core("configmaps", "ConfigMap", short_names=("cm",))
ENDPOINTS = _core("endpoints", "Endpoints", short_names=("ep",))
EVENTS = _core("events", "Event", short_names=("ev",))
LIMIT_RANGES = _core("limitranges", "LimitRange", short_names=("limits",))
NAMESPACES = _core(
    "namespaces",
    "Namespace",
    namespaced=False,
    short_names=("ns",),
    subresources=("finalize", "status"),
    verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
)
NODES = _core("nodes", "Node", namespaced=False, short_names=("no",), subresources=("proxy", "status"))
PERSISTENT_VOLUME_CLAIMS = _core(
    "persistentvolumeclaims", "PersistentVolumeClaim", short_names=("pvc",), subresources=STATUS
)
PERSISTENT_VOLUMES = _core(
    "persistentvolumes", "PersistentVolume", namespaced=False, short_names=("pv",), subresources=STATUS
)
PODS = _core(
    "pods",
    "Pod",
    short_names=("po",),
    categories=("all",),
    has_generation=True,
    subresources=(
        *("attach", "binding", "ephemeralcontainers", "eviction", "exec", "log"),
        *("portforward", "proxy", "resize", "status"),
    ),
)
POD_TEMPLATES = _core("podtemplates", "PodTemplate", has_generation=True)
REPLICATION_CONTROLLERS = _core(
    "replicationcontrollers",
    "ReplicationController",
    short_names=("rc",),
    subresources=STATUS_AND_SCALE,
    **_WORKLOAD,
)
RESOURCE_QUOTAS = _core("resourcequotas", "ResourceQuota", short_names=("quota",), subresources=STATUS)
SECRETS = _core("secrets", "Secret")
SERVICE_ACCOUNTS = _core("serviceaccounts", "ServiceAccount", short_names=("sa",), subresources=("token",))
SERVICES = _core("services", "Service", short_names=("svc",), categories=("all",), subresources=("proxy", "status"))

MUTATING_WEBHOOK_CONFIGURATIONS = _of(
    "admissionregistration.k8s.io",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    namespaced=False,
    categories=("api-extensions",),
    has_generation=True,
)
VALIDATING_WEBHOOK_CONFIGURATIONS = _of(
    "admissionregistration.k8s.io",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    namespaced=False,
    categories=("api-extensions",),
    has_generation=True,
)
CUSTOM_RESOURCE_DEFINITIONS = _of(
    "apiextensions.k8s.io",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    namespaced=False,
    short_names=("crd", "crds"),
    categories=("api-extensions",),
    subresources=STATUS,
    has_generation=True,
)
API_SERVICES = _of(
    "apiregistration.k8s.io",
    "apiservices",
    "APIService",
    namespaced=False,
    categories=("api-extensions",),
    subresources=STATUS,
)
CONTROLLER_REVISIONS = _of("apps", "controllerrevisions", "ControllerRevision")
DAEMON_SETS = _of("apps", "daemonsets", "DaemonSet", short_names=("ds",), subresources=STATUS, **_WORKLOAD)
DEPLOYMENTS = _of(
    "apps", "deployments", "Deployment", short_names=("deploy",), subresources=STATUS_AND_SCALE, **_WORKLOAD
)
REPLICA_SETS = _of("apps", "replicasets", "ReplicaSet", short_names=("rs",), subresources=STATUS_AND_SCALE, **_WORKLOAD)
STATEFUL_SETS = _of(
    "apps", "statefulsets", "StatefulSet", short_names=("sts",), subresources=STATUS_AND_SCALE, **_WORKLOAD
)
HORIZONTAL_POD_AUTOSCALERS = _of(
    "autoscaling",
    "horizontalpodautoscalers",
    "HorizontalPodAutoscaler",
    version="v2",
    short_names=("hpa",),
    categories=("all",),
    subresources=STATUS,
)
CRON_JOBS = _of("batch", "cronjobs", "CronJob", short_names=("cj",), subresources=STATUS, **_WORKLOAD)
JOBS = _of("batch", "jobs", "Job", subresources=STATUS, **_WORKLOAD)
CERTIFICATE_SIGNING_REQUESTS = _of(
    "certificates.k8s.io",
    "certificatesigningrequests",
    "CertificateSigningRequest",
    namespaced=False,
    short_names=("csr",),
    subresources=("approval", "status"),
)
LEASES = _of("coordination.k8s.io", "leases", "Lease")
ENDPOINT_SLICES = _of("discovery.k8s.io", "endpointslices", "EndpointSlice", has_generation=True)
INGRESS_CLASSES = _of("networking.k8s.io", "ingressclasses", "IngressClass", namespaced=False, has_generation=True)
INGRESSES = _of(
    "networking.k8s.io", "ingresses", "Ingress", short_names=("ing",), subresources=STATUS, has_generation=True
)
NETWORK_POLICIES = _of(
    "networking.k8s.io", "networkpolicies", "NetworkPolicy", short_names=("netpol",), has_generation=True
)
RUNTIME_CLASSES = _of("node.k8s.io", "runtimeclasses", "RuntimeClass", namespaced=False)
POD_DISRUPTION_BUDGETS = _of(
    "policy",
    "poddisruptionbudgets",
    "PodDisruptionBudget",
    short_names=("pdb",),
    subresources=STATUS,
    has_generation=True,
)
CLUSTER_ROLE_BINDINGS = _of("rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", namespaced=False)
CLUSTER_ROLES = _of("rbac.authorization.k8s.io", "clusterroles", "ClusterRole", namespaced=False)
ROLE_BINDINGS = _of("rbac.authorization.k8s.io", "rolebindings", "RoleBinding")
ROLES = _of("rbac.authorization.k8s.io", "roles", "Role")
PRIORITY_CLASSES = _of(
    "scheduling.k8s.io",
    "priorityclasses",
    "PriorityClass",
    namespaced=False,
    short_names=("pc",),
    has_generation=True,
)
CSI_DRIVERS = _of("storage.k8s.io", "csidrivers", "CSIDriver", namespaced=False)
CSI_NODES = _of("storage.k8s.io", "csinodes", "CSINode", namespaced=False)
STORAGE_CLASSES = _of("storage.k8s.io", "storageclasses", "StorageClass", namespaced=False, short_names=("sc",))
VOLUME_ATTACHMENTS = _of(
    "storage.k8s.io", "volumeattachments", "VolumeAttachment", namespaced=False, subresources=STATUS
)

_REVIEW: dict[str, Any] = {"namespaced": False, "verbs": ("create",)}
SELF_SUBJECT_REVIEWS = _of("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", **_REVIEW)
LOCAL_SUBJECT_ACCESS_REVIEWS = _of(
    "authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", verbs=("create",)
)
SELF_SUBJECT_ACCESS_REVIEWS = _of(
    "authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", **_REVIEW
)
SELF_SUBJECT_RULES_REVIEWS = _of("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", **_REVIEW)
SUBJECT_ACCESS_REVIEWS = _of("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", **_REVIEW)
NODE_METRICS = Kind("metrics.k8s.io", "v1beta1", "nodes", "", "NodeMetrics", namespaced=False, verbs=("get", "list"))
POD_METRICS = Kind("metrics.k8s.io", "v1beta1", "pods", "", "PodMetrics", verbs=("get", "list"))

KINDS: tuple[Kind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Kind))
"""All of them, by group and plural."""

_BY_PATH = {(kind.group, kind.version, kind.plural): kind for kind in KINDS}


def find(group: str, version: str, plural: str) -> Kind | None:
    """The kind that an API path names."""
    return _BY_PATH.get((group, version, plural))


def named(api_version: str, name: str, among: Iterable[Kind] = KINDS) -> Kind | None:
    """The kind of an object with this `apiVersion` and `kind`."""
    return next((kind for kind in among if kind.kind == name and kind.api_version == api_version), None)
