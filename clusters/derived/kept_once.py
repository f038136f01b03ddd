"""What many objects share is written once, under a number, and forgotten when no object has it any more."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet

FEWEST_TO_PRUNE = 1000

Kept = TypeVar("Kept")


class KeptOnce(ABC, Generic[Kept]):
    """Knows which of them have been written. When there are twice as many as at the last look, it prunes."""

    numbered_by: str
    """The column of the number, in the rows of what is kept."""

    def __init__(self) -> None:
        self._read()

    def note(self, kept: Mapping[int, Kept]) -> None:
        """Objects that are written in this transaction have these, each by its number."""
        fresh = {number: one for number, one in kept.items() if number not in self._written}
        if not fresh:
            return
        self.insert(fresh)
        transaction.on_commit(lambda: self._written.update(fresh))
        if len(self._written) + len(fresh) > self._prune_at:
            self.prune()

    def begin_anew(self) -> None:
        """There are no objects: forget all."""
        self.rows().delete()
        # At once, for what is written in the same transaction; to write one again is no error.
        self._remember(set())

    def prune(self) -> None:
        """Forget those that no object has."""
        self.rows().exclude(**{f"{self.numbered_by}__in": self.used()}).delete()
        transaction.on_commit(self._read)

    @abstractmethod
    def insert(self, fresh: Mapping[int, Kept]) -> None:
        """Write these; one that is there already is no error."""

    @abstractmethod
    def rows(self) -> "QuerySet[Any]":
        """What is kept."""

    @abstractmethod
    def used(self) -> "QuerySet[Any, Any]":
        """The numbers that objects have."""

    def _read(self) -> None:
        self._remember(set(self.rows().values_list(self.numbered_by, flat=True).distinct()))

    def _remember(self, written: set[int]) -> None:
        self._written = written
        self._prune_at = max(FEWEST_TO_PRUNE, 2 * len(self._written))
