"""The YAML of an object is fetched when it is asked for; where it cannot be had, the page says why and what to do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from clusters.clients import close_clients
from clusters.kube.connection import Connection
from clusters.models import Cluster, Role
from clusters.sealing import seal_connection
from tests import people
from tests.harness.api import Answer, ScriptedApi, refuses, says, says_raw, scripted_api

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/clusters/harbour/pods/payments/web-1/yaml/"
HOSTILE = "</pre><script>alert(1)</script>"
POD = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {"name": "web-1", "managedFields": [{"manager": "kubelet"}], "annotations": {"note": HOSTILE}},
    "spec": {"containers": [{"name": "main", "args": ["echo a\necho b\n"]}]},
}


@pytest.fixture(autouse=True)
async def _clients_end() -> AsyncIterator[None]:
    yield
    await close_clients()


@sync_to_async
def _people_of(api: ScriptedApi | None, role: Role, *namespaces: str) -> tuple[AsyncClient, Cluster]:
    harbour = people.cluster("harbour")
    if api:
        seal_connection(harbour, Connection(server=api.url))
        harbour.save()
    maria = people.person("maria")
    people.grant(maria, harbour, role, *namespaces)
    client = AsyncClient()
    client.force_login(maria)
    return client, harbour


async def ask(api: ScriptedApi, address: str = ADDRESS) -> Any:
    client, _ = await _people_of(api, Role.VIEW)
    return await client.get(address)


async def test_the_object_is_shown_without_managed_fields() -> None:
    async with scripted_api(says(POD)) as api:
        response = await ask(api)
    shown = response.content.decode()
    assert response.status_code == 200
    assert api.asked[0].path == "/api/v1/namespaces/payments/pods/web-1"
    assert "<b>apiVersion:</b> v1\n" in shown
    assert "managedFields" not in shown.split("<pre")[1]
    assert "    - |\n      echo a\n" in shown
    assert "<script>alert" not in shown


async def test_it_can_be_downloaded() -> None:
    async with scripted_api(says(POD)) as api:
        response = await ask(api, f"{ADDRESS}?download")
    assert response["Content-Type"] == "application/yaml"
    assert response["Content-Disposition"] == 'attachment; filename="web-1.yaml"'
    assert response.content.decode().startswith("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web-1\n")


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (refuses(404, 'pods "web-1" not found'), 404, "It is not there, or no longer"),
        (refuses(403, "pods is forbidden"), 502, "The cluster does not let Pilothouse read it"),
        (refuses(401, "Unauthorized"), 502, "The cluster rejected the credentials"),
        (refuses(429, "slow down"), 502, "The cluster is busy"),
        (refuses(500, "etcd is away"), 502, "The cluster did not answer as expected"),
        (says_raw(b"<html>", headers={"Content-Type": "text/html"}), 502, "The cluster did not answer as expected"),
        (says_raw(b"[]"), 502, "The cluster did not answer as expected"),
    ],
)
async def test_an_error_is_told_in_words(answer: Answer, status: int, said: str) -> None:
    async with scripted_api(answer) as api:
        response = await ask(api)
    assert response.status_code == status
    assert said in response.content.decode()


async def test_a_closed_port_is_told_in_words() -> None:
    async with scripted_api() as api:
        pass
    response = await ask(api)
    assert response.status_code == 502
    assert "The cluster cannot be reached" in response.content.decode()


async def test_a_connection_that_cannot_be_opened_is_told_in_words() -> None:
    client, _ = await _people_of(None, Role.VIEW)
    response = await client.get(ADDRESS)
    assert response.status_code == 502
    assert "cannot read how to reach the cluster" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/clusters/harbour/pods/secret/web-1/yaml/",
        "/clusters/harbour/nodes/node-1/yaml/",
        "/clusters/harbour/namespaces/secret/yaml/",
        "/clusters/harbour/secrets/payments/login/yaml/",
        "/clusters/harbour/nodes/payments/node-1/yaml/",
    ],
)
async def test_what_the_reader_may_not_see_is_not_asked_for(address: str) -> None:
    async with scripted_api() as api:
        client, _ = await _people_of(api, Role.VIEW, "payments")
        response = await client.get(address)
    assert response.status_code == 404
    assert api.asked == []


async def test_a_namespace_that_the_reader_may_see_is_shown() -> None:
    async with scripted_api(says({"kind": "Namespace", "metadata": {"name": "payments"}})) as api:
        client, _ = await _people_of(api, Role.VIEW, "payments")
        response = await client.get("/clusters/harbour/namespaces/payments/yaml/")
    assert response.status_code == 200


@pytest.mark.parametrize("name", ["..", "a%00b", "x" * 10_000, "UPPER", "a%3Fb"])
async def test_nothing_is_sent_for_a_name_that_cannot_be(name: str) -> None:
    async with scripted_api() as api:
        response = await ask(api, f"/clusters/harbour/pods/payments/{name}/yaml/")
    assert response.status_code == 400
    assert api.asked == []
