"""A shell ends soon after the cluster has taken the right to it from Pilothouse (S4)."""

from collections.abc import AsyncIterator

import pytest

from clusters.streams import cluster_rights
from tests.harness.exec_api import ExecApi, exec_api, held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ExecApi]:
    monkeypatch.setattr(cluster_rights, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(cluster_rights, "KNOWN_SECONDS", 0.0)
    async with exec_api() as api:
        yield api


async def test_a_right_that_was_there_and_is_not_any_more(api: ExecApi) -> None:
    async with held(api) as shell:
        await shell.until(lambda terminal: terminal.started)
        await api.reviewed(1)
        api.allows = False
        ending = await shell.ending()
    assert ending.refused
    assert "no longer allows this" in ending.reason


async def test_a_server_that_never_said_so_is_not_believed(api: ExecApi) -> None:
    """Where `get` is granted and not `create`, older servers let a WebSocket through."""
    api.allows = False
    async with held(api) as shell:
        await api.reviewed(3)
        assert shell.terminal.ending is None
