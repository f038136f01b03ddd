"""Whoever shows a certificate of the cluster's own authority is its subject; others are nobody."""

import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulator.certificates import Authority
from simulator.cluster import SimulatedCluster
from simulator.serving import Address, serving

WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
REVIEW = {"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1"}


async def who(url: str, folder: Path, certificate: tuple[bytes, bytes] | None) -> Any:
    """The answer to "who am I?" of a client with that certificate and key."""
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    if certificate:
        file = folder / "client.pem"
        file.write_bytes(b"".join(certificate))
        context.load_cert_chain(file)
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(url, connector=connector) as session, session.post(WHO, json=REVIEW) as response:
        return await response.json()


async def test_a_certificate_names_user_and_groups(simulated_cluster: SimulatedCluster, tmp_path: Path) -> None:
    async with serving(simulated_cluster, tmp_path, Address("127.0.0.1", 0)) as url:
        shown = Authority(tmp_path).issue_client("jane", ("crew", "watch"))
        found = await who(url, tmp_path, shown)
    assert found["status"]["userInfo"] == {"username": "jane", "groups": ["crew", "watch", "system:authenticated"]}


async def test_without_one_nobody_asks(simulated_cluster: SimulatedCluster, tmp_path: Path) -> None:
    async with serving(simulated_cluster, tmp_path, Address("127.0.0.1", 0)) as url:
        found = await who(url, tmp_path, None)
    assert (found["code"], found["reason"]) == (403, "Forbidden")
    assert 'User "system:anonymous"' in found["message"]


async def test_another_authority_vouches_for_nobody(simulated_cluster: SimulatedCluster, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    async with serving(simulated_cluster, tmp_path, Address("127.0.0.1", 0)) as url:
        shown = Authority(stranger).issue_client("admin", ("system:masters",))
        with pytest.raises(aiohttp.ClientError):
            await who(url, tmp_path, shown)
