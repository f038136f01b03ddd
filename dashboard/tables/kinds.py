"""The table of each kind: its rows, its columns in kubectl's order, and how it is sorted and filtered at first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
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

TWO_LINES = 80
"""Characters of a message that two lines hold on a narrow screen; a longer one stands in the title too."""

LONG_NAME = 28
"""Characters; a pod's name that is longer may be cut where room is short, so it stands in the title too."""


@dataclass(frozen=True)
class Table:
    """The table of one kind. `facet` is the field that is counted above it, `words` are its names of severities.

    `picks`: rows can be picked by hand, to read their logs together.
    """

    kind: str
    title: str
    model: type[CachedObject]
    columns: tuple[Column, ...]
    sort: str = "status"
    facet: str = "severity"
    namespaced: bool = True
    picks: bool = False
    words: Mapping[Severity, str] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    def column(self, key: str) -> Column | None:
        return self.by_key.get(key)

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the columns shown to whoever has not chosen: status and name lead, the age ends the row."""
        keys = [column.key for column in self.columns if column.shown]
        places = {"status": 0, "name": 1, "age": 3}
        return tuple(sorted(keys, key=lambda key: places.get(key, 2)))


def _pod_name(row: Any, sight: Sight) -> str:
    base = row.owner_name.rpartition("-")[0] if row.owner_kind == "ReplicaSet" else row.owner_name
    workload = base if base and row.name.startswith(f"{base}-") else row.name
    suffix = row.name[len(workload) :]
    end = f"<span>{escape(suffix)}</span>" if suffix else ""
    whole = f' title="{escape(row.name)}"' if len(row.name) > LONG_NAME else ""
    page = sight.page("pods", row.namespace, row.name)
    return f'<a class="name" href="{page}"{whole}>{escape(workload)}{end}</a>{sight.streams(row, page)}'


def _ready(total: str = "") -> Column:
    """How many are ready, of the field `total` where it is given."""

    def text(row: Any, _: object) -> str:
        return f"{row.ready}/{getattr(row, total)}" if total else str(row.ready)

    return Column("ready", "Ready", text, text, ("ready", total) if total else ("ready",), ("ready",), css="n p-ready")


def _restarts_text(row: Any, now: datetime) -> str:
    if not row.restarts or row.last_restart is None:
        return str(row.restarts)
    return f"{row.restarts} ({human_duration((now - row.last_restart).total_seconds())} ago)"


def _restarts_html(row: Any, sight: Sight) -> str:
    if not row.restarts:
        return '<span class="faint">0</span>'
    since = f' <span class="faint">· {age(row.last_restart, sight.now)}</span>' if row.last_restart else ""
    return f"{row.restarts}{since}"


def _node_text(row: Any, _: datetime) -> str:
    return str(row.node or NONE)


def _node_of_pod(row: Any, sight: Sight) -> str:
    name = escape(row.node)
    return f'<a class="name cut" href="{sight.node(row.node)}" title="{name}">{name}</a>' if name else DASH


def _owner_text(row: Any, _: datetime) -> str:
    return f"{row.owner_kind}/{row.owner_name}" if row.owner_name else NONE


def _owner_html(row: Any, _: Sight) -> str:
    return escape(f"{row.owner_kind}/{row.owner_name}") if row.owner_name else DASH


NODE = Column("node", "Node", _node_text, _node_of_pod, ("node",), ("node",), css="dim no-phone w-cut p-node")
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
        _ready("total"),
        status_column(),
        Column(
            "restarts",
            "Restarts",
            _restarts_text,
            _restarts_html,
            ("restarts", "last_restart"),
            ("restarts",),
            css="n no-phone p-restarts",
        ),
        AGE,
        plain("ip", "IP", shown=False, css="dim no-phone"),
        NODE,
        plain("nominated_node", "Nominated node", order=False, shown=False, css="dim no-phone"),
        plain("readiness_gates", "Readiness gates", order=False, shown=False, css="dim no-phone"),
        plain("qos", "QoS class", empty="", order=False, shown=False, css="dim no-phone"),
        OWNER,
        LABELS,
    ),
    picks=True,
)


def _node_name(row: Any, sight: Sight) -> str:
    link = f'<a class="name" href="{sight.node(row.name)}">{escape(row.name)}</a>'
    return link + sight.logs(row, node=row.name)


NODES = Table(
    "nodes",
    "Nodes",
    Node,
    (
        name_column(_node_name),
        status_column(),
        plain("roles", "Roles", css="dim no-phone"),
        AGE,
        plain("version", "Version", empty="", css="dim p-ready"),
        plain("internal_ip", "Internal IP", css="dim no-phone"),
        plain("external_ip", "External IP", order=False, shown=False, css="dim no-phone"),
        plain("os_image", "OS image", empty="<unknown>", order=False, css="dim no-phone w-cut"),
        plain("kernel_version", "Kernel", empty="<unknown>", order=False, shown=False, css="dim no-phone"),
        plain("container_runtime", "Container runtime", empty="<unknown>", order=False, css="dim no-phone w-cut"),
        LABELS,
    ),
    namespaced=False,
    words={Severity.FAILED: "NotReady", Severity.WARNING: "Cordoned or short", Severity.RUNNING: "Ready"},
)


def _namespace_name(row: Any, sight: Sight) -> str:
    link = f'<a class="name" href="{sight.pods}?{urlencode({"namespace": row.name})}">{escape(row.name)}</a>'
    return link + sight.yaml("namespaces", row)


NAMESPACES = Table(
    "namespaces",
    "Namespaces",
    Namespace,
    (name_column(_namespace_name), status_column(), AGE, LABELS),
    namespaced=False,
    words={Severity.RUNNING: "Active"},
)


def _deployment_name(row: Any, sight: Sight) -> str:
    link = f'<a class="name" href="{sight.page("deployments", row.namespace, row.name)}">{escape(row.name)}</a>'
    logs = sight.logs(row, namespace=row.namespace, owner=f"Deployment/{row.name}")
    return link + logs + sight.shell(row, "Deployment")


DEPLOYMENTS = Table(
    "deployments",
    "Deployments",
    Deployment,
    (
        NAMESPACE,
        name_column(_deployment_name),
        _ready("desired"),
        number("up_to_date", "Up-to-date", "updated"),
        number("available", "Available"),
        AGE,
        status_column(),
        CONTAINERS,
        IMAGES,
        SELECTOR,
        LABELS,
    ),
    words={
        Severity.PENDING: "Rolling out",
        Severity.WARNING: "Unavailable or paused",
        Severity.RUNNING: "Available",
        Severity.COMPLETED: "Scaled to 0",
    },
)


def _replicaset_name(row: Any, sight: Sight) -> str:
    pods = {"namespace": row.namespace, "owner": f"ReplicaSet/{row.name}"}
    link = f'<a class="name" href="{sight.pods}?{escape(urlencode(pods))}">{escape(row.name)}</a>'
    return link + sight.logs(row, **pods) + sight.shell(row, "ReplicaSet") + sight.yaml("replicasets", row)


REPLICASETS = Table(
    "replicasets",
    "ReplicaSets",
    ReplicaSet,
    (
        NAMESPACE,
        name_column(_replicaset_name),
        number("desired", "Desired"),
        number("current", "Current", order=False),
        _ready(),
        AGE,
        status_column(),
        number("revision", "Revision", order=False),
        CONTAINERS,
        IMAGES,
        SELECTOR,
        OWNER,
        LABELS,
    ),
    words={Severity.RUNNING: "Ready", Severity.COMPLETED: "Scaled to 0"},
)


def _event_object(row: Any, sight: Sight) -> str:
    return _object_html(row, sight) + sight.yaml("events", row)


def _object_html(row: Any, sight: Sight) -> str:
    name, kind = row.object_name, row.object_kind
    said = f"{escape(kind.lower())}/{escape(name)}"
    if kind == "Node":
        return f'<a class="name" href="{sight.node(name)}">{said}</a>'
    if kind in ("Pod", "Deployment"):
        return f'<a class="name" href="{sight.page(f"{kind.lower()}s", row.namespace, name)}">{said}</a>'
    return said


def _message_text(row: Any, _: datetime) -> str:
    return str(row.message)


def _message_html(row: Any, _: Sight) -> str:
    message = escape(row.message)
    title = f' title="{message}"' if len(message) > TWO_LINES else ""
    return f'<span class="clamp"{title}>{message}</span>' if message else DASH


EVENTS = Table(
    "events",
    "Events",
    Event,
    (
        NAMESPACE,
        ages("last_seen", "Last seen", "last_seen", css="n dim p-age"),
        Column("type", "Type", lambda row, _: row.status, status_html, (), ("severity",), css="p-status"),
        plain("reason", "Reason", css="p-reason"),
        Column(
            "object",
            "Object",
            lambda row, _: f"{row.object_kind.lower()}/{row.object_name}",
            _event_object,
            ("object_kind", "object_name"),
            ("object_name",),
            css="p-name",
        ),
        cut("source", "Source", order=False, shown=False, css="dim no-phone"),
        Column("message", "Message", _message_text, _message_html, ("message",), css="wrap p-message"),
        ages("first_seen", "First seen", "first_seen", order=False, shown=False, css="n dim no-phone"),
        number("count", "Count"),
        plain("name", "Name", shown=False, css="dim no-phone"),
    ),
    sort="last_seen",
    facet="status",
)

TABLES = {table.kind: table for table in (PODS, NODES, NAMESPACES, DEPLOYMENTS, REPLICASETS, EVENTS)}
