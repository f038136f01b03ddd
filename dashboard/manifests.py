"""A Kubernetes object as YAML: text that reads back as the same object, and its lines marked up for the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import yaml
from django.utils.safestring import SafeString, mark_safe

# Possessive: nothing is given back, so that megabytes between quotes are looked through once.
QUOTED = r"""'(?:[^']++|'')*+'|"(?:[^"\\]++|\\.)*+\""""
KEY = re.compile(rf"""(?P<lead>\s*(?:- )*)(?P<key>{QUOTED}|[^\s'"#-][^:]*|-[^\s:][^:]*):(?= |$)""")
BLOCK = re.compile(r"[|>]\d?[+-]?")
BLOCK_IN_LIST = re.compile(r"(?P<lead>\s*(?:- )*)- [|>]\d?[+-]?")
UNBROKEN = 2**31 - 1  # columns; no line is folded
# go-yaml, which kubectl uses, takes these for numbers where PyYAML sees text: unquoted they would change their type.
NUMBERS_ELSEWHERE = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)[eE][-+]?\d+|0o[0-7_]+")


class _Dumper(yaml.CSafeDumper):
    """Multi-line text as literal blocks, lists indented as kubectl prints them, no anchors.

    By libyaml: PyYAML's own emitter takes three seconds for each megabyte of text.
    """

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", NUMBERS_ELSEWHERE, list("-+.0123456789"))


@dataclass(frozen=True)
class Line:
    """One line of YAML: what comes before the key, the key with its colon (may be empty), and the rest."""

    lead: str
    key: str
    rest: str


def as_yaml(obj: dict[str, Any]) -> str:
    """`obj` as YAML, keys in their order, long lines kept whole."""
    text: str = yaml.dump(obj, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=UNBROKEN)
    return text


def marked_up(text: str) -> SafeString:
    """What `as_yaml` made as HTML, with its keys in bold. In a template, a line would take twenty times as long."""
    return mark_safe("\n".join(_html(line) for line in lines(text)))  # noqa: S308 - _html escapes


def _html(line: Line) -> str:
    key = f"<b>{escape(line.key)}</b>" if line.key else ""
    return f"{escape(line.lead)}{key}{escape(line.rest)}"


def lines(text: str) -> Iterator[Line]:
    """The lines of what `as_yaml` made, with keys told from values; text inside literal blocks has no keys."""
    block_indent: int | None = None
    for line in text.removesuffix("\n").split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if block_indent is not None and (not line.strip() or indent > block_indent):
            yield Line("", "", line)
            continue
        item = BLOCK_IN_LIST.fullmatch(line)
        block_indent = len(item["lead"]) if item else None
        found = None if item else KEY.match(line)
        if found is None:
            yield Line("", "", line)
            continue
        rest = line[found.end() :]
        if BLOCK.fullmatch(rest.strip()):
            block_indent = len(found["lead"])
        yield Line(found["lead"], found["key"] + ":", rest)
