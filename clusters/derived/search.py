"""Finds rows by any part of their text, by an index of its three-letter pieces.

SQLite has FTS5's trigram tokenizer (https://www.sqlite.org/fts5.html#the_trigram_tokenizer), PostgreSQL pg_trgm
(https://www.postgresql.org/docs/current/pgtrgm.html). Filling the index costs more than writing the rows, so a first
list leaves it out and it is filled afterwards, some rows at a time; until then text is looked for row by row.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from clusters.kinds import KINDS, Kind
from clusters.models import Cluster, Watch
from clusters.statements import run_for_each

COMPLETE = 2**63 - 1
FILLED_AT_ONCE = 500
SHORTEST = 3
"""Letters that a word must have: the index holds pieces of three."""

Text = tuple[int, str]
"""The id of a row and the text that it is found by."""


class SearchIndex:
    """The search index of one kind; `searched_to` is the id up to which the rows of this cluster are in it."""

    def __init__(self, cluster_id: int, kind: Kind, searched_to: int) -> None:
        self._cluster_id = cluster_id
        self._kind = kind
        self.searched_to = searched_to

    @property
    def is_complete(self) -> bool:
        return self.searched_to == COMPLETE

    def begin_anew(self) -> None:
        """There are no rows: leave the index out until `fill`."""
        self.searched_to = 0

    def add(self, texts: Sequence[Text]) -> None:
        """Rows that are new or have another text; those that `fill` has not reached it will find by itself."""
        wanted = [(row_id, text) for row_id, text in texts if row_id <= self.searched_to]
        self._run(f"INSERT INTO {table(self._kind)} ({_ID[connection.vendor]}, text) VALUES (%s, %s)", wanted)  # noqa: S608

    def remove(self, texts: Sequence[Text]) -> None:
        """Rows that are gone or have another text now, with the text that they had."""
        wanted = [(row_id, text) for row_id, text in texts if row_id <= self.searched_to]
        self._run(_DELETE[connection.vendor].format(table=table(self._kind)), wanted)

    def fill(self) -> int:
        """Take in some more rows; gives `searched_to` as it is once the caller's transaction is committed."""
        model, quote = self._kind.model._meta.db_table, connection.ops.quote_name
        # The sign keeps SQLite off the indexes that begin with the cluster: rows come in the order of their ids.
        some = f"FROM {quote(model)} WHERE +cluster_id = %s AND id > %s ORDER BY id LIMIT %s"
        given = (self._cluster_id, self.searched_to, FILLED_AT_ONCE)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT max(id) FROM (SELECT id {some}) AS part", given)  # noqa: S608
            last = cursor.fetchone()[0]
            if last is not None:
                into = f"INSERT INTO {table(self._kind)} ({_ID[connection.vendor]}, text)"
                cursor.execute(f"{into} SELECT id, {_text(self._kind)} {some}", given)
        reached: int = COMPLETE if last is None else last
        Watch.objects.filter(cluster_id=self._cluster_id, kind=self._kind.plural).update(searched_to=reached)
        return reached

    def _run(self, statement: str, values: Sequence[Text]) -> None:
        if values:
            with connection.cursor() as cursor:
                run_for_each(cursor, statement, values)


def table(kind: Kind) -> str:
    """The name of the kind's search table, which a migration makes."""
    return f"clusters_search_{kind.plural}"


@receiver(pre_delete, sender=Cluster)
def forget(instance: Cluster, **kwargs: Any) -> None:
    """A cluster is being deleted, in the transaction of that: take its rows out of every search index."""
    # Its watcher writes no batch between this and the end of the cluster.
    list(Cluster.objects.select_for_update().filter(pk=instance.pk).values_list("pk"))
    reached = dict(Watch.objects.filter(cluster=instance).values_list("kind", "searched_to"))
    with connection.cursor() as cursor:
        for kind in KINDS.values():
            cursor.execute(_forgetting(kind), (instance.pk, reached.get(kind.plural, 0)))


def _forgetting(kind: Kind) -> str:
    model, quote = kind.model._meta.db_table, connection.ops.quote_name
    rows = f"FROM {quote(model)} WHERE cluster_id = %s AND id <= %s"
    if connection.vendor == "sqlite":
        return f"INSERT INTO {table(kind)} ({table(kind)}, rowid, text) SELECT 'delete', id, {_text(kind)} {rows}"
    return f"DELETE FROM {table(kind)} WHERE id IN (SELECT id {rows})"  # noqa: S608


def _text(kind: Kind) -> str:
    """The SQL of what a row is found by."""
    return " || '\n' || ".join(connection.ops.quote_name(column) for column in kind.searched)


def can_search(cluster_id: int, kind: Kind, words: Sequence[str]) -> bool:
    """Whether `matching` would find every row: the index is complete and some word is long enough for it."""
    if not any(len(word) >= SHORTEST for word in words):
        return False
    return Watch.objects.filter(cluster_id=cluster_id, kind=kind.plural, searched_to=COMPLETE).exists()


def matching(kind: Kind, words: Sequence[str], most: int) -> list[int] | None:
    """Ids of rows, of all clusters, that hold every word of three letters or more; None for more than `most`."""
    long = [word for word in words if len(word) >= SHORTEST]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            phrases = " ".join('"' + word.replace('"', '""') + '"' for word in long)
            name = table(kind)
            cursor.execute(f"SELECT rowid FROM {name} WHERE {name} MATCH %s LIMIT %s", (phrases, most + 1))  # noqa: S608
        else:
            each = " AND ".join("text ILIKE %s" for _ in long)
            patterns = [f"%{connection.ops.prep_for_like_query(word)}%" for word in long]
            cursor.execute(f"SELECT id FROM {table(kind)} WHERE {each} LIMIT %s", (*patterns, most + 1))  # noqa: S608
        found = [row_id for (row_id,) in cursor.fetchall()]
    return found if len(found) <= most else None


_ID = {"sqlite": "rowid", "postgresql": "id"}
_DELETE = {
    # A table without content of its own must be told what to forget.
    "sqlite": "INSERT INTO {table} ({table}, rowid, text) VALUES ('delete', %s, %s)",
    "postgresql": "DELETE FROM {table} WHERE id = %s AND text = %s",
}
