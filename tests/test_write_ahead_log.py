"""What is committed on SQLite reaches the database file while others go on writing."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, transaction

from clusters import checkpoints, threads
from clusters.models import Cluster
from tests import people
from tests.harness.watching import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def in_the_file_alone(folder: Path) -> set[str]:
    """The clusters that a copy of the database file holds, without its log."""
    copy = shutil.copy(connection.settings_dict["NAME"], folder / "copy.sqlite3")
    with closing(sqlite3.connect(copy)) as alone:
        return {name for (name,) in alone.execute("SELECT name FROM clusters_cluster")}


async def test_a_long_log_is_moved_while_a_transaction_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "LONG", 0)
    await threads.write(checkpoints.move)
    await threads.write(people.cluster, "harbour")
    stop, open_, moved = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def write() -> None:
        with transaction.atomic():
            Cluster.objects.update(version="v1.35.4")
            loop.call_soon_threadsafe(open_.set)
            asyncio.run_coroutine_threadsafe(moved.wait(), loop).result(30)

    writing = asyncio.create_task(threads.write(write))
    await open_.wait()
    running = asyncio.create_task(checkpoints.run(stop))

    async def is_moved() -> bool:
        return "harbour" in in_the_file_alone(tmp_path)

    try:
        await eventually(is_moved)
    finally:
        moved.set()
        stop.set()
        await asyncio.gather(writing, running)


async def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    await threads.write(checkpoints.move)
    await threads.write(people.cluster, "harbour")
    stop = asyncio.Event()
    running = asyncio.create_task(checkpoints.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await running
    assert "harbour" not in in_the_file_alone(tmp_path)
