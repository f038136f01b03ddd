"""Paths that are no resources: version, health, discovery, OpenAPI."""

from aiohttp import web

from simulator import VERSION
from simulator.api.discovery import discover, groups_of
from simulator.api.openapi import openapi
from simulator.api.responses import indented_response, json_response, text_response
from simulator.api.routing import Call
from simulator.cluster import SimulatedCluster
from simulator.errors import MethodNotAllowed, NotFound
from simulator.kinds import Kind, Object

_HEALTH = ("healthz", "livez", "readyz")
_CHECKS = ("ping", "log", "etcd")


async def answer_path(cluster: SimulatedCluster, call: Call) -> web.StreamResponse:
    """Raises NotFound for unknown versions of known groups; other unknown paths are text, as on the real server."""
    kinds, path = cluster.kinds(), call.info.path
    if call.info.verb != "get":
        raise MethodNotAllowed
    match path.strip("/").split("/"):
        case [""]:
            return json_response({"paths": _index(kinds)})
        case ["version"]:
            return indented_response(_version())
        case [word, *check] if word in _HEALTH:
            return _health(call, word, "".join(check))
        case ["openapi", *_]:
            document = openapi(kinds, path)
            return json_response(document) if document else unknown()
        case ["api" | "apis", *rest]:
            if found := discover(kinds, call.request, path):
                return found
            if rest and rest[0] in groups_of(kinds):
                raise NotFound.resource()
    return unknown()


def unknown() -> web.StreamResponse:
    """What the real server says of paths that nothing is at."""
    return text_response("404 page not found\n", 404)


def _version() -> Object:
    major, minor, _ = VERSION.removeprefix("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": VERSION,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    }


def _health(call: Call, word: str, check: str) -> web.StreamResponse:
    if check:
        return text_response("ok") if check in _CHECKS else unknown()
    if "verbose" not in call.info.query:
        return text_response("ok")
    lines = [f"[+]{name} ok" for name in _CHECKS]
    return text_response("\n".join([*lines, f"{word} check passed", ""]))


def _index(kinds: tuple[Kind, ...]) -> list[str]:
    paths = ["/api", "/api/v1", "/apis", "/apis/", "/openapi/v2", "/openapi/v3", "/version"]
    paths += [f"/apis/{kind.group}" for kind in kinds if kind.group]
    paths += [f"/apis/{kind.api_version}" for kind in kinds if kind.group]
    for word in _HEALTH:
        paths += [f"/{word}", *(f"/{word}/{check}" for check in _CHECKS)]
    return sorted(set(paths))
