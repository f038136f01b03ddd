"""A simulated cluster as a process of its own, and its control door, where a test asks for faults."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from clusters.kube.connection import Connection
from clusters.kube.kubeconfig import read_kubeconfig
from tests.harness.background import Background
from tests.harness.waiting import eventually

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request that reached the API; `at` is in seconds of a monotonic clock."""

    at: float
    verb: str
    kind: str
    query: dict[str, str]

    @property
    def lists(self) -> bool:
        """Whether it asks for everything there is: the first page of a list, or a streaming list."""
        if self.verb == "watch":
            return "resourceVersion" not in self.query
        return self.verb == "list" and "continue" not in self.query


class Door:
    """`door.cause("gone-event", kind="pods", times=1)`; `simulator/faults/table.py` names the faults."""

    def __init__(self, control: Path) -> None:
        opened = json.loads(control.read_text())
        self._url = opened["url"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {opened['token']}"

    def cause(self, fault: str, *, kind: str = "", verb: str = "", times: int | None = None, **parameters: Any) -> Json:
        """Asks for a fault; without `times` until it is cleared. Returns what the door says of it."""
        asked = {"fault": fault, "kind": kind, "verb": verb, "times": times, "parameters": parameters}
        caused: Json = self._ask("POST", "/causes", asked)
        return caused

    def clear(self) -> list[Json]:
        """Ends all that was caused until it is cleared; returns them."""
        cleared: list[Json] = self._ask("DELETE", "/causes")
        return cleared

    def hits(self, fault: str) -> int:
        """How often the fault has taken hold."""
        return sum(cause["hits"] for cause in self._ask("GET", "/")["causes"] if cause["fault"] == fault)

    def faults(self) -> list[Json]:
        """The table of faults."""
        faults: list[Json] = self._ask("GET", "/")["faults"]
        return faults

    def asked(self, kind: str = "") -> list[Asked]:
        """What reached the API so far, of one kind or of all, oldest first."""
        found = [Asked(**each) for each in self._ask("GET", "/requests")]
        return [each for each in found if kind in ("", each.kind)]

    def put(self, kind: str, name: str, namespace: str = "", **parts: Any) -> Json:
        """Creates or replaces an object; `parts` are its spec, status and so on, and its metadata beside the name."""
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **parts.pop("metadata", {})}
        put: Json = self._ask("POST", "/objects", {"kind": kind, "object": {**parts, "metadata": metadata}})
        return put

    def put_pod(self, name: str, namespace: str = "default", *, phase: str = "Running", **metadata: Any) -> Json:
        """Creates or replaces a pod that no controller has made."""
        spec = {"containers": [{"name": "app", "image": "registry.example/app:1"}], "schedulerName": "nobody"}
        return self.put("pods", name, namespace, spec=spec, status={"phase": phase}, metadata=metadata)

    def remove(self, kind: str, name: str, namespace: str = "") -> None:
        """Removes an object at once."""
        self._ask("DELETE", f"/objects/{kind}/{name}?namespace={namespace}")

    def close(self) -> None:
        """Closes its connections; what was caused stays."""
        self._session.close()

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._session.request(method, self._url + path, json=body, timeout=30)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json()


class FaultyCluster:
    """A running simulator. `kubeconfig` reaches it as its administrator."""

    def __init__(self, folder: Path, *, world: str = "empty", port: int = 0) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        control = folder / "control.json"
        control.unlink(missing_ok=True)
        options = ("--state", folder, "--world", world, "--listen", f"127.0.0.1:{port}", "--control", "127.0.0.1:0")
        command = (sys.executable, "-m", "simulator", *options)
        self.process = Background(*command, log=folder.parent / f"{folder.name}.log", cwd=ROOT)

        def is_up() -> bool:
            assert self.process.is_running(), self.process.printed()
            return "Simulated cluster at" in self.process.printed() and control.exists()

        eventually(is_up, seconds=30)
        self.door = Door(control)

    @property
    def port(self) -> int:
        """Where the API listens."""
        return int((self.folder / "port").read_text())

    def connection(self, user: str = "admin") -> Connection:
        """How to reach it, as the kubeconfig says now."""
        contents = read_kubeconfig(self.kubeconfig.read_text(), own_files=False)
        return dict(contents.taken)[user]

    def kubeconfig_of(self, *contexts: str) -> Path:
        """A kubeconfig with contexts of these names, each the administrator's."""
        config = json.loads(self.kubeconfig.read_text())
        cluster = config["clusters"][0]["name"]
        config["contexts"] = [{"name": name, "context": {"cluster": cluster, "user": "admin"}} for name in contexts]
        config["current-context"] = contexts[0]
        file = self.folder / f"kubeconfig-{contexts[0]}"
        file.write_text(json.dumps(config))
        return file

    def stop(self) -> None:
        """End it."""
        self.door.close()
        self.process.stop()


@contextmanager
def faulty_cluster(folder: Path, *, world: str = "empty") -> Iterator[FaultyCluster]:
    """A simulated cluster with a control door, until the context is left; `folder` need not be there."""
    cluster = FaultyCluster(folder, world=world)
    try:
        yield cluster
    finally:
        cluster.stop()
