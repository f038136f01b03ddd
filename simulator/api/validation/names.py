"""What names, labels and annotations may look like.

Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.api.validation.faults import forbidden, invalid
from simulator.errors import Cause


@dataclass(frozen=True)
class Form:
    """A form that names have: `pattern`, at most `length` characters; `words` begin the complaint, examples end it."""

    pattern: str
    length: int
    words: str
    examples: tuple[str, ...]
    prefix: str = ""

    def faults(self, field: str, value: str, shown: Any = None) -> Iterator[Cause]:
        """What is wrong with a value; `shown` is what the message quotes in its place."""
        shown = value if shown is None else shown
        if len(value) > self.length:
            yield invalid(field, shown, f"{self.prefix}must be no more than {self.length} bytes")
        if not re.fullmatch(self.pattern, value):
            examples = ",  or ".join(f"'{example}'" for example in self.examples)
            regex = f"regex used for validation is '{self.pattern}'"
            yield invalid(field, shown, f"{self.prefix}{self.words} (e.g. {examples}, {regex})")


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_ENDS = "and must start and end with an alphanumeric character"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

LABEL = Form(
    _LABEL,
    63,
    f"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', {_ENDS}",
    ("my-name", "123-abc"),
)
SUBDOMAIN = Form(
    rf"{_LABEL}(\.{_LABEL})*",
    253,
    f"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', {_ENDS}",
    ("example.com",),
)
SERVICE_NAME = Form(
    "[a-z]([-a-z0-9]*[a-z0-9])?",
    63,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character",
    ("my-name", "abc-123"),
)
LABEL_VALUE = Form(
    f"({_QUALIFIED})?",
    63,
    f"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', {_ENDS}",
    ("MyValue", "my_value", "12345"),
)
CONFIG_KEY = Form(
    "[-._a-zA-Z0-9]+",
    253,
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    ("key.name", "KEY_NAME", "key-name"),
)
_NAME_PART = Form(
    _QUALIFIED,
    63,
    f"must consist of alphanumeric characters, '-', '_' or '.', {_ENDS}",
    ("MyName", "my.name", "123-abc"),
    prefix="name part ",
)
_PREFIX_PART = Form(SUBDOMAIN.pattern, 253, SUBDOMAIN.words, SUBDOMAIN.examples, prefix="prefix part ")
_ANNOTATIONS = 256 * 1024


def qualified_name(field: str, name: str) -> Iterator[Cause]:
    """Faults of a key such as "app.kubernetes.io/name"."""
    prefix, slash, part = name.rpartition("/")
    if slash and not prefix:
        yield invalid(field, name, "prefix part must be non-empty")
    elif slash:
        yield from _PREFIX_PART.faults(field, prefix, name)
    if not part:
        yield invalid(field, name, "name part must be non-empty")
    yield from _NAME_PART.faults(field, part, name)


def labels(field: str, found: Any) -> Iterator[Cause]:
    """Faults of labels."""
    for key, value in (found or {}).items():
        yield from qualified_name(field, key)
        yield from LABEL_VALUE.faults(field, value or "")


def annotations(field: str, found: Any) -> Iterator[Cause]:
    """Faults of annotations."""
    total = 0
    for key, value in (found or {}).items():
        yield from qualified_name(field, key.lower())
        total += len(key.encode()) + len((value or "").encode())
    if total > _ANNOTATIONS:
        yield Cause(field, "FieldValueTooLong", f"Too long: may not be more than {_ANNOTATIONS} bytes")


def path_segment(field: str, name: str) -> Iterator[Cause]:
    """Faults of names that need only fit into a path, as those of roles."""
    if name in (".", ".."):
        yield invalid(field, name, f"may not be '{name}'")
    for character in "/%":
        if character in name:
            yield invalid(field, name, f"may not contain '{character}'")


def no_new_finalizers(old: list[str], new: list[str]) -> Iterator[Cause]:
    """An object that is going takes no more finalizers."""
    if fresh := sorted(set(new) - set(old)):
        listed = ", ".join(f'"{name}"' for name in fresh)
        why = "no new finalizers can be added if the object is being deleted, found new finalizers"
        fault = forbidden("metadata.finalizers", f"{why} []string{{{listed}}}")
        yield from (fault, fault)  # the real server looks twice
