"""python -m simulator.api.protobuf.extract MODULE... > messages.json

Keeps of the Go modules k8s.io/api, apimachinery, apiextensions-apiserver and kube-aggregator (folders that `go mod
download` fills) what Protobuf of the kinds that the simulator reads needs: the fields of `generated.proto` by number,
and how the structs beside it name them in JSON.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.api.evicting import EVICTION
from simulator.api.protobuf import DELETE_OPTIONS
from simulator.api.protobuf.messages import ENVELOPE, SCALARS
from simulator.api.scale import SCALE
from simulator.api.tokens import TOKEN_REQUEST
from simulator.kinds import KINDS

_KINDS = (*KINDS, EVICTION, SCALE, TOKEN_REQUEST, DELETE_OPTIONS)
_MESSAGE = re.compile(r"^message (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^  (?:(optional|repeated) ([\w.]+)|map<string, ([\w.]+)>) (\w+) = (\d+);", re.MULTILINE)
_STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_LIST = re.compile(r"^type (\w+) \[\]", re.MULTILINE)
_MEMBER = re.compile(r'^\t(?!//)(.*)`(?:.*json:"([^"]*)")?.*protobuf:"\w+,(\d+)', re.MULTILINE)


@dataclass(frozen=True)
class _Member:
    """A field of a Go struct: whether it is a pointer, its name in JSON and the options behind that."""

    is_pointer: bool
    name: str
    options: frozenset[str]


@dataclass
class _Package:
    """A folder with a `generated.proto`. `members` are by struct and number."""

    name: str
    group: str
    messages: dict[str, str]
    members: dict[tuple[str, int], _Member] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)


def main() -> None:
    """Reads the modules, writes the messages: one a line, so that versions can be compared."""
    packages = {found.name: found for module in sys.argv[1:] for found in _packages(Path(module))}
    kinds = dict(sorted(_roots(packages.values())))
    messages = _reachable(packages, [*kinds.values(), f"k8s.io.apimachinery.pkg.{ENVELOPE}"])
    roots = {key: _short(name) for key, name in kinds.items()}
    lines = ",\n".join(
        f"{json.dumps(_short(name))}: {_compact(messages[name])}" for name in sorted(messages, key=_short)
    )
    sys.stdout.write(f'{{"kinds": {_compact(roots)},\n"messages": {{\n{lines}\n}}}}\n')


def _packages(module: Path) -> Iterator[_Package]:
    for file in module.rglob("generated.proto"):
        text = file.read_text()
        name = re.findall(r"^package ([\w.]+);", text, re.MULTILINE)[0]
        sources = [path.read_text() for path in file.parent.glob("*.go") if path.name != "generated.pb.go"]
        group = next((found for source in sources for found in re.findall(r'GroupName = "(.*)"', source)), "")
        package = _Package(name, group, dict(_MESSAGE.findall(text)))
        for source in sources:
            package.lists.update(_LIST.findall(source))
            for struct, body in _STRUCT.findall(source):
                package.members.update({(struct, number): member for number, member in _members(body)})
        yield package


def _members(body: str) -> Iterator[tuple[int, _Member]]:
    for declared, tag, number in _MEMBER.findall(body):
        name, *options = tag.split(",")
        yield int(number), _Member(declared.split()[-1].startswith("*"), name.strip("-"), frozenset(options))


def _roots(packages: Iterable[_Package]) -> Iterator[tuple[str, str]]:
    for package in packages:
        for kind in _KINDS:
            place = (package.group, package.name.rpartition(".")[2])
            if place == (kind.group, kind.version) and kind.kind in package.messages:
                yield f"{kind.group}/{kind.version}/{kind.kind}", f"{package.name}.{kind.kind}"


def _reachable(packages: dict[str, _Package], waiting: list[str]) -> dict[str, Any]:
    """These messages and all that they refer to, by full name."""
    found: dict[str, Any] = {}
    while waiting:
        full = waiting.pop()
        if full in found:
            continue
        package, name = packages[full.rpartition(".")[0]], full.rpartition(".")[2]
        message: dict[str, Any] = {"fields": {}}
        for rule, single, value, label, number in _FIELD.findall(package.messages[name]):
            kind = _full(package, single or value)
            shape = "list" if rule == "repeated" else "map" if value else ""
            member = package.members.get((name, int(number)), _Member(False, label, frozenset()))
            message["fields"][number] = _field(kind, shape, label, member)
            waiting += [] if kind in SCALARS else [kind]
        if name in package.lists:
            message["is_list"] = True
        found[full] = message
    return found


def _full(package: _Package, kind: str) -> str:
    if kind in SCALARS:
        return kind
    return kind[1:] if kind.startswith(".") else f"{package.name}.{kind}"


def _field(kind: str, shape: str, label: str, member: _Member) -> dict[str, Any]:
    described: dict[str, Any] = {"name": member.name or label, "type": _short(kind)}
    if shape:
        described["shape"] = shape
    if "inline" in member.options:
        described["inline"] = True
    omitted = "omitempty" if kind in SCALARS else "omitzero"
    if not shape and not member.is_pointer and omitted in member.options:
        described["omits_zero"] = True
    return described


def _short(name: str) -> str:
    """ "apps.v1.Deployment" for "k8s.io.api.apps.v1.Deployment"; scalars are short already."""
    return name.removeprefix("k8s.io.").removeprefix("api.").rpartition("pkg.")[2].removeprefix("apis.")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    main()
