"""Kinds that custom resource definitions add, from their discovery to their columns."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.harness.kubernetes_api import TABLE, KubernetesApi
from tests.harness.waiting import eventually

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
READY = '.status.conditions[?(@.type=="Ready")].status'


def column(name: str, kind: str, path: str, **more: Any) -> Any:
    return {"name": name, "type": kind, "jsonPath": path, **more}


COLUMNS = [
    column("Length", "integer", ".spec.length"),
    column("Port", "string", ".spec.ports[0]"),
    column("Owner", "string", r".metadata.annotations.example\.com/owner"),
    column("Ready", "string", READY),
    column("Crew", "string", ".spec.crew", priority=1),
    column("Built", "date", ".spec.built"),
]


@pytest.fixture
def ships(api: KubernetesApi, namespace: str) -> Iterator[str]:
    """The path of a kind that was just defined."""
    group = f"test-{secrets.token_hex(4)}.example.com"
    names = {"plural": "ships", "singular": "ship", "kind": "Ship", "shortNames": ["sh"], "listKind": "ShipList"}
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "additionalPrinterColumns": COLUMNS,
        "subresources": {"status": {}},
    }
    name = f"ships.{group}"
    definition = {"kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1"}
    spec = {"group": group, "names": names, "scope": "Namespaced", "versions": [version]}
    api.create(DEFINITIONS, {**definition, "metadata": {"name": name}, "spec": spec})
    path = f"/apis/{group}/v1/namespaces/{namespace}/ships"
    eventually(lambda: api.ask("GET", path).code == 200)
    yield path
    api.delete(f"{DEFINITIONS}/{name}")


def ship(path: str, name: str, annotations: Any = None, **spec: Any) -> Any:
    group = path.split("/")[2]
    metadata = {"name": name, "annotations": annotations or {}}
    return {"apiVersion": f"{group}/v1", "kind": "Ship", "metadata": metadata, "spec": spec}


def test_items_say_what_they_are(api: KubernetesApi, ships: str) -> None:
    api.create(ships, ship(ships, "argo", length=30))
    found = api.get(ships)
    assert found["kind"] == "ShipList"
    item = found["items"][0]
    assert (item["kind"], item["apiVersion"], item["spec"]) == ("Ship", found["apiVersion"], {"length": 30})
    assert item["metadata"]["generation"] == 1


def test_they_are_discovered(api: KubernetesApi, ships: str) -> None:
    version = ships.split("/namespaces/", maxsplit=1)[0]
    kind, status = eventually(lambda: api.get(version)["resources"])
    assert (kind["name"], kind["kind"], kind["shortNames"]) == ("ships", "Ship", ["sh"])
    assert (status["name"], status["verbs"]) == ("ships/status", ["get", "patch", "update"])


def test_their_columns_are_those_of_the_definition(api: KubernetesApi, ships: str) -> None:
    rows = [
        ship(ships, "argo", {"example.com/owner": "jason"}, length=30, ports=["iolcus", "colchis"], crew=["orpheus"]),
        ship(ships, "bare"),
        ship(ships, "old", built="1999-01-01T00:00:00Z"),
    ]
    for row in rows:
        api.create(ships, row)
    table = eventually(lambda: full(api, ships))
    assert [(item["name"], item["type"], item["priority"]) for item in table["columnDefinitions"]] == [
        ("Name", "string", 0),
        *((item["name"], item["type"], item.get("priority", 0)) for item in COLUMNS),
    ]
    cells = [row["cells"] for row in table["rows"]]
    assert cells[0] == ["argo", 30, "iolcus", "jason", None, '["orpheus"]', None]
    assert cells[1] == ["bare", None, None, None, None, None, None]
    assert cells[2][-1].endswith(("y", "d"))


def full(api: KubernetesApi, ships: str) -> Any:
    """The table once the server has taken up the definition's columns."""
    table = api.get(ships, accept=TABLE)
    return table if len(table["columnDefinitions"]) == len(COLUMNS) + 1 else None


def test_they_are_watched(api: KubernetesApi, ships: str) -> None:
    since = api.get(ships)["metadata"]["resourceVersion"]
    api.create(ships, ship(ships, "argo"))
    with api.watch(ships, {"resourceVersion": since}) as events:
        event = next(events)
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "argo")


def test_kubectl_knows_them(api: KubernetesApi, ships: str, namespace: str) -> None:
    api.create(ships, ship(ships, "argo", length=30))
    group = ships.split("/")[2]

    def printed() -> Any:
        return api.kubectl.rows("get", f"ships.{group}", "--namespace", namespace)

    row = eventually(printed)[0]
    assert (row["NAME"], row["LENGTH"]) == ("argo", "30")


def test_they_are_not_sent_as_protobuf(api: KubernetesApi, ships: str) -> None:
    """The real server breaks off without an answer."""
    headers = {"Content-Type": "application/vnd.kubernetes.protobuf"}
    if api.is_real:
        with pytest.raises(requests.ConnectionError):
            api.ask("POST", ships, body={}, headers=headers)
        return
    words = "the body of the request was in an unknown format - accepted media types include: "
    refusal = (415, "UnsupportedMediaType", f"{words}application/json, application/yaml")
    assert api.ask("POST", ships, body={}, headers=headers).refusal == refusal
