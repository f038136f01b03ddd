"""The log of a container: GET pods/log.

Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/rest/log.go
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from simulator.api.places import container_of, flag, pod_of
from simulator.api.routing import Call, Handlers
from simulator.clock import moment_of
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest, Cause, Invalid
from simulator.kinds import Kind

_OPTIONS = Kind("", "v1", "podlogoptions", "podlogoptions", "PodLogOptions")
_LARGEST = 2**63
_HEADERS = {"Cache-Control": "no-cache, private"}


async def read(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Streams the log. Raises ApiError before the first byte."""
    numbers = {name: _number(call.info.query, name) for name in ("tailLines", "limitBytes", "sinceSeconds")}
    since_time = _moment(call.info.query.get("sinceTime", ""))
    _check(call.info.name, numbers, since_time)
    pod = pod_of(cluster, call)
    container = container_of(pod, call.info.query.get("container", ""))
    if not pod["spec"].get("nodeName"):
        return web.Response(status=204, headers=_HEADERS)
    seconds = numbers["sinceSeconds"]
    since = since_time.replace(microsecond=0) if since_time else None
    if seconds is not None:
        since = cluster.clock.now() - timedelta(seconds=min(seconds, 10**9))
    pieces = cluster.logs.open(
        pod,
        container,
        previous=flag(call, "previous"),
        since=since,
        tail=numbers["tailLines"],
        follow=flag(call, "follow"),
        timestamps=flag(call, "timestamps"),
        limit_bytes=numbers["limitBytes"],
    )
    response = web.StreamResponse(headers={"Content-Type": "text/plain", **_HEADERS})
    response.enable_chunked_encoding()
    await response.prepare(call.request)
    async for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not text.lstrip("+-").isdecimal() or len(text) > 20 or not -_LARGEST <= int(text) < _LARGEST:
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError
        return moment_of(text)
    except ValueError:
        layout = "2006-01-02T15:04:05Z07:00"
        raise BadRequest(f'parsing time "{text}" as "{layout}": cannot parse "{text}" as "2006"') from None


def _check(name: str, numbers: Mapping[str, int | None], since_time: datetime | None) -> None:
    """Raises Invalid."""
    causes = [
        _too_small(field, value, least)
        for field, least in (("tailLines", 0), ("limitBytes", 1), ("sinceSeconds", 1))
        if (value := numbers[field]) is not None and value < least
    ]
    if numbers["sinceSeconds"] is not None and since_time is not None:
        words = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
        causes.append(Cause("[]", "FieldValueForbidden", words))
    if causes:
        raise Invalid(_OPTIONS, name, causes)


def _too_small(field: str, value: int, least: int) -> Cause:
    words = "greater than 0" if least else "greater than or equal to 0"
    return Cause(field, "FieldValueInvalid", f"Invalid value: {value}: must be {words}")


HANDLERS: Handlers = {("get", "pods/log"): read}
