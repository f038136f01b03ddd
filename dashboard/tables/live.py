"""What a page with a table has, and what it must be told to have what the database has."""

import re
from time import monotonic
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import timezone

from clusters.access import visible
from clusters.models import Cluster
from dashboard.frame import counts
from dashboard.tables.context import chosen_columns, table_context
from dashboard.tables.filters import FEW
from dashboard.tables.matching import Matching
from dashboard.tables.page import columns_of, fields_of, picks, row_of, sight_of
from dashboard.tables.paging import PAGE, one_page
from dashboard.tables.state import BadParameter, State

NAVIGATION_SECONDS = 10.0
AGE_WORDS = re.compile(r"(?<=data-age>)[^<]*")
"""The browser lets ages grow by itself; a cell in which only that differs has not changed."""

PARTS = ("facets", "pager", "empty")


class LiveTable:
    """One table on one page. Both `changed_…` run on a database thread and never at the same time."""

    def __init__(self, user: User, cluster: Cluster, state: State) -> None:
        self.user = user
        self.cluster = cluster
        self.state = state
        self._columns = columns_of(state, chosen_columns(user, state))
        self._versions: dict[str, str] = {}
        self._cells: dict[str, tuple[int, ...]] = {}
        self._order: list[str] = []
        self._parts: dict[str, str] = {}
        self._navigation_at = 0.0
        self._is_few: bool | None = None

    def start_from(self, have: object) -> None:
        """The rows that the page has, in their order: resource versions by uid. Raises BadParameter."""
        if not isinstance(have, dict) or len(have) > 2 * PAGE:
            raise BadParameter("have must be an object of at most two pages' rows.")
        if not all(isinstance(version, str) for version in have.values()):
            raise BadParameter("have must hold resource versions as texts.")
        self._versions = dict(have)
        self._order = list(have)

    def changed_rows(self) -> dict[str, Any] | None:
        """What differs from the page; None for no change.

        `rows`: new ones as HTML; `cells`: of changed ones their version and the cells that differ, by column; `order`:
        all uids, where it changed; `gone`: what is no more.
        """
        matching = Matching(self.user, self.cluster, self.state, is_few=self._is_few)
        part = one_page(matching, self.state, fields_of(self._columns, self.state))
        self._is_few = matching.is_few
        known, self._cells = self._cells, {}
        rows, cells = self._changes(part.rows, known)
        order = [row.uid for row in part.rows]
        here = set(order)
        left = [uid for uid in self._order if uid not in here]
        message: dict[str, Any] = {name: value for name, value in (("rows", rows), ("cells", cells)) if value}
        if order != self._order:
            message |= {"order": order, "gone": self._deleted(left)}
        self._versions = {row.uid: row.resource_version for row in part.rows}
        self._order = order
        return message or None

    def _changes(self, rows: list[Any], known: dict[str, tuple[int, ...]]) -> tuple[dict[str, str], dict[str, Any]]:
        """New rows and changed cells, by uid; remembers what the page has then."""
        sight = sight_of(self.user, self.cluster, timezone.now())
        fresh: dict[str, str] = {}
        changed: dict[str, Any] = {}
        for row in rows:
            had = self._versions.get(row.uid)
            if had == row.resource_version and row.uid in known:
                self._cells[row.uid] = known[row.uid]
                continue
            contents = [column.html(row, sight) for column in self._columns]
            self._cells[row.uid] = marks = tuple(hash(AGE_WORDS.sub("", content)) for content in contents)
            if had is None:
                fresh[row.uid] = row_of(row, self._columns, contents, sight, picks=picks(self.state, sight))
            elif had != row.resource_version:
                before = known.get(row.uid, (None,) * len(contents))
                cells = zip(self._columns, contents, marks, before, strict=True)
                differing = {column.key: content for column, content, now, then in cells if now != then}
                changed[row.uid] = {"rv": row.resource_version, "cells": differing}
        return fresh, changed

    def changed_counts(self) -> dict[str, Any] | None:
        """Facets, pager, health and, every ten seconds, the numbers in the navigation, as far as they changed.

        Raises Http404 when the cluster has been removed.
        """
        cluster = Cluster.objects.defer("sealed_connection").filter(pk=self.cluster.pk).first()
        if cluster is None:
            raise Http404
        self.cluster = cluster
        context = table_context(self.user, self.cluster, self.state, fresh=True)
        parts: dict[str, str] = {name: render_to_string(f"tables/_{name}.html", context) for name in PARTS}
        parts["stale"] = context["freshness"].warning or ""
        parts["health"] = context["freshness"].title
        message: dict[str, Any] = {name: text for name, text in parts.items() if self._parts.get(name) != text}
        self._parts = parts
        self._is_few = context["page"].total <= FEW
        if numbers := self._navigation(context["page"].total):
            message["counts"] = numbers
        return {**message, "state": context["freshness"].state} if message else None

    def _navigation(self, total: int) -> dict[str, int]:
        """The numbers beside the kinds: of this one where nothing is filtered, of all every ten seconds."""
        numbers = {} if self.state.is_filtered else {self.state.table.kind: total}
        if monotonic() - self._navigation_at < NAVIGATION_SECONDS:
            return numbers
        self._navigation_at = monotonic()
        return counts(self.user, self.cluster)

    def _deleted(self, left: list[str]) -> list[str]:
        """Those of the rows that left the page that are no more; the others are on another page or filtered out."""
        if not left:
            return []
        model = self.state.table.model
        # The page names the uids: of what its user may not see it must not learn whether it is there.
        rows = visible(self.user, model._default_manager.filter(uid__in=left[: 2 * PAGE]), self.cluster)
        kept = set(rows.values_list("uid", flat=True))
        return [uid for uid in left if uid not in kept]
