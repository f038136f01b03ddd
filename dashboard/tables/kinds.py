"""The table of each kind: its rows, its columns in kubectl's order, and how it is sorted and filtered at first."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from clusters.kube.printing import human_duration
from clusters.models import CachedObject, Deployment, Event, Namespace, Node, Pod, ReplicaSet, Severity
from dashboard.tables.columns import (
    AGE,
    DASH,
    LABELS,
    NAMESPACE,
    NONE,
    Column,
    Sight,
    age,
    ages,
    cut,
    name_column,
    number,
    plain,
    status_column,
    status_html,
)


@dataclass(frozen=True)
class Table:
    """The table of one kind. `facet` is the field whose values are counted above it."""

    kind: str
    title: str
    model: type[CachedObject]
    columns: tuple[Column, ...]
    sort: str = "status"
    facet: str = "severity"
    namespaced: bool = True

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the columns shown to whoever has not chosen; status and name lead, as they lead the eye."""
        keys = [column.key for column in self.columns if column.shown]
        return tuple(sorted(keys, key=lambda key: {"status": 0, "name": 1}.get(key, 2)))


def _pod_name(row: Any, sight: Sight) -> str:
    base = row.owner_name.rpartition("-")[0] if row.owner_kind == "ReplicaSet" else row.owner_name
    workload = base if base and row.name.startswith(f"{base}-") else row.name
    suffix = row.name[len(workload) :]
    end = f"<span>{escape(suffix)}</span>" if suffix else ""
    return f'<a class="name" href="{sight.page("pods", row.namespace, row.name)}">{escape(workload)}{end}</a>'


def _ready_html(row: Any, _: Sight) -> str:
    return f"{row.ready}/{row.total}"


def _restarts_text(row: Any, now: datetime) -> str:
    if not row.restarts or row.last_restart is None:
        return str(row.restarts)
    return f"{row.restarts} ({human_duration((now - row.last_restart).total_seconds())} ago)"


def _restarts_html(row: Any, sight: Sight) -> str:
    if not row.restarts:
        return '<span class="faint">0</span>'
    since = f' <span class="faint">· {age(row.last_restart, sight.now)}</span>' if row.last_restart else ""
    return f"{row.restarts}{since}"


def _node_of_pod(row: Any, sight: Sight) -> str:
    name = escape(row.node)
    return f'<a class="name cut" href="{sight.node(row.node)}" title="{name}">{name}</a>' if name else DASH


def _owner_text(row: Any, _: datetime) -> str:
    return f"{row.owner_kind}/{row.owner_name}" if row.owner_name else NONE


def _owner_html(row: Any, _: Sight) -> str:
    return escape(f"{row.owner_kind}/{row.owner_name}") if row.owner_name else DASH


OWNER = Column("owner", "Controlled by", _owner_text, _owner_html, (), shown=False, css="dim no-phone")
CONTAINERS = cut("containers", "Containers", order=False, shown=False, css="dim no-phone")
IMAGES = cut("images", "Images", order=False, css="dim no-phone w-cut")
SELECTOR = cut("selector", "Selector", order=False, shown=False, css="dim no-phone w-cut")

PODS = Table(
    "pods",
    "Pods",
    Pod,
    (
        NAMESPACE,
        name_column(_pod_name),
        Column(
            "ready", "Ready", lambda row, _: f"{row.ready}/{row.total}", _ready_html, ("ready", "total"), ("ready",),
            css="n p-ready",
        ),
        status_column(),
        Column(
            "restarts", "Restarts", _restarts_text, _restarts_html, ("restarts", "last_restart"), ("restarts",),
            css="n no-phone",
        ),
        AGE,
        plain("ip", "IP", shown=False, css="dim no-phone"),
        Column("node", "Node", lambda row, _: row.node or NONE, _node_of_pod, ("node",), ("node",), css="dim no-phone w-cut"),
        plain("nominated_node", "Nominated node", order=False, shown=False, css="dim no-phone"),
        plain("readiness_gates", "Readiness gates", order=False, shown=False, css="dim no-phone"),
        plain("qos", "QoS class", empty="", order=False, shown=False, css="dim no-phone"),
        OWNER,
        LABELS,
    ),
)  # fmt: skip

NODES = Table(
    "nodes",
    "Nodes",
    Node,
    (
        name_column(lambda row, sight: f'<a class="name" href="{sight.node(row.name)}">{escape(row.name)}</a>'),
        status_column(),
        plain("roles", "Roles", css="dim no-phone"),
        AGE,
        plain("version", "Version", empty="", css="dim p-ready"),
        plain("internal_ip", "Internal IP", css="dim no-phone"),
        plain("external_ip", "External IP", order=False, shown=False, css="dim no-phone"),
        plain("os_image", "OS image", empty="<unknown>", order=False, css="dim no-phone w-cut"),
        plain("kernel_version", "Kernel", empty="<unknown>", order=False, shown=False, css="dim no-phone"),
        plain("container_runtime", "Container runtime", empty="<unknown>", order=False, css="dim no-phone"),
        LABELS,
    ),
    namespaced=False,
)


def _namespace_name(row: Any, sight: Sight) -> str:
    return f'<a class="name" href="{sight.pods}?{urlencode({"namespace": row.name})}">{escape(row.name)}</a>'


NAMESPACES = Table(
    "namespaces",
    "Namespaces",
    Namespace,
    (name_column(_namespace_name), status_column(), AGE, LABELS),
    namespaced=False,
)


def _deployment_name(row: Any, sight: Sight) -> str:
    return f'<a class="name" href="{sight.page("deployments", row.namespace, row.name)}">{escape(row.name)}</a>'


DEPLOYMENTS = Table(
    "deployments",
    "Deployments",
    Deployment,
    (
        NAMESPACE,
        name_column(_deployment_name),
        Column(
            "ready", "Ready", lambda row, _: f"{row.ready}/{row.desired}", lambda row, _: f"{row.ready}/{row.desired}",
            ("ready", "desired"), ("ready",), css="n p-ready",
        ),
        number("up_to_date", "Up-to-date", "updated"),
        number("available", "Available"),
        AGE,
        status_column(),
        CONTAINERS,
        IMAGES,
        SELECTOR,
        LABELS,
    ),
)  # fmt: skip


def _replicaset_name(row: Any, sight: Sight) -> str:
    where = urlencode({"namespace": row.namespace, "owner": f"ReplicaSet/{row.name}"})
    return f'<a class="name" href="{sight.pods}?{escape(where)}">{escape(row.name)}</a>'


REPLICASETS = Table(
    "replicasets",
    "ReplicaSets",
    ReplicaSet,
    (
        NAMESPACE,
        name_column(_replicaset_name),
        number("desired", "Desired"),
        number("current", "Current", order=False),
        Column("ready", "Ready", lambda row, _: str(row.ready), lambda row, _: str(row.ready), ("ready",), ("ready",), css="n p-ready"),
        AGE,
        status_column(),
        number("revision", "Revision", order=False),
        CONTAINERS,
        IMAGES,
        SELECTOR,
        OWNER,
        LABELS,
    ),
)  # fmt: skip


def _object_html(row: Any, sight: Sight) -> str:
    name, kind = row.object_name, row.object_kind
    said = f"{escape(kind.lower())}/{escape(name)}"
    if kind == "Node":
        return f'<a class="name" href="{sight.node(name)}">{said}</a>'
    if kind in ("Pod", "Deployment"):
        return f'<a class="name" href="{sight.page(f"{kind.lower()}s", row.namespace, name)}">{said}</a>'
    return said


EVENTS = Table(
    "events",
    "Events",
    Event,
    (
        NAMESPACE,
        ages("last_seen", "Last seen", "last_seen", css="n dim p-age"),
        Column("type", "Type", lambda row, _: row.status, status_html, (), ("severity",), css="p-status"),
        plain("reason", "Reason", css="no-phone"),
        Column(
            "object", "Object", lambda row, _: f"{row.object_kind.lower()}/{row.object_name}", _object_html,
            ("object_kind", "object_name"), ("object_name",), css="p-name",
        ),
        cut("source", "Source", order=False, shown=False, css="dim no-phone"),
        plain("message", "Message", empty="", order=False, css="wrap p-message"),
        ages("first_seen", "First seen", "first_seen", order=False, shown=False, css="n dim no-phone"),
        number("count", "Count"),
        name_column(lambda row, _: escape(row.name)),
    ),
    sort="last_seen",
    facet="status",
)  # fmt: skip

TABLES = {table.kind: table for table in (PODS, NODES, NAMESPACES, DEPLOYMENTS, REPLICASETS, EVENTS)}

FACET_TITLES = {severity.name.lower(): severity for severity in Severity}
