"""JSON answers."""

from typing import Any

import msgspec
from aiohttp import web

from simulator.errors import ApiError

JSON = "application/json"
_AUDIT = {"Cache-Control": "no-cache, private"}


def json_response(value: Any, code: int = 200, *, headers: dict[str, str] | None = None) -> web.Response:
    """Answers with the value."""
    return raw_response(msgspec.json.encode(value), code, headers=headers)


def raw_response(body: bytes, code: int = 200, *, headers: dict[str, str] | None = None) -> web.Response:
    """Answers with JSON that is encoded already, and ends the line as Go's encoder does."""
    line = body if body.endswith(b"\n") else body + b"\n"
    return web.Response(body=line, status=code, content_type=JSON, headers={**_AUDIT, **(headers or {})})


def indented_response(value: Any) -> web.Response:
    """Answers with JSON for the eye, as /version does: indented, and without the end of the line."""
    body = msgspec.json.format(msgspec.json.encode(value))
    return web.Response(body=body, content_type=JSON, headers=_AUDIT)


def error_response(error: ApiError) -> web.Response:
    """Answers with the error's Status object."""
    return json_response(error.status(), error.code, headers=error.headers)


def text_response(text: str, code: int = 200) -> web.Response:
    """Answers with plain text."""
    headers = {**_AUDIT, "X-Content-Type-Options": "nosniff"}
    return web.Response(text=text, status=code, content_type="text/plain", charset="utf-8", headers=headers)


def stream_of_json(*, gzipped: bool = False) -> web.StreamResponse:
    """An answer that is sent in pieces."""
    headers = {**_AUDIT, "Content-Type": JSON}
    if gzipped:
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return web.StreamResponse(headers=headers)
