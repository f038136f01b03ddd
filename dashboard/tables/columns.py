"""What a column is, and the cells that several kinds share.

A column says the same thing twice: `text` is exactly what kubectl prints (CSV, JSON, tests), `html` is how the page
says it. Both are called a hundred times a page for each column, hence plain strings escaped by hand and no templates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from html import escape
from typing import Any, Protocol
from urllib.parse import quote as quote_anew
from urllib.parse import urlencode

from clusters.kube.printing import human_duration
from clusters.models import Severity
from dashboard.addresses import address
from dashboard.words import age_words

NONE = "<none>"
quote = lru_cache(4000)(quote_anew)
"""Names of nodes and namespaces come again and again, and a page is looked at more than once."""

DASH = '<span class="faint">—</span>'
CLASSES = {
    Severity.FAILED: "failed",
    Severity.WARNING: "warning",
    Severity.PENDING: "pending",
    Severity.TERMINATING: "terminating",
    Severity.UNKNOWN: "unsure",
    Severity.RUNNING: "running",
    Severity.COMPLETED: "completed",
}


class Row(Protocol):
    """One row of a table: a named tuple of the model's fields that the columns shown name."""

    id: int
    uid: str
    resource_version: str
    namespace: str
    name: str
    created: datetime
    severity: int
    status: str
    summary: str
    owner_kind: str
    owner_name: str

    def __getattr__(self, field: str) -> Any: ...


ROW_FIELDS = tuple(Row.__annotations__)


class Sight:
    """What cells need besides the row: the moment, the addresses of the cluster's pages, and what the reader may do.

    `logs` are the namespaces in which he may read logs, `shells` those in which he may open shells; None for all.
    """

    def __init__(
        self,
        slug: str,
        now: datetime,
        *,
        logs: frozenset[str] | None = frozenset(),
        shells: frozenset[str] | None = frozenset(),
    ) -> None:
        self.now = now
        self._readable = logs
        self._open = shells
        self._logs = address("logs", slug)
        self._shell = address("workload-shell", slug)
        self._node = address("node", slug, "NAME")
        self._pages = {
            "pods": address("pod", slug, "NAMESPACE", "NAME"),
            "deployments": address("deployment", slug, "NAMESPACE", "NAME"),
        }
        self._yaml = address("yaml", slug, "KIND", "NAMESPACE", "NAME")
        self._yaml_cluster_scoped = address("yaml-cluster-scoped", slug, "KIND", "NAME")
        self.pods = address("table", slug, "pods")

    def node(self, name: str) -> str:
        return self._node.replace("NAME", quote(name))

    def yaml(self, kind: str, row: "Row") -> str:
        """A link to the YAML of an object that has no page of its own."""
        pattern = self._yaml if row.namespace else self._yaml_cluster_scoped
        named = (
            pattern.replace("KIND", kind).replace("NAMESPACE", quote(row.namespace)).replace("NAME", quote(row.name))
        )
        return _beside("y", named, "YAML", f"YAML of {row.name}")

    @property
    def reads_any_logs(self) -> bool:
        return self._readable is None or bool(self._readable)

    def reads_logs(self, namespace: str) -> bool:
        """Whether the reader may have the logs of pods in the namespace; of none in particular: of all."""
        return self._readable is None or namespace in self._readable

    def logs(self, row: "Row", **selected: str) -> str:
        """A link to the logs of the pods that an object stands for; empty where the reader may not have them."""
        if not self.reads_logs(row.namespace):
            return ""
        return _beside("l", f"{self._logs}?{urlencode(selected)}", "Logs", f"Logs of {row.name}")

    def shell(self, row: "Row", owner: str) -> str:
        """A link to a shell in one of the pods of a workload; empty where the reader may not open one."""
        if not self._opens_shells(row.namespace):
            return ""
        query = urlencode({"namespace": row.namespace, "owner": f"{owner}/{row.name}"})
        return _beside("s", f"{self._shell}?{query}", "Shell", f"Shell in {row.name}")

    def streams(self, row: "Row", page: str) -> str:
        """Links to the log of a pod and a shell in it, as far as the reader may; `page` is the address of the pod."""
        log = _beside("l", f"{page}logs/", "Logs", f"Logs of {row.name}") if self.reads_logs(row.namespace) else ""
        opens = self._opens_shells(row.namespace)
        links = log + (_beside("s", f"{page}shell/", "Shell", f"Shell in {row.name}") if opens else "")
        # Names of pods are long: the links take no room from them.
        return f'<span class="beside-name at-end">{links}</span>' if links else ""

    def _opens_shells(self, namespace: str) -> bool:
        return self._open is None or namespace in self._open

    def page(self, kind: str, namespace: str, name: str) -> str:
        """The address of a pod's or a deployment's page."""
        before, _, rest = self._pages[kind].partition("NAMESPACE")
        return f"{before}{quote(namespace)}{rest.replace('NAME', quote(name))}"


def _beside(key: str, address: str, word: str, said: str) -> str:
    """A link beside a name, which the letter `key` opens too."""
    return f' <a class="beside-name" data-key="{key}" href="{escape(address)}" aria-label="{escape(said)}">{word}</a>'


Html = Callable[[Any, Sight], str]
Text = Callable[[Any, datetime], str]


@dataclass(frozen=True)
class Column:
    """One column. `order` names the model fields it sorts by; empty: it cannot be sorted by.

    `newest_first`: sorting up means counting `order` down, as ages do. `css` are the classes of its cells.
    """

    key: str
    title: str
    text: Text
    html: Html
    fields: tuple[str, ...]
    order: tuple[str, ...] = ()
    newest_first: bool = False
    shown: bool = True
    css: str = ""

    @cached_property
    def opening(self) -> str:
        """How each of its cells begins."""
        return f'<td class="{self.css}" data-col="{self.key}">'


def plain(key: str, title: str, field: str = "", *, empty: str = NONE, order: bool = True, **more: Any) -> Column:
    """A column that shows a field as it is; an empty one as kubectl's `empty` in exports, as a dash on the page."""
    field = field or key

    def text(row: Any, _: datetime) -> str:
        value = getattr(row, field)
        return empty if value == "" else str(value)

    def html(row: Any, _: Sight) -> str:
        value = getattr(row, field)
        return DASH if value == "" else escape(str(value))

    return Column(key, title, text, html, (field,), (field,) if order else (), **more)


def cut(key: str, title: str, field: str = "", **more: Any) -> Column:
    """Like `plain`, for long texts: cut where the column ends, whole in the title."""
    column = plain(key, title, field, **more)
    field = column.fields[0]

    def html(row: Any, _: Sight) -> str:
        value = escape(getattr(row, field))
        return f'<span class="cut" title="{value}">{value}</span>' if value else DASH

    return Column(key, title, column.text, html, column.fields, column.order, shown=column.shown, css=column.css)


def number(key: str, title: str, field: str = "", *, order: bool = True, shown: bool = True) -> Column:
    return plain(key, title, field, order=order, shown=shown, css="n no-phone")


def ages(key: str, title: str, field: str, *, css: str = "n dim", order: bool = True, shown: bool = True) -> Column:
    """How long ago a moment was; it ticks in the browser."""

    def text(row: Any, now: datetime) -> str:
        return human_duration((now - getattr(row, field)).total_seconds())

    def html(row: Any, sight: Sight) -> str:
        return age(getattr(row, field), sight.now)

    return Column(key, title, text, html, (field,), (field,) if order else (), newest_first=True, shown=shown, css=css)


def age(then: datetime, now: datetime) -> str:
    return f'<time datetime="{then.isoformat()}" data-age>{age_words((now - then).total_seconds())}</time>'


def status_html(row: Any, _: Sight) -> str:
    """Our sentence, then the word that kubectl prints."""
    word = escape(row.status)
    name = CLASSES[Severity(row.severity)]
    if not row.summary or row.summary == row.status:
        return f'<span class="st st-{name}"><span class="word">{word}</span></span>'
    said = escape(row.summary)
    return (
        f'<span class="st st-{name}" title="{said}: {word}"><span>{said}</span> <span class="word">{word}</span></span>'
    )


def status_column(title: str = "Status") -> Column:
    return Column("status", title, lambda row, _: row.status, status_html, (), ("severity",), css="p-status")


def name_column(html: Html) -> Column:
    return Column("name", "Name", lambda row, _: row.name, html, (), ("name",), css="p-name")


NAMESPACE = plain("namespace", "Namespace", css="p-ns dim")
AGE = ages("age", "Age", "created", css="n dim p-age")


def labels_text(row: Any, _: datetime) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(row.labels.items())) or NONE


def labels_html(row: Any, _: Sight) -> str:
    text = escape(", ".join(f"{key}={value}" for key, value in sorted(row.labels.items())))
    return f'<span class="cut mono" title="{text}">{text}</span>' if text else DASH


LABELS = Column("labels", "Labels", labels_text, labels_html, ("labels",), shown=False, css="dim no-phone")
