"""The options of lists and watches, and the continue tokens of lists.

Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/internalversion/validation/validation.go
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.api.routing import RequestInfo
from simulator.errors import ApiError, BadRequest, Cause, Expired, Invalid

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)
_MATCHES = ("", "Exact", "NotOlderThan")
_INCONSISTENT = -1


@dataclass(frozen=True)
class ContinueToken:
    """Where a list goes on: at the version of its first page, after that object."""

    version: int
    after: tuple[str, str]

    def encoded(self) -> str:
        """As the client gets it."""
        start = f"{self.after[0]}/{self.after[1]}\x00"
        raw = json.dumps({"v": "meta.k8s.io/v1", "rv": self.version, "start": start}, separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).rstrip(b"=").decode()

    def expired(self) -> Expired:
        """The refusal when the version is forgotten; with a token that goes on regardless."""
        onward = ContinueToken(_INCONSISTENT, self.after).encoded()
        return Expired(_TOO_OLD, metadata={"continue": onward})

    @property
    def is_consistent(self) -> bool:
        """Whether it stands for a version."""
        return self.version != _INCONSISTENT


def continue_token(text: str) -> ContinueToken:
    """A token that came back. Raises BadRequest."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        namespace, _, name = str(raw["start"]).rstrip("\x00").partition("/")
        return ContinueToken(int(raw["rv"]), (namespace, name))
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise BadRequest("invalid continue token: continue key is not valid: it is none of ours") from None


@dataclass(frozen=True)
class ListOptions:
    """What a list or watch asks for. `version` is None where the client named none."""

    limit: int
    token: ContinueToken | None
    version: int | None
    match: str
    labels: str
    fields: str
    initial_events: bool | None
    bookmarks: bool
    timeout: int | None


def list_options(info: RequestInfo) -> ListOptions:
    """The options in the query. Raises BadRequest and Invalid in the server's words."""
    query = info.query
    watching = info.verb == "watch"
    initial = info.flag("sendInitialEvents") if query.get("sendInitialEvents") else None
    _check_match(query, watching=watching, initial=initial)
    token = query.get("continue", "")
    if token and query.get("resourceVersion") not in (None, "", "0"):
        raise BadRequest("specifying resource version is not allowed when using continue")
    return ListOptions(
        limit=max(_integer(query.get("limit", "")) or 0, 0),
        token=continue_token(token) if token else None,
        version=_version(query.get("resourceVersion", ""), watching=watching),
        match=query.get("resourceVersionMatch", ""),
        labels=query.get("labelSelector", ""),
        fields=query.get("fieldSelector", ""),
        initial_events=initial,
        bookmarks=info.flag("allowWatchBookmarks"),
        timeout=_integer(query.get("timeoutSeconds", "")),
    )


def _check_match(query: Mapping[str, str], *, watching: bool, initial: bool | None) -> None:
    match, version = query.get("resourceVersionMatch", ""), query.get("resourceVersion", "")
    if initial is not None and not watching:
        raise _forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")
    if watching and initial is None and match:
        raise _forbidden(
            "resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        )
    if initial and match != "NotOlderThan":
        raise _forbidden(
            "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        )
    if match and not watching:
        _check_list_match(match, version, has_token=bool(query.get("continue")))


def _check_list_match(match: str, version: str, *, has_token: bool) -> None:
    if match not in _MATCHES:
        words = f'Unsupported value: "{match}": supported values: "Exact", "NotOlderThan", ""'
        raise _invalid(Cause("resourceVersionMatch", "FieldValueNotSupported", words))
    if has_token:
        raise _forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
    if not version:
        raise _forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match == "Exact" and version == "0":
        raise _forbidden("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')


def _forbidden(field: str, why: str) -> Invalid:
    return _invalid(Cause(field, "FieldValueForbidden", f"Forbidden: {why}"))


def _invalid(cause: Cause) -> Invalid:
    return Invalid("ListOptions", "", [cause], group="meta.k8s.io")


def _integer(text: str) -> int | None:
    if not text:
        return None
    if not text.lstrip("+-").isdecimal():
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def _version(text: str, *, watching: bool) -> int | None:
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    words = f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
    if watching:
        raise _Unexplained(words)
    raise BadRequest(f"invalid resource version: {words}")


class _Unexplained(ApiError):
    """A fault that the real server gives no reason for either."""

    reason = ""
