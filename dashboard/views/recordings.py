"""Recordings of shells: the list, the player, what the player asks for, and the files to keep."""

from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clusters.access import WATCH_RECORDINGS, permitted, visible_recordings
from clusters.models import Activity, Recording, RecordingChunk
from clusters.recordings import books, reading, words
from clusters.recordings.reading import CannotRead
from clusters.recordings.searching import OutOfTime, moments
from clusters.signals import client_address, recording_saved, recording_watched
from dashboard.file_rights import FileRight
from dashboard.recordings.files import KINDS, lines_of, pieces
from dashboard.recordings.listing import LONGEST_SEARCH, Listing, state_of
from dashboard.recordings.turns import Busy, search_turn
from dashboard.tables.state import BadParameter

ONE_WATCHING = timedelta(minutes=10)
"""Parts that are asked for within so long are watched in one go."""

MOST_MOMENTS = 1000
FIND_SECONDS = 10.0
WATCHINGS_SHOWN = 5


@require_safe
@permitted(WATCH_RECORDINGS)
def recordings(request: HttpRequest) -> HttpResponse:
    """The list."""
    return render(request, "recordings/recordings.html", {"listing": Listing(request)})


@require_safe
@permitted(WATCH_RECORDINGS)
def recording(request: HttpRequest, session: UUID) -> HttpResponse:
    """The player, beside the list as the address filters it."""
    row = _recording(request, session)
    state, word = state_of(row)
    watched = _watchings(row)
    page = {
        "listing": Listing(request),
        "recording": row,
        "state": state,
        "word": word,
        "watched": watched[:WATCHINGS_SHOWN],
        "times_watched": watched.count(),
    }
    return render(request, "recordings/recordings.html", page)


@require_safe
@permitted(WATCH_RECORDINGS)
def parts(request: HttpRequest, session: UUID) -> JsonResponse:
    """How long it is, which parts it has (from when to when, in milliseconds), and how much was printed when: pairs of
    a second and bytes."""
    row = _recording(request, session)
    some = row.chunks.values_list("number", "began", "ended", "activity")
    found = [{"number": number, "began": began, "ended": ended} for number, began, ended, _ in some]
    activity = [pair for *_, activity in some for pair in activity]
    length = found[-1]["ended"] if found else 0
    return JsonResponse({"length": length, "isOpen": row.ended is None, "parts": found, "activity": activity})


@require_safe
@permitted(WATCH_RECORDINGS)
def part(request: HttpRequest, session: UUID, number: int) -> HttpResponse:
    """One part, as lines of asciicast v3. Whoever gets it has watched the recording."""
    row = _recording(request, session)
    chunk = get_object_or_404(RecordingChunk.objects.select_related("recording"), recording=row, number=number)
    before = row.chunks.filter(number=number - 1).first()
    _note_watched(request, row)
    try:
        lines = reading.chunk_lines(chunk, before)
    except CannotRead as error:
        return HttpResponse(str(error), status=HTTPStatus.BAD_GATEWAY, content_type="text/plain; charset=utf-8")
    return HttpResponse(b"".join(lines), content_type="application/x-asciicast")


@require_safe
@permitted(WATCH_RECORDINGS)
def find(request: HttpRequest, session: UUID) -> JsonResponse:
    """Where `q` was printed: moments in milliseconds, and whether these are all of them."""
    row = _recording(request, session)
    text = request.GET.get("q", "").strip()
    if not words.SHORTEST <= len(text) <= LONGEST_SEARCH:
        raise BadParameter(f"q must be {words.SHORTEST} to {LONGEST_SEARCH} characters long.")
    _note_watched(request, row)
    try:
        with search_turn():
            found, is_all = _moments(row, text)
    except Busy:
        return JsonResponse({"reason": "Others are searching; try again in a moment."}, status=429)
    return JsonResponse({"found": found, "isAll": is_all})


def _moments(row: Recording, text: str) -> tuple[list[int], bool]:
    """Where the text was printed, and whether these are all of the places."""
    found: list[int] = []
    try:
        for line in moments(row, text, monotonic() + FIND_SECONDS):
            found.append(line.at)
            if len(found) == MOST_MOMENTS:
                return found, False
    except OutOfTime:
        return found, False
    return found, True


@require_safe
@permitted(WATCH_RECORDINGS)
def file(request: HttpRequest, session: UUID) -> HttpResponseBase:
    """All of it as a file: `as` v3 or v2 of asciicast, or text."""
    row = _recording(request, session)
    kind = request.GET.get("as", "v3")
    if kind not in KINDS:
        raise BadParameter(f"as is one of {', '.join(KINDS)}.")
    lines = lines_of(row, kind)
    try:
        first = next(lines, b"")
    except CannotRead as error:
        return render(
            request, "recordings/no_file.html", {"recording": row, "reason": error}, status=HTTPStatus.BAD_GATEWAY
        )
    recording_saved.send(Recording, detail=f"{kind} {row.pk}", **_who(request), **books.where(row))
    name = f"{row.pod}-{row.started:%Y%m%d-%H%M%S}.{'txt' if kind == 'text' else 'cast'}"
    right = FileRight(request, cast("User", request.user), lambda user: _visible(user, session))
    return StreamingHttpResponse(
        pieces(first, lines, right),
        content_type="text/plain; charset=utf-8" if kind == "text" else "application/x-asciicast",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            # Compressing it would hold up everybody else.
            "Content-Encoding": "identity",
        },
    )


def _recording(request: HttpRequest, session: UUID) -> Recording:
    return _visible(cast("User", request.user), session)


def _visible(user: User, session: UUID) -> Recording:
    row = visible_recordings(user).select_related("cluster").filter(pk=session).first()
    if row is None:
        raise Http404("There is no such recording, or it is not shown to you.")
    return row


def _who(request: HttpRequest) -> dict[str, object]:
    return {"user": cast("User", request.user), "address": client_address(request)}


def _watchings(row: Recording) -> QuerySet[Activity]:
    # By the moment there is an index.
    rows = Activity.objects.filter(at__gte=row.started, act=Activity.Act.RECORDING_WATCHED, detail=str(row.pk))
    return rows.order_by("-id")


def _note_watched(request: HttpRequest, row: Recording) -> None:
    recently = timezone.now() - ONE_WATCHING
    if not _watchings(row).filter(user=cast("User", request.user), at__gt=recently).exists():
        recording_watched.send(Recording, detail=str(row.pk), **_who(request), **books.where(row))
