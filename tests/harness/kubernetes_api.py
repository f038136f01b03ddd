"""Plain HTTP to a Kubernetes API server, for tests that look at every byte of what it answers."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.harness.kubectl import Kubectl

JSON = "application/json"
TABLE = f"{JSON};as=Table;v=v1;g=meta.k8s.io"
Json = dict[str, Any]
Query = Mapping[str, str | int]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Code, reason and message of a Status object."""
        status = self.json()
        assert status["kind"] == "Status", status
        return self.code, status.get("reason", ""), status["message"]


@dataclass(frozen=True)
class Person:
    """Somebody to impersonate."""

    user: str
    group: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def headers(self) -> list[tuple[str, str]]:
        """The headers that say so."""
        found = [("Impersonate-User", self.user)]
        found += [("Impersonate-Group", self.group)] if self.group else []
        return found + [(f"Impersonate-Extra-{key}", value) for key, value in self.extra.items()]


class KubernetesApi:
    """An API server and its administrator. `is_real` tells a real cluster's from a simulated one's."""

    def __init__(self, kubectl: Kubectl, folder: Path, *, is_real: bool) -> None:
        config = yaml.safe_load(kubectl.kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = folder / "ca.crt"
        authority.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
        self.is_real = is_real
        self.kubectl = kubectl
        self.server: str = cluster["server"]
        self._token: str = user["token"]
        self._session = requests.Session()
        self._session.verify = str(authority)
        self._session.trust_env = False

    def __enter__(self) -> "KubernetesApi":
        return self

    def __exit__(self, *error: object) -> None:
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Json | bytes | None = None,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        person: Person | None = None,
        token: str | None = None,
        query: Query | None = None,
    ) -> Answer:
        """Any request, whatever the answer. As the administrator, as `person`, or with another `token` ("": none)."""
        response = self._send(method, path, body, accept, headers or {}, person, token, query or {}, stream=False)
        return Answer(response.status_code, response.headers, response.content)

    def beginning(self, method: str, path: str, *, body: bytes | None = None) -> Answer:
        """What comes first, for a server behind a proxy that ends its answers as it should not."""
        response = self._send(method, path, body, "*/*", {}, None, None, {}, stream=True)
        try:
            return Answer(response.status_code, response.headers, next(response.iter_content(4096), b""))
        finally:
            response.close()

    def get(self, path: str, query: Query | None = None, *, accept: str = JSON, person: Person | None = None) -> Any:
        """The JSON at the path."""
        return self._success(self.ask("GET", path, query=query, accept=accept, person=person))

    def create(self, path: str, obj: Json) -> Any:
        """Creates an object in the collection, and returns it."""
        return self._success(self.ask("POST", path, body=obj))

    def patch(self, path: str, patch: Json) -> Any:
        """Merges `patch` into the object, and returns it."""
        return self._success(
            self.ask("PATCH", path, body=patch, headers={"Content-Type": "application/merge-patch+json"})
        )

    def delete(self, path: str) -> None:
        """Deletes the object at once."""
        self._success(self.ask("DELETE", path, query={"gracePeriodSeconds": 0}))

    @contextmanager
    def watch(self, path: str, query: Query | None = None, *, accept: str = JSON) -> Iterator[Iterator[Any]]:
        """The events of a watch as they come; one that does not come within ten seconds fails the test."""
        wanted = {"watch": "true", "timeoutSeconds": 30, **(query or {})}
        response = self._send("GET", path, None, accept, {}, None, None, wanted, stream=True)
        try:
            assert response.status_code == 200, response.content
            yield (json.loads(line) for line in response.iter_lines(chunk_size=1))
        finally:
            response.close()

    def _send(
        self,
        method: str,
        path: str,
        body: Json | bytes | None,
        accept: str,
        headers: Mapping[str, str],
        person: Person | None,
        token: str | None,
        query: Query,
        *,
        stream: bool,
    ) -> requests.Response:
        sent = {"Accept": accept, "User-Agent": "conformance"}
        if token != "":
            sent["Authorization"] = f"Bearer {token or self._token}"
        if body is not None:
            sent["Content-Type"] = JSON
        request = requests.Request(method, self.server + path, params=query, data=_encoded(body), headers=sent)
        prepared = self._session.prepare_request(request)
        for name, value in person.headers() if person else ():
            # requests knows no header that is there twice: one group is all that a person has here.
            prepared.headers[name] = value
        prepared.headers.update(headers)
        return self._session.send(prepared, stream=stream, timeout=(5, 10), verify=self._session.verify)

    def _success(self, answer: Answer) -> Any:
        assert answer.code < 300, answer.body.decode(errors="replace")
        return answer.json()


def _encoded(body: Json | bytes | None) -> bytes | None:
    return json.dumps(body).encode() if isinstance(body, dict) else body
