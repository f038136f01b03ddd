"""The state of a table as its address says it: filters, sort, columns, place. Nothing in it is trusted."""

import base64
import binascii
import json
import re
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import QueryDict

from clusters.kube.selectors import BadSelector, parse, typed
from clusters.models import Severity
from dashboard.tables.kinds import TABLES, Table

LONGEST_NAME = 253
LONGEST_TEXT = 1000
# RFC 1123 subdomains, https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
OWNER = re.compile(r"[A-Z][A-Za-z0-9]*/[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?")
SEVERITIES = {severity.label.lower().replace(" ", "-"): severity for severity in Severity}
TYPED = re.compile(r"(?:^|\s)(namespace|ns|node|state|status|owner|labels):(\S+)")


class BadParameter(BadRequest):
    """A parameter of the address that cannot be meant; the message names it and says what would do."""


@dataclass(frozen=True)
class State:
    """What a table shows. Empty texts filter nothing; `after` and `before` are places as `place` makes them."""

    table: Table
    q: str = ""
    namespace: str = ""
    state: str = ""
    status: str = ""
    node: str = ""
    labels: str = ""
    owner: str = ""
    sort: str = ""
    columns: str = ""
    after: str = ""
    before: str = ""

    @property
    def severity(self) -> Severity | None:
        return SEVERITIES.get(self.state)

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-") or self.table.sort

    @property
    def is_filtered(self) -> bool:
        return any((self.q, self.namespace, self.state, self.status, self.node, self.labels, self.owner))

    def query(self, **changes: str) -> str:
        """The address's query, with some parameters changed. Any change but of place leads to page one."""
        set_to = {name: getattr(self, name) for name in PARAMETERS} | {"after": "", "before": ""} | changes
        return f"?{urlencode({name: value for name, value in set_to.items() if value})}"


PARAMETERS = tuple(field.name for field in fields(State) if field.name != "table")


def read(kind: str, query: QueryDict, *, ignore: frozenset[str] = frozenset()) -> State:
    """The state that an address says. Raises BadParameter for whatever is unknown, too long or malformed."""
    table = TABLES[kind]
    given: dict[str, str] = {}
    for name in query:
        if name in ignore:
            continue
        if name not in PARAMETERS:
            raise BadParameter(f"There is no parameter {name[:40]!r}. Known are {', '.join(PARAMETERS)}.")
        given[name] = _checked(table, name, str(query[name]))
    if given.get("after") and given.get("before"):
        raise BadParameter("Give after or before, not both.")
    return State(table, **given)


def absorb(state: State) -> State:
    """The state with what was typed in the filter (`node:a app=web name`) moved to where it belongs.

    What is no filter stays text; in events it always does, since people look for words of messages there.
    """
    text = state.q
    moved: dict[str, Any] = {}
    for name, value in TYPED.findall(text):
        key = {"ns": "namespace"}.get(name, name)
        moved[key] = _checked(state.table, key, value)
    text = " ".join(TYPED.sub(" ", text).split())
    selector, text = ("", text) if state.table.kind == "events" else typed(text)
    if selector:
        joined = ",".join(part for part in (state.labels, moved.get("labels", ""), selector) if part)
        moved["labels"] = _checked(state.table, "labels", joined)
    return replace(state, q=text, **moved)


def _checked(table: Table, name: str, value: str) -> str:
    value = value.strip()
    longest = LONGEST_NAME if name in ("q", "namespace", "node") else LONGEST_TEXT
    if len(value) > longest:
        raise BadParameter(f"{name} is longer than {longest} characters.")
    if not value.isprintable():
        raise BadParameter(f"{name} holds characters that cannot be printed.")
    if value:
        _check_form(table, name, value)
    return value


def _check_form(table: Table, name: str, value: str) -> None:
    if name in ("namespace", "node") and not NAME.fullmatch(value):
        raise BadParameter(f"{name} is not a name that Kubernetes allows: lower-case letters, digits, '-' and '.'.")
    if name == "node" and table.kind != "pods":
        raise BadParameter(f"{table.title} cannot be filtered by node.")
    if name == "state" and value not in SEVERITIES:
        raise BadParameter(f"There is no state {value[:40]!r}. Known are {', '.join(SEVERITIES)}.")
    if name == "owner" and not OWNER.fullmatch(value):
        raise BadParameter("owner must be a kind and a name, such as ReplicaSet/web-5d4f8.")
    if name == "sort" and not sortable(table, value.removeprefix("-")):
        raise BadParameter(f"{table.title} cannot be sorted by {value[:40]!r}.")
    if name == "columns" and (unknown := [key for key in value.split(",") if table.column(key) is None]):
        raise BadParameter(f"{table.title} have no column {unknown[0][:40]!r}.")
    if name == "labels":
        _check_labels(value)


def sortable(table: Table, key: str) -> bool:
    column = table.column(key)
    return column is not None and bool(column.order)


def _check_labels(value: str) -> None:
    try:
        parse(value)
    except BadSelector as error:
        raise BadParameter(f"labels is not a label selector: {error}") from error


def place(values: list[Any]) -> str:
    """The place of a row in a sorted table, fit for an address."""
    return (
        base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":"), default=str).encode()).decode().rstrip("=")
    )


def place_values(name: str, text: str, length: int) -> list[Any]:
    """The sort values that `place` was given. Raises BadParameter where they are not a place of this sort."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadParameter(f"{name} is not a place in a table; open the table again.") from error
    if not isinstance(values, list) or len(values) != length:
        raise BadParameter(f"{name} is not a place in a table sorted like this; open the table again.")
    if any(not isinstance(value, str | int) or "\x00" in str(value) for value in values):
        raise BadParameter(f"{name} is not a place in a table; open the table again.")
    return values
