"""What can go wrong between us and an API server, each with a reason that a person can act on.

The HTTP codes and the Status object are those of the Kubernetes API conventions,
https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#response-status-kind
"""

from collections.abc import Mapping

import msgspec

_REASON_LIMIT = 300
_MESSAGE_LIMIT = 256


class KubeError(Exception):
    """A call to an API server failed. `reason` is one sentence for people, holds no secret, at most 300 characters."""

    def __init__(self, reason: str) -> None:
        self.reason = printable(reason, _REASON_LIMIT)
        super().__init__(self.reason)


class Unreachable(KubeError):
    """No answer: closed port, unknown host name, silence, or a connection that broke."""


class Silence(Unreachable):
    """The connection stands, or seems to, and nothing came for too long."""


class BadCertificate(KubeError):
    """TLS failed: the server's certificate is not trusted, or ours was not taken."""


class Unauthorized(KubeError):
    """401: the credentials are wrong or have expired."""


class Forbidden(KubeError):
    """403: the credentials are known but may not do this."""


class NotFound(KubeError):
    """404: no such object, or no such kind on this server."""


class Gone(KubeError):
    """410: the resource version or list token is too old. Also a version that this server never reached."""


class Conflict(KubeError):
    """409: the object was changed, or is there already."""


class Invalid(KubeError):
    """422: the server understood the object and refuses it."""


class BadRequest(KubeError):
    """400, or a name that we refuse before anything is sent."""


class TooManyRequests(KubeError):
    """429 or 503: the server is busy. `retry_after` is the least wait it asks for, in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class ServerError(KubeError):
    """Any other answer that is not success."""


class NotKubernetes(KubeError):
    """Something answered, but not as a Kubernetes API server does."""


_BY_CODE: dict[int, type[KubeError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
}

_WORDS = {
    400: "The API server could not understand the request.",
    401: "The API server rejected the credentials: the token or certificate is wrong or has expired.",
    403: "The credentials are not allowed to do this.",
    404: "The API server does not have this.",
    409: "The object was changed by someone else in the meantime.",
    410: "The resource version is too old.",
    422: "The API server refused the object as invalid.",
    429: "The API server is busy and asks to wait.",
    503: "The API server is not ready.",
}


class _Cause(msgspec.Struct):
    reason: str = ""


class _Details(msgspec.Struct, rename="camel"):
    causes: list[_Cause] | None = None
    retry_after_seconds: float = 0


class _Status(msgspec.Struct):
    kind: str = ""
    message: str = ""
    details: _Details | None = None


def from_status(code: int, body: bytes, headers: Mapping[str, str]) -> KubeError:
    """Makes the error for an answer that was not success.

    Takes the HTTP code (or the `code` of a Status inside a watch), the body and the response headers. A body is
    quoted only when it is a Status object: anything else may come from a proxy and say anything.
    """
    status = _decode_status(body)
    if status is None and "text/html" in headers.get("Content-Type", "") and code not in (401, 403, 429) and code < 500:
        return NotKubernetes(f"The address answers with a web page (HTTP {code}), not as a Kubernetes API server does.")
    reason = _reason(code, status)
    if code in (429, 503):
        return TooManyRequests(reason, _retry_after(status, headers))
    if _is_version_ahead(status):
        return Gone(reason)
    if 300 <= code < 400:
        return NotKubernetes(f"The address redirects (HTTP {code}); give the address of the API server itself.")
    return _BY_CODE.get(code, ServerError)(reason)


def printable(text: str, limit: int) -> str:
    """The text on one line without control characters, cut to `limit` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _decode_status(body: bytes) -> _Status | None:
    try:
        status = msgspec.json.decode(body, type=_Status)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return status if status.kind == "Status" else None


def _reason(code: int, status: _Status | None) -> str:
    if status and status.message and code != 401:
        return printable(status.message, _MESSAGE_LIMIT)
    return _WORDS.get(code, f"The API server answered with HTTP {code}.")


def _retry_after(status: _Status | None, headers: Mapping[str, str]) -> float | None:
    stated = headers.get("Retry-After", "")
    if stated.isascii() and stated.isdigit():
        return float(stated[:6])
    return (status.details.retry_after_seconds or None) if status and status.details else None


def _is_version_ahead(status: _Status | None) -> bool:
    """Whether the server says that it never reached our version: it was restored from a backup, so start over."""
    causes = status.details.causes or [] if status and status.details else []
    return any(cause.reason == "ResourceVersionTooLarge" for cause in causes)
