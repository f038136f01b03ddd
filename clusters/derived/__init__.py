"""What pages count, select and search by, kept true in the transaction that writes the rows.

The store tells what the rows were and what they are; from the difference follow the tallies, the label sets and the
search index. Everything here runs on the writer thread, inside the store's transaction.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any

from django.db.backends.utils import CursorWrapper

from clusters.derived.labels import LabelSets
from clusters.derived.search import SearchIndex
from clusters.derived.tallies import State, Tallies
from clusters.kinds import Kind
from clusters.upserts import IMMUTABLE, Known, known

Row = tuple[Any, ...]
STATE = ("namespace", "severity", "status")


class _Before:
    """What a row was: its id, the state that it was counted in, and the text that it was found by."""

    __slots__ = ("id", "state", "text")

    def __init__(self, known: Known) -> None:
        self.id = known.id
        self.state = known.columns[:3]
        self.text = "\n".join(known.columns[3:])


class Derived:
    """All three, for one kind of one cluster. `searched_to` is the row id up to which the search index is complete."""

    def __init__(self, cluster_id: int, kind: Kind, searched_to: int) -> None:
        self._cluster_id = cluster_id
        self._kind = kind
        self._tallies = Tallies(cluster_id, kind)
        self._labels = LabelSets(cluster_id, kind)
        self.search = SearchIndex(cluster_id, kind, searched_to)
        at = {column: place for place, column in enumerate(kind.columns)}
        self._state: Callable[[Row], State] = itemgetter(*(at[column] for column in STATE))
        self._text_at = tuple(at[column] for column in kind.searched)
        self._text_may_change = not IMMUTABLE.issuperset(kind.searched)
        self._labels_at = (at["labelset"], at["labels"])

    def known(self, cursor: CursorWrapper, uids: Iterable[str]) -> dict[str, Known]:
        """Those of the objects that have a row, as it is now."""
        return known(cursor, self._kind, self._cluster_id, [*uids], (*STATE, *self._kind.searched))

    def follow(
        self, cursor: CursorWrapper, known: Mapping[str, Known], written: Mapping[str, Row], deleted: Collection[str]
    ) -> None:
        """Rows were written and deleted: what of them was `known` before no longer counts."""
        left = [_Before(known[uid]) for uid in {*deleted} - written.keys() if uid in known]
        replaced = [(_Before(known[uid]), row) for uid, row in written.items() if uid in known]
        added = {uid: row for uid, row in written.items() if uid not in known}
        # The row keeps its namespace and its name, whatever the server says of them later.
        moved = [(one.state, (one.state[0], *self._state(row)[1:])) for one, row in replaced]
        self._tallies.move(
            cursor,
            [*(one.state for one in left), *(before for before, _ in moved)],
            [*(after for _, after in moved), *(self._state(row) for row in added.values())],
        )
        number, labels = self._labels_at
        self._labels.note({row[number]: row[labels] for row in written.values()})
        pairs = [(one, self._text(row)) for one, row in replaced] if self._text_may_change else []
        changed = [(one, text) for one, text in pairs if one.text != text]
        self.search.remove([*((one.id, one.text) for one in left), *((one.id, one.text) for one, _ in changed)])
        self.search.add([*((one.id, text) for one, text in changed), *self._identified(cursor, added)])

    def begin_anew(self) -> None:
        """There are no rows: forget what an earlier time left."""
        self._tallies.begin_anew()
        self._labels.begin_anew()

    def listed(self, *, is_first: bool) -> None:
        """A list is complete: count anew, and forget the label sets that no object has any more.

        A first list began with nothing and has counted each row that it wrote. Only where an object came twice or was
        deleted meanwhile are more counted than there are.
        """
        if is_first and self._tallies.equal_rows():
            return
        self._tallies.recount()
        self._labels.prune()

    def _identified(self, cursor: CursorWrapper, added: dict[str, Row]) -> list[tuple[int, str]]:
        """New rows by the ids that the database gave them, where the search index wants them."""
        if not added or not self.search.is_complete:
            return []
        there = known(cursor, self._kind, self._cluster_id, [*added], ())
        return [(there[uid].id, self._text(row)) for uid, row in added.items()]

    def _text(self, row: Row) -> str:
        return "\n".join(row[place] for place in self._text_at)
