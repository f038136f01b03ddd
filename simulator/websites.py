"""How the workloads of a simulated cluster answer HTTP."""

import json
from collections.abc import Mapping

from simulator.kinds import Object
from simulator.shell.images import NGINX_PAGE, image_of

Answer = tuple[int, Mapping[str, str], bytes]

_TEXT, _HTML, _JSON = ({"Content-Type": kind} for kind in ("text/plain", "text/html", "application/json"))
_HEALTH = ("/healthz", "/health", "/livez", "/readyz", "/ready")
_SPEAK_NO_HTTP = (5432, 6379)


class Sites:
    """A small site for each container that listens."""

    def answer(self, pod: Object, port: int, method: str, path: str) -> Answer | None:
        """Status, headers and body; None where nothing listens on that port."""
        for container in pod["spec"]["containers"]:
            if _runs(pod, container["name"]) and port in _ports(container) and port not in _SPEAK_NO_HTTP:
                return _page(pod, container, method, path.partition("?")[0])
        return None


def _runs(pod: Object, name: str) -> bool:
    statuses = pod.get("status", {}).get("containerStatuses", ())
    return any(each["name"] == name and "running" in each.get("state", {}) for each in statuses)


def _ports(container: Object) -> set[int]:
    """Declared ports; where a container declares none and runs no command of its own, the usual one of its image."""
    declared = {port["containerPort"] for port in container.get("ports") or ()}
    if declared or (container.get("command") and "bootcamp" not in container["image"]):
        return declared
    return {image_of(container.get("image", "")).port}


def _page(pod: Object, container: Object, method: str, path: str) -> Answer:
    image, name = container.get("image", ""), pod["metadata"]["name"]
    if "kubernetes-bootcamp" in image:
        version = image.rpartition(":")[2].removeprefix("v") if ":" in image else "1"
        said = f"Hello Kubernetes bootcamp! | Running on: {name} | v={version}\n"
        return 200, _TEXT, said.encode()
    if path in _HEALTH:
        return 200, _TEXT, b"ok\n"
    if image_of(image).port == 80:
        found = path in ("/", "/index.html")
        return (200, _HTML, NGINX_PAGE.encode()) if found else (404, _HTML, b"<h1>404 Not Found</h1>\n")
    if path != "/":
        return 404, _JSON, b'{"error":"not found"}\n'
    body = {"service": container["name"], "image": image, "pod": name, "method": method}
    return 200, _JSON, json.dumps(body).encode() + b"\n"
