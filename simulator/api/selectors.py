"""Label and field selectors.

Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.errors import BadRequest
from simulator.kinds import (
    CERTIFICATE_SIGNING_REQUESTS,
    EVENTS,
    JOBS,
    NAMESPACES,
    NODES,
    PODS,
    REPLICATION_CONTROLLERS,
    SECRETS,
    SERVICES,
    Kind,
    Object,
)

Matches = Callable[[Object], bool]

_TOKEN = re.compile(r"\s*(?:(==|!=|[=(),!<>])|([^\s=(),!<>]+))")
_OPERATORS = ("=", "==", "!=", "in", "notin", ">", "<")
_EVERYTHING: tuple[str, ...] = ("metadata.name", "metadata.namespace")
_FIELDS: dict[Kind, tuple[str, ...]] = {
    CERTIFICATE_SIGNING_REQUESTS: ("spec.signerName",),
    EVENTS: (
        *(f"involvedObject.{part}" for part in ("kind", "namespace", "name", "uid", "apiVersion")),
        *("involvedObject.resourceVersion", "involvedObject.fieldPath"),
        *("reason", "reportingComponent", "source", "type"),
    ),
    JOBS: ("status.successful",),
    NAMESPACES: ("status.phase",),
    NODES: ("spec.unschedulable",),
    PODS: (
        *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork"),
        *("status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"),
    ),
    REPLICATION_CONTROLLERS: ("status.replicas",),
    SECRETS: ("type",),
    SERVICES: ("spec.clusterIP", "spec.type"),
}
_PATHS = {"source": "source.component", "status.successful": "status.succeeded"}
_ABSENT = {"spec.unschedulable": "false", "spec.hostNetwork": "false", "status.replicas": "0", "status.successful": "0"}


@dataclass(frozen=True)
class Requirement:
    """One term of a label selector."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether an object with these labels is meant."""
        value = labels.get(self.key)
        match self.operator:
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "in" | "=" | "==":
                return value in self.values
            case "notin" | "!=":
                return value not in self.values
        return _compares(value, self.operator, self.values[0])


def parse_labels(text: str) -> tuple[Requirement, ...]:
    """The terms of a label selector. Raises BadRequest in the server's words."""
    return _Parser(text).requirements()


def label_selector(text: str) -> Matches | None:
    """What a label selector means; None when it means everything. Raises BadRequest."""
    terms = parse_labels(text)
    if not terms:
        return None

    def matches(obj: Object) -> bool:
        labels = obj.get("metadata", {}).get("labels") or {}
        return all(term.matches(labels) for term in terms)

    return matches


def field_selector(kind: Kind, text: str) -> Matches | None:
    """What a field selector means; None when it means everything. Raises BadRequest for unknown fields."""
    terms = [_field_term(kind, text, term) for term in text.split(",") if term]
    if not terms:
        return None
    return lambda obj: all((_field(obj, path) == value) is equal for path, value, equal in terms)


def both(one: Matches | None, other: Matches | None) -> Matches | None:
    """What both selectors mean."""
    if one is None or other is None:
        return one or other
    return lambda obj: one(obj) and other(obj)


def _compares(value: str | None, operator: str, limit: str) -> bool:
    try:
        number, bound = int(value or ""), int(limit)
    except ValueError:
        return False
    return number > bound if operator == ">" else number < bound


def _field_term(kind: Kind, text: str, term: str) -> tuple[str, str, bool]:
    parts = re.fullmatch(r"([^=!]*)(==|!=|=)(.*)", term)
    if parts is None:
        raise BadRequest(f"invalid selector: '{text}'; can't understand '{term}'")
    path, operator, value = parts.groups()
    if path not in (*_everywhere(kind), *_FIELDS.get(kind, ())):
        raise BadRequest(_unknown(kind, path))
    return path, value, operator != "!="


def _everywhere(kind: Kind) -> tuple[str, ...]:
    """Some kinds that are in no namespace know no field for it."""
    return _EVERYTHING if kind.namespaced or kind not in _FIELDS else _EVERYTHING[:1]


def _unknown(kind: Kind, path: str) -> str:
    if kind is JOBS:
        return f'field label "{path}" not supported for Job'
    if kind in _FIELDS:
        return f"field label not supported: {path}"
    known = ", ".join(f'"{name}"' for name in _EVERYTHING)
    return f'"{path}" is not a known field selector: only {known}'


def _field(obj: Object, path: str) -> str:
    value: Any = obj
    for part in _PATHS.get(path, path).split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return _ABSENT.get(path, "")
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Parser:
    """Reads as Kubernetes' own parser does, so that it complains in the same words."""

    def __init__(self, text: str) -> None:
        self._tokens = [one or other for one, other in _TOKEN.findall(text)]

    def requirements(self) -> tuple[Requirement, ...]:
        terms: list[Requirement] = []
        while word := self._peek():
            if word != "!" and not _is_word(word):
                raise BadRequest(f"found '{word}', expected: !, identifier, or 'end of string'")
            try:
                terms.append(self._requirement())
            except _Unexpected as error:
                raise BadRequest(f"unable to parse requirement: {error}") from None
            word = self._take()
            if word not in ("", ","):
                raise BadRequest(f"found '{word}', expected: ',' or 'end of string'")
            if word and self._peek() != "!" and not _is_word(self._peek()):
                raise BadRequest(f"found '{self._peek()}', expected: identifier after ','")
        return tuple(terms)

    def _requirement(self) -> Requirement:
        word = self._take()
        absent = word == "!"
        key = self._take() if absent else word
        if not _is_word(key):
            raise _Unexpected(f"found '{key}', expected: identifier")
        if absent or self._peek() in ("", ","):
            return Requirement(key, "!" if absent else "exists")
        operator = self._take()
        if operator not in _OPERATORS:
            raise _Unexpected(f"found '{operator}', expected: {', '.join(_OPERATORS)}")
        if operator in ("in", "notin"):
            return Requirement(key, operator, self._values())
        return Requirement(key, operator, (self._exact_value(),))

    def _exact_value(self) -> str:
        if self._peek() in ("", ","):
            return ""
        word = self._take()
        if not _is_word(word):
            raise _Unexpected(f"found '{word}', expected: identifier")
        return word

    def _values(self) -> tuple[str, ...]:
        word = self._take()
        if word != "(":
            raise _Unexpected(f"found '{word}' expected: '('")
        values, last = [], ","
        while (word := self._take()) != ")":
            if word == ",":
                values += [""] if last == "," else []
            elif not _is_word(word):
                raise _Unexpected(f"found '{word}', expected: ',' or ')'")
            else:
                values.append(word)
            last = word
        return tuple(values) if last != "," else (*values, "")

    def _peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self) -> str:
        return self._tokens.pop(0) if self._tokens else ""


class _Unexpected(Exception):
    """A word that is not due."""


def _is_word(word: str) -> bool:
    return bool(word) and word[0] not in "=(),!<>"
