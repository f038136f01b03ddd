"""The list of recordings: filtered, searched and paged by its address."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clusters.access import visible_recordings
from clusters.models import Recording
from clusters.recordings import words
from clusters.recordings.retention import kept_until
from clusters.recordings.searching import Found, Search, search
from dashboard.recordings.ran import what_ran
from dashboard.recordings.turns import Busy, search_turn
from dashboard.tables.state import BadParameter

PAGE = 50
LONGEST_SEARCH = 200
CHOICES = 200
SINCE = {"": "Any time", "1d": "Last day", "7d": "Last 7 days", "30d": "Last 30 days"}
STATES = {
    "": ("All", Q()),
    "open": ("Open now", Q(ended=None)),
    "broken": ("Broken off", ~Q(broken_off="")),
    "failed": ("Exit code not 0", Q(exit_code__gt=0)),
}
KNOWN = {"q", "who", "cluster", "since", "state", "before", "t"}


@dataclass(frozen=True)
class Row:
    """One recording of the list; `ran` is a word for what ran in it, `url` its page with the list as it is."""

    recording: Recording
    state: str
    word: str
    url: str
    ran: str
    before_words: str = ""
    words: str = ""
    after_words: str = ""


class Listing:
    """The recordings that the reader may watch, as the address asks for them. Raises BadParameter."""

    def __init__(self, request: HttpRequest) -> None:
        self._query = request.GET.dict()
        if unknown := set(self._query) - KNOWN:
            raise BadParameter(f"There is no parameter {min(unknown)[:40]!r}. Known are {', '.join(sorted(KNOWN))}.")
        self.q = self._query.get("q", "").strip()
        if len(self.q) > LONGEST_SEARCH or not self.q.isprintable():
            raise BadParameter(f"q must be printable and at most {LONGEST_SEARCH} characters long.")
        self.who, self.cluster = self._query.get("who", ""), self._query.get("cluster", "")
        self.since, self.state = self._query.get("since", ""), self._query.get("state", "")
        if self.since not in SINCE or self.state not in STATES:
            raise BadParameter(f"since is one of {', '.join(SINCE)[2:]}; state is one of {', '.join(STATES)[2:]}.")
        self._all = visible_recordings(request.user)
        self.is_busy = False
        """Whether nothing was searched, since others search; known once `rows` are."""

    @property
    def is_filtered(self) -> bool:
        return any((self.q, self.who, self.cluster, self.since, self.state))

    @property
    def is_short(self) -> bool:
        """Whether `q` is too short to be looked for in what was printed."""
        return 0 < len(self.q) < words.SHORTEST

    @cached_property
    def clusters(self) -> list[str]:
        """Every cluster of which there is a recording."""
        return list(self._all.order_by("cluster_name").values_list("cluster_name", flat=True).distinct()[:CHOICES])

    @cached_property
    def people(self) -> list[str]:
        """Everybody of whom there is a recording."""
        return list(self._all.order_by("username").values_list("username", flat=True).distinct()[:CHOICES])

    @property
    def since_choices(self) -> dict[str, str]:
        return SINCE

    @property
    def states(self) -> Iterator[dict[str, Any]]:
        """Every state with the address that shows only those."""
        for key, (title, _) in STATES.items():
            yield {"title": title, "url": self._address(state=key, before=""), "chosen": key == self.state}

    @cached_property
    def rows(self) -> list[Row]:
        ran = what_ran([found.recording for found in self._found.found])
        return [self._row(found, ran[found.recording.pk]) for found in self._found.found]

    @property
    def older(self) -> str:
        """The address of what comes after the last row; empty where nothing does."""
        return self._address(before=place(self._found.last)) if self._found.last else ""

    @property
    def searched_back_to(self) -> datetime | None:
        """How far a search came that ended early."""
        return self._found.last.started if self.q and self._found.last else None

    @property
    def here(self) -> str:
        """The address of the list as it is."""
        return self._address()

    @property
    def first(self) -> str:
        """The address of the newest ones; empty where the newest are shown."""
        return self._address(before="") if self._query.get("before") else ""

    @cached_property
    def _found(self) -> Search:
        rows = self._filtered().select_related("cluster")
        if self.q:
            return self._search(rows)
        some = list(rows[: PAGE + 1])
        return Search([Found(each, None) for each in some[:PAGE]], some[PAGE - 1] if len(some) > PAGE else None)

    def _search(self, rows: QuerySet[Recording]) -> Search:
        try:
            with search_turn():
                return search(rows, self.q, PAGE)
        except Busy:
            self.is_busy = True
            return Search([], None)

    def _filtered(self) -> QuerySet[Recording]:
        rows = self._all.filter(STATES[self.state][1])
        if self.who:
            rows = rows.filter(username=self.who)
        if self.cluster:
            rows = rows.filter(cluster_name=self.cluster)
        if self.since:
            rows = rows.filter(started__gt=timezone.now() - timedelta(days=int(self.since[:-1])))
        if before := self._query.get("before", ""):
            rows = rows.filter(beyond(before))
        return rows

    def _row(self, found: Found, ran: str) -> Row:
        recording, line = found.recording, found.line
        state, word = state_of(recording)
        url = self._address(recording, **({"t": str(line.at / 1000)} if line else {}))
        if line is None:
            return Row(recording, state, word, url, ran)
        at = line.text.casefold().find(self.q.casefold())
        start, end = max(0, at - 40), at + len(self.q)
        return Row(recording, state, word, url, ran, line.text[start:at], line.text[at:end], line.text[end : end + 80])

    def _address(self, recording: Recording | None = None, **changed: str) -> str:
        query = {**self._query, "t": "", **changed}
        path = recording.get_absolute_url() if recording else reverse("recordings")
        return f"{path}?{urlencode({key: value for key, value in query.items() if value})}"


def state_of(recording: Recording) -> tuple[str, str]:
    """How a recording fares: the class of its state, and a word or two."""
    if recording.ended is None:
        return "progressing", "Open now"
    if recording.broken_off:
        return "warning", "Broken off"
    days = max(0, ceil((kept_until(recording) - timezone.now()) / timedelta(days=1)))
    return "completed", f"Kept {days} d"


def place(recording: Recording) -> str:
    """The place of a recording in the list, for an address."""
    return f"{recording.started.isoformat()}/{recording.pk}"


def beyond(text: str) -> Q:
    """What comes after a place. Raises BadParameter."""
    moment, _, pk = text.partition("/")
    try:
        started, last = parse_datetime(moment), UUID(pk)
    except ValueError:
        started = None
    if started is None or started.utcoffset() is None:
        raise BadParameter("before is not a place in the list; open the list again.")
    return Q(started__lt=started) | Q(started=started, pk__lt=last)
