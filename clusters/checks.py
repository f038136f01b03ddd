"""Combinations of settings that start but cannot work."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection


@register()
def processes_can_hear_each_other(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """REDIS_URL parts web and watcher processes; they then need one database that all of them can reach."""
    if settings.EMBEDDED or connection.vendor == "postgresql":
        return []
    return [
        Error(
            "REDIS_URL is set, but DATABASE_URL is not: processes apart cannot share one SQLite file.",
            hint="Set DATABASE_URL to a PostgreSQL database, or unset REDIS_URL to run everything in one process.",
            id="clusters.E001",
        )
    ]


@register()
def recordings_have_a_storage(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A storage class that is not there, or not with these options, would be found out by the first shell."""
    from clusters.recordings import storing

    try:
        storing.storage()
    # Every storage has errors of its own; they may hold its options, so only the kind is told.
    except Exception as error:
        hint = "See PILOTHOUSE_RECORDING_STORAGE and PILOTHOUSE_RECORDING_STORAGE_OPTIONS in docs/operating.md."
        reason = f"The storage of recordings cannot be used: {type(error).__name__}."
        return [Error(reason, hint=hint, id="clusters.E002")]
    return []
