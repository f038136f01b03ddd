"""The bodies of requests, and the options that come with them.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run, #field-validation
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import yaml
from aiohttp import web

from simulator.api.patches.golang import quoted
from simulator.api.protobuf import PROTOBUF, is_readable, read_content, summary, unwrapped
from simulator.api.protobuf.wire import Broken
from simulator.api.responses import JSON
from simulator.api.routing import Call, RequestInfo
from simulator.errors import BadRequest, Cause, Invalid, UnsupportedMediaType
from simulator.kinds import Kind, Object

YAML = "application/yaml"
_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
_TYPES = (
    "the body of the request was in an unknown format - accepted media types include: "
    "application/json, application/yaml, application/vnd.kubernetes.protobuf"
)


@dataclass(frozen=True)
class WriteOptions:
    """How somebody wants to write. `validation` is "Strict", "Warn" or "Ignore"."""

    manager: str
    dry_run: bool
    validation: str
    force: bool | None = None


def write_options(call: Call, kind: str) -> WriteOptions:
    """The options of a request; `kind` is that of the options: "CreateOptions". Raises Invalid."""
    query = call.info.query
    faults = []
    if (dry_run := query.get("dryRun", "")) not in ("", "All"):
        faults.append(_unsupported("dryRun", [dry_run], '"All"'))
    if (validation := query.get("fieldValidation", "")) not in _VALIDATIONS:
        faults.append(_unsupported("fieldValidation", validation, ", ".join(map(quoted, _VALIDATIONS))))
    if faults:
        raise Invalid(kind, "", faults, group="meta.k8s.io")
    manager = query.get("fieldManager") or user_agent(call.request.headers)
    force = call.info.flag("force") if "force" in query else None
    return WriteOptions(manager, bool(dry_run), validation or "Warn", force)


def _unsupported(field: str, value: Any, supported: str) -> Cause:
    words = f"Unsupported value: {quoted(value)}: supported values: {supported}"
    return Cause(field, "FieldValueNotSupported", words)


def user_agent(headers: Mapping[str, str]) -> str:
    """Whom a client's name stands for in managed fields: "kubectl" for "kubectl/v1.35.4 (linux/amd64)"."""
    return headers.get("User-Agent", "").split("/", maxsplit=1)[0][:128] or "unknown"


async def read_object(call: Call) -> Object:
    """The object of the path's kind in the body. Raises BadRequest and UnsupportedMediaType."""
    return await read_object_of(call, call.kind)


async def read_object_of(call: Call, kind: Kind) -> Object:
    """The object of that kind in the body. Raises BadRequest and UnsupportedMediaType."""
    media = call.request.content_type
    body = await read_body(call.request)
    if media == PROTOBUF and is_readable(kind):
        return _object_of_protobuf(kind, body)
    if media not in (JSON, YAML, "application/octet-stream"):
        raise UnsupportedMediaType(_TYPES if is_readable(kind) else _TYPES.removesuffix(f", {PROTOBUF}"))
    try:
        found = yaml_value(body) if media == YAML else msgspec.json.decode(body)
    except ValueError as error:
        shown = body.decode(errors="replace")[:1024] or "<empty>"
        raise BadRequest(
            f"the object provided is unrecognized (must be of type {kind.kind}): "
            f"couldn't get version/kind; json parse error: {_words(error)} ({shown})"
        ) from None
    if not isinstance(found, dict):
        raise BadRequest(
            f"the object provided is unrecognized (must be of type {kind.kind}): "
            f"couldn't get version/kind; json parse error: {_words(ValueError('not an object'))}"
        )
    check_type(kind, found)
    return found


def _object_of_protobuf(kind: Kind, body: bytes) -> Object:
    try:
        said, content = unwrapped(body)
    except Broken as error:
        unknown = f"the object provided is unrecognized (must be of type {kind.kind})"
        raise BadRequest(f"{unknown}: {error} ({summary(body)})") from None
    check_type(kind, said)
    try:
        return read_content(kind, content)
    except Broken as error:
        cannot = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}'
        raise BadRequest(f"{cannot}: {error}") from None


async def read_body(request: web.Request) -> bytes:
    """All of the body; aiohttp refuses what is too long."""
    return await request.read()


def check_type(kind: Kind, obj: Object) -> None:
    """Raises BadRequest where the object says that it is of another kind."""
    version, name = obj.get("apiVersion") or kind.api_version, obj.get("kind") or kind.kind
    if (version, name) == (kind.api_version, kind.kind):
        return
    short = str(version).rpartition("/")[2]
    cannot = f'{name} in version "{short}" cannot be handled as a {kind.kind}'
    if name == kind.kind:
        raise BadRequest(
            f'{cannot}: no kind "{name}" is registered for version "{version}" in scheme "pkg/runtime/scheme.go:111"'
        )
    group = kind.group.partition(".")[0] or "core"
    raise BadRequest(f"{cannot}: converting ({short}.{name}) to ({group}.{kind.kind}): unknown conversion")


def check_place(info: RequestInfo, obj: Object, *, named: bool) -> None:
    """Fills in namespace and, where `named`, checks the name. Raises BadRequest where they are not the path's."""
    metadata = obj.setdefault("metadata", {})
    if named:
        name = metadata.get("name") or ""
        if not name:
            raise BadRequest(
                f"the name of the object ({info.name} based on URL) was undeterminable: name must be provided"
            )
        if name != info.name:
            raise BadRequest(f"the name of the object ({name}) does not match the name on the URL ({info.name})")


def decoded_json(body: bytes) -> Any:
    """JSON of a patch. Raises BadRequest."""
    try:
        return msgspec.json.decode(body)
    except ValueError as error:
        raise BadRequest(_words(error)) from None


class _Plain(yaml.CSafeLoader):
    """Reads dates as the text that they are."""


_Plain.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for letter, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def yaml_value(body: bytes) -> Any:
    """The value that YAML, or JSON, stands for. Raises ValueError."""
    try:
        return msgspec.json.decode(body)
    except ValueError:
        pass
    try:
        return yaml.load(body, Loader=_Plain)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _words(error: ValueError) -> str:
    """Go's words for the most common fault; others are told as they are."""
    text = str(error)
    return "unexpected end of JSON input" if re.search("truncated|empty|malformed", text) else text
