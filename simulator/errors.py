"""What the API server refuses, in its own words. Each error becomes a `Status` object.

Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from simulator.kinds import Kind, Object


class ApiError(Exception):
    """An answer that is no success. `details`, `metadata` and `headers` go out as they are."""

    code: ClassVar[int] = 500
    reason: ClassVar[str] = "InternalError"

    def __init__(
        self,
        message: str,
        *,
        details: Object | None = None,
        headers: dict[str, str] | None = None,
        metadata: Object | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.metadata = metadata or {}
        self.headers = headers or {}

    def status(self) -> Object:
        """The `Status` object that the client gets."""
        status: Object = {"kind": "Status", "apiVersion": "v1", "metadata": self.metadata, "status": "Failure"}
        status["message"] = self.message
        if self.reason:
            status["reason"] = self.reason
        if self.details is not None:
            status["details"] = self.details
        status["code"] = self.code
        return status


class BadRequest(ApiError):
    """The request makes no sense."""

    code, reason = 400, "BadRequest"


class Unauthorized(ApiError):
    """Nobody knows who asks."""

    code, reason = 401, "Unauthorized"

    def __init__(self, message: str = "Unauthorized") -> None:
        super().__init__(message)


class Forbidden(ApiError):
    """Who asks may not do that."""

    code, reason = 403, "Forbidden"


class NotFound(ApiError):
    """There is no such object, or no such resource."""

    code, reason = 404, "NotFound"

    @classmethod
    def of(cls, kind: Kind, name: str) -> "NotFound":
        """`pods "web" not found`."""
        return cls(f'{kind.resource} "{name}" not found', details=_details(kind, name))

    @classmethod
    def resource(cls) -> "NotFound":
        """What a path gets that names no resource."""
        return cls("the server could not find the requested resource", details={})


class MethodNotAllowed(ApiError):
    """The resource knows no such verb."""

    code, reason = 405, "MethodNotAllowed"

    def __init__(self) -> None:
        super().__init__("the server does not allow this method on the requested resource", details={})


class NotAcceptable(ApiError):
    """None of the media types that the client accepts can be made."""

    code, reason = 406, "NotAcceptable"


class AlreadyExists(ApiError):
    """The name is taken."""

    code, reason = 409, "AlreadyExists"

    @classmethod
    def of(cls, kind: Kind, name: str) -> "AlreadyExists":
        """`pods "web" already exists`."""
        return cls(f'{kind.resource} "{name}" already exists', details=_details(kind, name))


class Conflict(ApiError):
    """The object is not what the client thinks it is."""

    code, reason = 409, "Conflict"

    @classmethod
    def of(cls, kind: Kind, name: str, why: str) -> "Conflict":
        """`Operation cannot be fulfilled on pods "web": ...`."""
        message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
        return cls(message, details=_details(kind, name))

    @classmethod
    def modified(cls, kind: Kind, name: str) -> "Conflict":
        """Somebody changed it since the client read it."""
        return cls.of(
            kind, name, "the object has been modified; please apply your changes to the latest version and try again"
        )


class Expired(ApiError):
    """The resource version or continue token is older than what is remembered."""

    code, reason = 410, "Expired"

    @classmethod
    def version(cls, asked: int, oldest: int) -> "Expired":
        """A watch that starts too far back."""
        return cls(f"too old resource version: {asked} ({oldest})")


class RequestEntityTooLarge(ApiError):
    """The body is longer than the server reads."""

    code, reason = 413, "RequestEntityTooLarge"


class UnsupportedMediaType(ApiError):
    """The body is of a type that the server does not read here."""

    code, reason = 415, "UnsupportedMediaType"


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong with an object. `message` begins with the kind of fault: "Required value: name"."""

    field: str
    reason: str
    message: str


class Invalid(ApiError):
    """The object breaks the rules of its kind."""

    code, reason = 422, "Invalid"

    def __init__(self, kind: Kind | str, name: str, causes: Sequence[Cause], *, group: str = "") -> None:
        """`kind` may also be the name of one that is not stored, of `group`.

        `Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be ...`."""
        self.causes = tuple(causes)
        kind_name, group = (kind, group) if isinstance(kind, str) else (kind.kind, kind.group)
        qualified = f"{kind_name}.{group}" if group else kind_name
        faults = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes))
        words = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
        details: Object = {"name": name, "group": group, "kind": kind_name}
        details["causes"] = [
            {"reason": cause.reason, "message": cause.message, "field": cause.field} for cause in causes
        ]
        super().__init__(f'{qualified} "{name}" is invalid: {words}', details=_without_empty(details))


class UnprocessableEntity(ApiError):
    """A patch that does not fit the object. The server's words say no more either."""

    code, reason = 422, "Invalid"

    def __init__(self) -> None:
        super().__init__("the server rejected our request due to an error in our request", details={})


class Unexplained(ApiError):
    """A fault of the client's that the real server takes for its own, and gives no reason for."""

    reason = ""


class TooManyRequests(ApiError):
    """The server asks for patience; an eviction that would break a disruption budget gets it too."""

    code, reason = 429, "TooManyRequests"


class InternalError(ApiError):
    """The server's own fault."""

    code, reason = 500, "InternalError"

    @classmethod
    def of(cls, why: str) -> "InternalError":
        """`Internal error occurred: ...`."""
        return cls(f"Internal error occurred: {why}", details={"causes": [{"message": why}]})


class ServiceUnavailable(ApiError):
    """Whatever should answer is not there."""

    code, reason = 503, "ServiceUnavailable"


class Timeout(ApiError):
    """It took too long, or asks for a version that has not come yet."""

    code, reason = 504, "Timeout"

    @classmethod
    def too_large_version(cls, asked: int, current: int) -> "Timeout":
        """A version that the server has not seen yet."""
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        return cls(
            f"Timeout: Too large resource version: {asked}, current: {current}",
            details={"causes": [cause], "retryAfterSeconds": 1},
            headers={"Retry-After": "1"},
        )


def _details(kind: Kind, name: str) -> Object:
    return _without_empty({"name": name, "group": kind.group, "kind": kind.plural})


def _without_empty(details: dict[str, Any]) -> Object:
    return {key: value for key, value in details.items() if value}
