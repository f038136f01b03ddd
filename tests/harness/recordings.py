"""Recordings for tests: made by the recorder itself, as while a shell runs."""

import asyncio
import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from pytest_django import Settings

from clusters.models import Cluster, Recording, RecordingChunk, RecordingPolicy, TerminalSession
from clusters.recordings import chunks, recorder
from clusters.recordings.opening import open_recorder
from clusters.threads import read

SCREEN = (80, 24)
FULL, HANGS = "full", "hangs"
HANG_SECONDS = 30
"""Longer than anybody waits, but the server must end some day."""


def keep_in(settings: Settings, folder: Path, backend: str = "") -> None:
    """Recordings go to files in the folder, by the storage class of that dotted name."""
    backend = backend or "django.core.files.storage.FileSystemStorage"
    recordings = {"BACKEND": backend, "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "recordings": recordings}


def session(user: User, cluster: Cluster, policy: str = RecordingPolicy.BEST_EFFORT, **named: Any) -> TerminalSession:
    """A shell about to begin in payments/ledger-0, in a cluster with that policy."""
    cluster.recording = policy
    cluster.save()
    place = {"namespace": "payments", "pod": "ledger-0", "container": "postgres", **named}
    return TerminalSession.objects.create(user=user, cluster=cluster, pod_uid="uid", owner="test", **place)


def recorded(shell: TerminalSession, *printed: str, exit_code: int | None = 0) -> Recording:
    """The recording of a shell that printed this and ended."""

    async def record() -> None:
        recorder = await open_recorder(shell, SCREEN, None)
        for text in printed:
            await recorder.room()
            recorder.output(text.encode())
        await recorder.close(exit_code)

    async_to_sync(record)()
    return Recording.objects.get(pk=shell.pk)


def recorded_in_parts(monkeypatch: pytest.MonkeyPatch, shell: TerminalSession, *printed: str) -> Recording:
    """The recording of a shell that printed this; each text is in a part of its own."""
    monkeypatch.setattr(chunks, "SETTLED_BYTES", 1)
    monkeypatch.setattr(recorder, "HURRY_BYTES", 0)
    parts = RecordingChunk.objects.filter(recording=shell.pk)

    async def record() -> None:
        recorder = await open_recorder(shell, SCREEN, None)
        for number, text in enumerate(printed):
            await recorder.room()
            recorder.output(text.encode())
            async with asyncio.timeout(20):
                while await read(parts.count) <= number:  # noqa: ASYNC110 - a storage tells nobody
                    await asyncio.sleep(0.02)
        await recorder.close(None)

    async_to_sync(record)()
    return Recording.objects.get(pk=shell.pk)


class Faulty(FileSystemStorage):
    """Files in `location`; with one called FULL beside it there is no space, with one called HANGS no answer."""

    def _save(self, name: str, content: Any) -> str:
        beside = Path(self.location).parent
        if (beside / FULL).exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if (beside / HANGS).exists():
            threading.Event().wait(HANG_SECONDS)
        return str(super()._save(name, content))  # type: ignore[misc]  # its stubs leave it out
