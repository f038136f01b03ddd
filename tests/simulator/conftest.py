"""A simulated cluster that is served within the test's own event loop."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from simulator.cluster import SimulatedCluster
from simulator.identities import kept_tokens
from simulator.parts import assemble, furnish
from simulator.roles import grant_roles
from simulator.serving import Address, serving


@pytest.fixture
def simulated_cluster() -> SimulatedCluster:
    """A cluster without workloads whose controllers do not run."""
    cluster = assemble(seed=7, speed=1.0, world="empty", first_version=1)
    furnish(cluster)
    grant_roles(cluster.storage)
    return cluster


@pytest.fixture
async def admin(simulated_cluster: SimulatedCluster, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Its API, asked as its administrator: `admin.get("/api/v1/pods")`."""
    async with serving(simulated_cluster, tmp_path, Address("127.0.0.1", 0)) as url:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
        headers = {"Authorization": f"Bearer {kept_tokens(tmp_path)['admin']}"}
        connector = aiohttp.TCPConnector(ssl=context)
        async with aiohttp.ClientSession(url, headers=headers, connector=connector) as session:
            yield session
