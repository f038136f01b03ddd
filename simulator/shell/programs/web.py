"""curl, wget, nslookup, ping: only the container itself answers, nothing leaves the simulation."""

import re
from urllib.parse import urlsplit

from simulator.shell.filesystem import FileError
from simulator.shell.processes import Process
from simulator.shell.programs.arguments import Refused, arguments

_LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104 - of the simulated container


async def curl(process: Process, argv: list[str]) -> int:
    """Asks the container's own web page."""
    found = arguments(
        argv, "sSfikILvg", "oXHdmw", long={"silent": "s", "head": "I", "include": "i", "fail": "f", "output": "o"}
    )
    if not found.operands:
        raise Refused("try 'curl --help' for more information", 2)
    code = 0
    for address in found.operands:
        method = "HEAD" if "I" in found.flags else found.values.get("X", "GET")
        status, body = _asked(process, address, method)
        if "f" in found.flags and status >= 400:
            raise Refused(f"(22) The requested URL returned error: {status}", 22)
        head = f"HTTP/1.1 {status} {_REASONS.get(status, '')}\nContent-Length: {len(body)}\n\n".encode()
        shown = (head if found.flags & {"i", "I"} else b"") + (b"" if method == "HEAD" else body)
        if "o" in found.values:
            if found.values["o"] != "/dev/null":
                process.container.files.write(process.path(found.values["o"]), shown)
        else:
            await process.out(shown)
        if "w" in found.values:
            await process.out(found.values["w"].replace("%{http_code}", str(status)).replace("\\n", "\n"))
    return code


_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


def _asked(process: Process, address: str, method: str) -> tuple[int, bytes]:
    """Status and body. Raises Refused."""
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        port = parts.port or 80
    except ValueError:
        raise Refused("(3) URL rejected: Port number was not a decimal number", 3) from None
    host = parts.hostname or ""
    if host not in (*_LOCAL, "::1", process.container.hostname, process.container.address):
        raise Refused(f"(6) Could not resolve host: {host} (this simulation has no network)", 6)
    answer = process.container.website(port, method, parts.path or "/")
    if answer is None or parts.scheme != "http":
        raise Refused(f"(7) Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server", 7)
    return answer


async def wget(process: Process, argv: list[str]) -> int:
    """Asks the container's own web page, into a file or with -O - to standard output."""
    found = arguments(argv, "qSc", "OT")
    if not found.operands:
        raise Refused("missing URL")
    address = found.operands[0]
    status, body = _asked(process, address, "GET")
    if status >= 400:
        raise Refused(f"server returned error: HTTP/1.1 {status} {_REASONS.get(status, '')}")
    name = found.values.get("O") or re.sub(r".*/", "", urlsplit(address).path) or "index.html"
    if name == "-":
        await process.out(body)
        return 0
    try:
        process.container.files.write(process.path(name), body)
    except FileError as error:
        raise Refused(f"can't open '{name}': {error}") from None
    if "q" not in found.flags:
        await process.err(f"'{name}' saved\n")
    return 0


async def nslookup(process: Process, argv: list[str]) -> int:
    """There is no name server."""
    raise Refused("connection timed out; no servers could be reached (this simulation has no network)")


async def ping(process: Process, argv: list[str]) -> int:
    """There is no network."""
    hosts = [word for word in argv[1:] if not word.startswith("-")]
    raise Refused(f"bad address '{hosts[-1] if hosts else ''}' (this simulation has no network)")
