"""A recording that is being saved is broken off with the right to watch it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import AsyncClient
from pytest_django import Settings

from clusters.models import Recording, Role
from dashboard import file_rights
from dashboard.file_rights import CutOff
from dashboard.recordings import files
from tests import people
from tests.harness.recordings import keep_in, recorded, session
from tests.harness.watching import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def a_recording() -> Recording:
    harbour = people.cluster("harbour")
    aiko = people.person("aiko")
    aiko.user_permissions.add(Permission.objects.get(codename="watch_recording"))
    people.grant(aiko, harbour, Role.VIEW, "payments")
    return recorded(session(aiko, harbour), "one\r\n", "two\r\n", "three\r\n")


def take_the_permission() -> None:
    User.objects.get().user_permissions.clear()


def take_the_grant() -> None:
    User.objects.get().grants.all().delete()


def sign_out() -> None:
    Session.objects.all().delete()


async def is_noticed() -> bool:
    """Whether nobody looks at the right any more."""
    return not any(task.get_name() == "right to a file" for task in asyncio.all_tasks())


@pytest.mark.parametrize(
    ("take_away", "why"),
    [
        (take_the_permission, "Your right to this was taken away"),
        (take_the_grant, "Your right to this was taken away"),
        (sign_out, "You were signed out"),
    ],
)
async def test_it_ends_with_the_right(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, take_away: Callable[[], object], why: str
) -> None:
    monkeypatch.setattr(file_rights, "RECHECK_SECONDS", 0.01)
    monkeypatch.setattr(files, "PIECE", 1)
    keep_in(settings, tmp_path)
    recording = await sync_to_async(a_recording)()
    client = AsyncClient()
    await client.aforce_login(await User.objects.aget())
    answer: Any = await client.get(f"/recordings/{recording.pk}/file/")
    pieces = aiter(answer)
    assert await anext(pieces)
    assert await anext(pieces)
    await sync_to_async(take_away)()
    await eventually(is_noticed)
    with pytest.raises(CutOff, match=why):
        await anext(pieces)
