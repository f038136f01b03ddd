"""The feed's pods: what is kept of each between changes, and its bytes."""

import hashlib
import time
from datetime import UTC, datetime
from functools import cache

from simulator.feed.shapes import APPS, State, pod
from simulator.feed.templates import Template

PER_DEPLOYMENT = 30
_BEGINNING = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
_MONTH = 30 * 24 * 3600


class Pod:
    """One pod. `number` decides all about it that never changes."""

    __slots__ = (
        "body",
        "created",
        "name",
        "namespace",
        "number",
        "place",
        "restarts",
        "since",
        "state",
        "uid",
        "version",
    )

    def __init__(self, number: int, namespace: str, name: str, uid: str, state: State, restarts: int) -> None:
        self.number = number
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.state = state
        self.restarts = restarts
        self.created = self.since = timestamp(_BEGINNING + number * 127 % _MONTH)
        self.version = 0
        self.body = b""
        self.place = 0
        """Where it stands in the list from which churn draws."""

    @property
    def key(self) -> str:
        """Its place in a list."""
        return f"{self.namespace}/{self.name}"

    def encode(self, version: int, born: float, nodes: int, namespaces: int) -> None:
        """Make its bytes anew, as what it is since `version`."""
        self.version = version
        number, replica_set = self.number, replica_set_name(self.number // PER_DEPLOYMENT, namespaces)
        node = number * 7919 % nodes
        digest = hashlib.sha256(b"%d/%d" % (number, self.restarts)).hexdigest().encode()
        self.body = _template(app(number // PER_DEPLOYMENT), self.state).render(
            {
                b"name": self.name.encode(),
                b"suffix": self.name[-5:].encode(),
                b"namespace": self.namespace.encode(),
                b"uid": self.uid.encode(),
                b"version": b"%d" % version,
                b"created": self.created,
                b"since": self.since,
                b"born": b"%.6f" % born,
                b"hash": replica_set[-10:].encode(),
                b"checksum": digest,
                b"web_id": digest,
                b"proxy_id": digest[::-1],
                b"replica_set": replica_set.encode(),
                b"replica_set_uid": uid(f"replica set {replica_set}").encode(),
                b"node": node_name(node).encode(),
                b"host_ip": node_ip(node).encode(),
                b"ip": b"10.%d.%d.%d" % (128 + (number >> 16) % 64, number >> 8 & 255, number & 255),
                b"restarts": b"%d" % self.restarts,
            }
        )


@cache
def _template(name: str, state: State) -> Template:
    return Template(pod(name, state))


def app(deployment: int) -> str:
    """Which workload the deployment of that number runs."""
    return APPS[deployment % len(APPS)]


def namespace_name(number: int) -> str:
    """The name of the namespace of that number."""
    return f"shop-{number:03}"


def deployment_name(deployment: int, namespaces: int) -> str:
    """The name of the deployment of that number; unique in its namespace."""
    return f"{app(deployment)}-{deployment // namespaces:03}"


@cache
def replica_set_name(deployment: int, namespaces: int) -> str:
    """The name of the replica set that holds the deployment's pods."""
    return f"{deployment_name(deployment, namespaces)}-{_letters(f'hash {deployment}', 10)}"


def pod_name(number: int, namespaces: int, generation: str = "") -> str:
    """The name of the pod of that number; `generation` tells those apart that have one after the other."""
    return f"{replica_set_name(number // PER_DEPLOYMENT, namespaces)}-{_letters(f'pod {number}{generation}', 5)}"


def node_name(number: int) -> str:
    """The name of the node of that number."""
    return f"node-{number:04}"


def node_ip(number: int) -> str:
    """Its address."""
    return f"10.0.{number // 256}.{number % 256}"


@cache
def _alphabet() -> bytes:
    letters = b"bcdfghjklmnpqrstvwxz2456789"
    return bytes(letters[byte % len(letters)] for byte in range(256))


def _letters(seed: str, count: int) -> str:
    """Letters as the API server draws them for names, never a word by chance."""
    return hashlib.sha256(seed.encode()).digest()[:count].translate(_alphabet()).decode()


def uid(seed: str) -> str:
    """A UUID, the same for the same seed."""
    digest = hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"


def timestamp(seconds: float) -> bytes:
    """A moment as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)).encode()
