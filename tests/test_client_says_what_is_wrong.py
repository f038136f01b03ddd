"""A cluster that cannot be reached or does not answer as it should says which, in words, and shows nobody's body."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clusters.kube.client import Client
from clusters.kube.connection import Connection
from clusters.kube.errors import (
    BadCertificate,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    KubeError,
    NotFound,
    NotKubernetes,
    ServerError,
    Silence,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from tests.harness.api import Answer, refuses, says, says_raw, scripted_api, streams, streams_on
from tests.harness.certificates import Authority
from tests.harness.clusters import Cluster
from tests.harness.connections import connection_to

HTML = {"Content-Type": "text/html"}


def tls(tmp_path: Path, certificate: bytes, key: bytes) -> ssl.SSLContext:
    """What a server shows."""
    path = tmp_path / "server.pem"
    path.write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def failure(connection: Connection, call: Callable[[Client], Awaitable[object]] = Client.version) -> KubeError:
    async with Client(connection) as client:
        with pytest.raises(KubeError) as caught:
            await call(client)
    return caught.value


async def failure_of(answer: Answer) -> KubeError:
    async with scripted_api(answer) as api:
        return await failure(Connection(server=api.url))


async def failure_through(proxy: str) -> KubeError:
    return await failure(Connection(server="https://kube.example:6443", proxy_url=proxy))


async def test_a_dead_proxy_is_named_and_not_the_cluster_behind_it() -> None:
    proxy = f"127.0.0.1:{free_port()}"
    error = await failure_through(f"http://maria:s3cret@{proxy}")
    assert isinstance(error, Unreachable)
    nothing = f"The proxy {proxy} refuses connections: nothing listens on this port."
    assert error.reason == f"{nothing} It is this connection's way to kube.example:6443."


async def test_a_proxy_that_does_not_exist() -> None:
    error = await failure_through("http://proxy.invalid:3128")
    assert error.reason == "The host name of the proxy proxy.invalid:3128 is not known."


@pytest.mark.parametrize(
    ("code", "words"),
    [(502, "does not lead to kube.example:6443: it answers 502."), (407, "wants other credentials than those")],
)
async def test_a_proxy_that_refuses(code: int, words: str) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {code} No\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        error = await failure_through(f"http://{host}:{port}")
    assert isinstance(error, Unreachable)
    assert error.reason.startswith(f"The proxy {host}:{port} {words}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_closed_port() -> None:
    error = await failure(Connection(server=f"https://127.0.0.1:{free_port()}"))
    assert isinstance(error, Unreachable)
    assert "refuses connections" in error.reason


async def test_an_unknown_host_name() -> None:
    error = await failure(Connection(server="https://no-such-host.invalid"))
    assert isinstance(error, Unreachable)
    assert error.reason == "The host name of no-such-host.invalid is not known."


async def test_a_server_signed_by_another_ca(tmp_path: Path) -> None:
    ours, theirs = Authority(), Authority()
    async with scripted_api(tls=tls(tmp_path, *theirs.issue("127.0.0.1"))) as api:
        error = await failure(Connection(server=api.url, ca_data=ours.certificate))
    assert isinstance(error, BadCertificate)
    assert "not signed by the CA of this connection" in error.reason


async def test_an_expired_certificate(tmp_path: Path) -> None:
    authority = Authority()
    async with scripted_api(tls=tls(tmp_path, *authority.issue("127.0.0.1", days=-1))) as api:
        error = await failure(Connection(server=api.url, ca_data=authority.certificate))
    assert isinstance(error, BadCertificate)
    assert "has expired" in error.reason


async def test_a_certificate_for_another_name_and_the_server_name_that_mends_it(tmp_path: Path) -> None:
    authority = Authority()
    answer = says({"gitVersion": "v1.35.4"})
    async with scripted_api(answer, tls=tls(tmp_path, *authority.issue("kube.example"))) as api:
        connection = Connection(server=api.url, ca_data=authority.certificate)
        error = await failure(connection)
        assert isinstance(error, BadCertificate)
        assert "tls-server-name" in error.reason
        async with Client(replace(connection, server_name="kube.example")) as client:
            assert await client.version() == "v1.35.4"


async def test_a_server_that_asks_for_another_client_certificate(tmp_path: Path) -> None:
    authority = Authority()
    context = tls(tmp_path, *authority.issue("127.0.0.1"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority.certificate.decode())
    certificate, key = authority.issue("ann")
    async with scripted_api(says({"gitVersion": "v1.35.4"}), tls=context) as api:
        connection = Connection(server=api.url, ca_data=authority.certificate)
        error = await failure(connection)
        assert isinstance(error, BadCertificate | Unreachable)
        async with Client(replace(connection, client_cert_data=certificate, client_key_data=key)) as client:
            assert await client.version() == "v1.35.4"


async def test_a_port_that_does_not_speak_tls() -> None:
    async with scripted_api() as api:
        error = await failure(Connection(server=api.url.replace("http", "https")))
    assert isinstance(error, NotKubernetes)
    assert "does not speak TLS" in error.reason


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, Gone),
        (422, Invalid),
        (429, TooManyRequests),
        (500, ServerError),
        (503, TooManyRequests),
        (504, ServerError),
    ],
)
async def test_a_status_object_becomes_its_error(code: int, kind: type[KubeError]) -> None:
    error = await failure_of(refuses(code, f"reason {code}"))
    assert type(error) is kind
    assert error.reason == f"reason {code}" or kind is Unauthorized


async def test_rejected_credentials_are_said_to_be_wrong_or_expired() -> None:
    error = await failure_of(refuses(401, "Unauthorized"))
    assert "wrong or has expired" in error.reason


async def test_retry_after_is_kept() -> None:
    error = await failure_of(refuses(429, "slow down", {"Retry-After": "7"}))
    assert isinstance(error, TooManyRequests)
    assert error.retry_after == 7


async def test_a_version_that_the_server_never_reached_counts_as_gone() -> None:
    causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    assert isinstance(await failure_of(refuses(504, "Too large resource version", causes=causes)), Gone)


@pytest.mark.parametrize("code", [200, 404])
async def test_a_web_page_in_place_of_json(code: int) -> None:
    error = await failure_of(says_raw(b"<html>please sign in, secret-word</html>", code, HTML))
    assert isinstance(error, NotKubernetes)
    assert "web page" in error.reason
    assert "secret-word" not in error.reason


async def test_something_else_than_json() -> None:
    assert isinstance(await failure_of(says_raw(b"hello")), NotKubernetes)


async def test_json_of_something_else() -> None:
    assert isinstance(await failure_of(says({"hello": "world"})), NotKubernetes)


async def test_a_body_that_is_no_status_is_never_shown() -> None:
    for code in (400, 403, 404, 500, 502):
        error = await failure_of(says_raw(b'{"message": "secret-word"}', code))
        assert "secret-word" not in error.reason


async def test_a_long_message_is_cut_and_cleaned() -> None:
    error = await failure_of(refuses(403, "a\x1b[31m\r\n" + "b" * 5000))
    assert len(error.reason) == 256
    assert error.reason.isprintable()


async def test_a_redirect_is_not_followed() -> None:
    async with scripted_api(says({}, 302, {"Location": "/elsewhere"})) as api:
        error = await failure(Connection(server=api.url))
        assert isinstance(error, NotKubernetes)
        assert [asked.path for asked in api.asked] == ["/version"]


async def test_a_redirected_upgrade_is_not_followed() -> None:
    async def upgrade(client: Client) -> None:
        async with client.upgrade("/exec", {}, ["v5.channel.k8s.io"]):
            pass

    async with scripted_api(says({}, 302, {"Location": "/elsewhere"})) as api:
        assert isinstance(await failure(Connection(server=api.url), upgrade), NotKubernetes)
        assert [asked.path for asked in api.asked] == ["/exec"]


async def test_an_answer_that_is_cut_off() -> None:
    assert isinstance(await failure_of(streams(b'{"gitVersion": ', cut=True)), Unreachable)


async def test_silence_in_a_stream() -> None:
    async def read(client: Client) -> None:
        async with client.stream("/watch", {}, silence=0.2) as pieces:
            async for piece in pieces:
                assert piece == b"hello"

    async with scripted_api(streams_on(b"hello")) as api:
        assert isinstance(await failure(Connection(server=api.url), read), Silence)


async def test_a_compressed_flood_is_given_up() -> None:
    flood = gzip.compress(bytes(40 * 1024 * 1024))
    error = await failure_of(says_raw(flood, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"}))
    assert error.reason.endswith("is larger than 32 MiB.")


async def test_leaving_a_stream_early_closes_it() -> None:
    async with scripted_api(streams_on(b"first"), says({"gitVersion": "v1.35.4"})) as api, api.client() as client:
        async with client.stream("/watch", {}, silence=5) as pieces:
            assert await anext(pieces) == b"first"
        async with asyncio.timeout(5):
            assert await client.version() == "v1.35.4"


async def test_a_client_that_is_closed_ends_its_streams_and_takes_no_more_calls() -> None:
    async with asyncio.timeout(10), scripted_api(streams_on(b"first")) as api, api.client() as client:
        async with client.stream("/watch", {}, silence=None) as pieces:
            assert await anext(pieces) == b"first"
            await client.close()
            with pytest.raises(Unreachable):
                await anext(pieces)
        with pytest.raises(Unreachable, match="was closed here"):
            await client.version()


async def test_a_wrong_token_on_a_real_cluster(cluster: Cluster) -> None:
    error = await failure(
        replace(connection_to(cluster), client_cert_data=None, client_key_data=None, token="wrong"),
        lambda client: client.get("/api/v1/nodes"),
    )
    assert isinstance(error, Unauthorized)


async def test_a_wrong_ca_on_a_real_cluster(cluster: Cluster) -> None:
    error = await failure(replace(connection_to(cluster), ca_data=Authority().certificate))
    assert isinstance(error, BadCertificate)


async def test_a_real_cluster_tells_its_version(cluster: Cluster) -> None:
    async with Client(connection_to(cluster)) as client:
        assert (await client.version()).startswith("v1.")
