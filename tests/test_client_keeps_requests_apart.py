"""However many logs, watches and shells stand, a plain request finds a connection."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from clusters.kube import client as kube
from tests.harness.api import says, scripted_api, streams_on


async def test_streams_take_no_connection_from_plain_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kube, "_PLAIN_LIMIT", 1)
    script = [*(streams_on() for _ in range(5)), says({"gitVersion": "v1.35.4"})]
    async with scripted_api(*script) as api, api.client() as client, AsyncExitStack() as stack, asyncio.timeout(5):
        for _ in range(5):
            await stack.enter_async_context(client.stream("/api/v1/pods", {}, None))
        assert await client.version() == "v1.35.4"
