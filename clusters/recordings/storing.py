"""The storage of recordings, reached on threads of its own: one that hangs holds up nothing else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from clusters.models import Recording

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 8
ALIAS = "recordings"

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="recordings")


def storage() -> Storage:
    """As STORAGES["recordings"] says."""
    return storages[ALIAS]


async def in_storage(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What the function returns or raises, run where it may wait for the storage. It must not touch the database."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(function, *args, **kwargs))


def folder(recording: Recording) -> str:
    """Where the files of a recording are."""
    return f"{recording.started:%Y/%m}/{recording.pk}"


def save(name: str, file: bytes) -> str:
    """Writes a file; the name that it got."""
    return storage().save(name, ContentFile(file))


def load(name: str) -> bytes:
    """A whole file. Raises what the storage raises, for a missing one FileNotFoundError."""
    with storage().open(name) as file:
        return bytes(file.read())


def delete(name: str) -> None:
    """Takes a file away; one that is gone already is no error."""
    storage().delete(name)


def delete_all(folder_name: str, names: list[str]) -> None:
    """Takes all files of a recording away, also those of which no row knows."""
    for name in names:
        delete(name)
    try:
        _, left = storage().listdir(folder_name)
    # Not every storage can list, and an empty folder may be none.
    except (NotImplementedError, FileNotFoundError):
        return
    for file in left:
        delete(f"{folder_name}/{file}")
    # Files leave a folder; other storages know none.
    storage().delete(folder_name)
