"""A debug container: put into a running pod for its tools, ended when nobody has a shell in it any more.

https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
"""

import asyncio
import json
import re
import secrets

from clusters.kube.client import Client
from clusters.kube.paths import object_path
from clusters.streams.instances import Instance, look_at

DEFAULT_IMAGE = "docker.io/library/busybox:1.37"
IDLE_SECONDS = 300
"""After so long without a shell of ours in it, the container ends."""

START_SECONDS = 60.0
LOOK_SECONDS = 0.5

_LOOKS = 30
_IMAGE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._:/@-]{0,299}")

# Its shells and their leashes carry our marks (`clusters.streams.scripts`).
_MAIN = f"""
trap 'exit 0' TERM HUP INT
is_used() {{
  for environ in /proc/[0-9]*/environ; do
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in *PILOTHOUSE_SESSION=*|*PILOTHOUSE_LEASH=*) return 0 ;; esac
    done 2>/dev/null <"$environ"
  done 2>/dev/null
  return 1
}}
idle=0
while [ $idle -lt {_LOOKS} ]; do
  sleep {IDLE_SECONDS // _LOOKS} & wait $!
  if is_used; then idle=0; else idle=$((idle + 1)); fi
done
"""


PREFIX = "debugger-"
"""What the names of debug containers begin with."""


class BadImage(ValueError):
    """That is no name of an image; the message says so."""


async def add(client: Client, *, namespace: str, pod: str, image: str, target: str) -> str:
    """Adds a debug container that sees the processes of the container `target`; returns its name.

    It cannot be taken out of the pod again, only ended. Raises BadImage and KubeError.
    """
    if not _IMAGE.fullmatch(image):
        raise BadImage("That is not the name of an image, such as docker.io/library/busybox:1.37.")
    name = f"{PREFIX}{secrets.token_hex(3)}"
    container = {"name": name, "image": image, "command": ["sh", "-c", _MAIN], "targetContainerName": target}
    body = json.dumps({"spec": {"ephemeralContainers": [container]}}).encode()
    path = object_path("", "v1", "pods", namespace, pod, "ephemeralcontainers")
    await client.patch(path, body, media="application/strategic-merge-patch+json")
    return name


async def wait_until_it_runs(client: Client, *, namespace: str, pod: str, container: str) -> Instance | None:
    """The container once it runs or has ended, at the latest after START_SECONDS. Raises KubeError."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while True:
                found = await look_at(client, namespace=namespace, pod=pod, container=container)
                if found and found.started:
                    return found
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return await look_at(client, namespace=namespace, pod=pod, container=container)
