"""What reaches an API server: the headers that we made for its connection, and paths made of checked names only."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.kube.errors import BadRequest
from clusters.kube.paths import object_path
from tests.harness.api import Asked, Json, says, scripted_api

VERSION: Json = {"gitVersion": "v1.35.4"}


async def asked_with(connection: Connection) -> Asked:
    async with scripted_api(says(VERSION)) as api:
        async with Client(replace(connection, server=api.url)) as client:
            await client.version()
        return api.asked[0]


async def test_a_token_and_nothing_else() -> None:
    asked = await asked_with(Connection(server="", token="t0ken"))
    assert sorted(name for name, _ in asked.headers) == [
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Host",
        "User-Agent",
    ]
    assert ("Authorization", "Bearer t0ken") in asked.headers


async def test_basic_credentials() -> None:
    asked = await asked_with(Connection(server="", username="ann", password="wörd"))
    assert ("Authorization", "Basic " + base64.b64encode("ann:wörd".encode()).decode()) in asked.headers


async def test_no_credentials_where_there_are_none() -> None:
    asked = await asked_with(Connection(server=""))
    assert "Authorization" not in dict(asked.headers)


async def test_a_renewed_service_account_token_is_used_at_once(tmp_path: Path) -> None:
    token = tmp_path / "token"
    async with scripted_api(says(VERSION), says(VERSION)) as api:
        async with Client(Connection(server=api.url, token_file=str(token))) as client:
            for content in ("first", "second"):
                token.write_text(content + "\n")
                await client.version()
        assert [dict(asked.headers)["Authorization"] for asked in api.asked] == ["Bearer first", "Bearer second"]


async def test_cookies_of_a_server_are_forgotten() -> None:
    async with scripted_api(says(VERSION, headers={"Set-Cookie": "a=b"}), says(VERSION)) as api:
        async with api.client() as client:
            await client.version()
            await client.version()
        assert "Cookie" not in dict(api.asked[1].headers)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await asked_with(Connection(server=""))).path == "/version"


async def test_parameters_stay_parameters() -> None:
    async with scripted_api(says({})) as api:
        async with api.client() as client:
            await client.get("/api/v1/pods", labelSelector="a in (b,c)&limit=1#?x=%00", fieldSelector="é")
        assert api.asked[0].path == "/api/v1/pods"
        assert api.asked[0].query == {"labelSelector": "a in (b,c)&limit=1#?x=%00", "fieldSelector": "é"}


async def test_a_server_below_a_prefix() -> None:
    async with scripted_api(says(VERSION)) as api:
        async with Client(Connection(server=f"{api.url}/k8s/clusters/c-1")) as client:
            await client.version()
        assert api.asked[0].path == "/k8s/clusters/c-1/version"


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("", "v1", "pods"), "/api/v1/pods"),
        (("", "v1", "pods", "default", "web-0", "exec"), "/api/v1/namespaces/default/pods/web-0/exec"),
        (("apps", "v1", "deployments", "kube-system"), "/apis/apps/v1/namespaces/kube-system/deployments"),
        (("", "v1", "nodes", "", "node-1.example.com"), "/api/v1/nodes/node-1.example.com"),
        (
            ("rbac.authorization.k8s.io", "v1beta1", "clusterroles", "", "system:node"),
            "/apis/rbac.authorization.k8s.io/v1beta1/clusterroles/system:node",
        ),
    ],
)
def test_paths_are_those_of_the_api(parts: tuple[str, ...], path: str) -> None:
    assert object_path(*parts) == path


@pytest.mark.parametrize(
    "bad",
    [
        "..",
        ".",
        "../secrets",
        "a/../b",
        "a/b",
        "a//b",
        "%2e%2e%2f",
        "a%2fb",
        "a%00",
        "a\0",
        "..;",
        "a;b",
        "a?b",
        "a#b",
        "a\r\nb",
        "a\n",
        "a b",
        "-a",
        "a-",
        "а",  # noqa: RUF001 - a Cyrillic letter is the point
        "ａ",  # noqa: RUF001 - and so is a wide one
        "a" * 10_000,
    ],
)
def test_names_that_are_none_are_refused_in_every_place(bad: str) -> None:
    for parts in (
        (bad, "v1", "pods"),
        ("", bad, "pods"),
        ("", "v1", bad),
        ("", "v1", "pods", bad),
        ("", "v1", "pods", "default", bad),
        ("", "v1", "pods", "default", "web", bad),
    ):
        with pytest.raises(BadRequest) as caught:
            object_path(*parts)
        assert len(caught.value.reason) < 120
        assert caught.value.reason.isprintable()


def test_a_subresource_needs_an_object() -> None:
    with pytest.raises(BadRequest):
        object_path("", "v1", "pods", "default", "", "exec")
