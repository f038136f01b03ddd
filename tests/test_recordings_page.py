"""Recordings are listed, searched and fetched by whoever has the right to, and watching one is written down."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from clusters.models import Activity, Cluster, Recording, Role
from tests import people
from tests.harness.recordings import keep_in, recorded, session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_modes]


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Path) -> None:
    keep_in(settings, tmp_path)


@pytest.fixture
def maria() -> User:
    return people.person("maria")


@pytest.fixture
def psql(harbour: Cluster, maria: User) -> Recording:
    """maria's recording of psql in payments."""
    return recorded(session(maria, harbour), "ledger=# update settlement_batch;\r\n", "UPDATE 1\r\n", exit_code=3)


@pytest.fixture
def auditor(harbour: Cluster) -> Client:
    """aiko, who sees payments and may watch."""
    aiko = people.person("aiko")
    aiko.user_permissions.add(Permission.objects.get(codename="watch_recording"))
    people.grant(aiko, harbour, Role.VIEW, "payments")
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(aiko)
    return client


def listed(client: Client, query: str = "") -> list[str]:
    """The pods of the recordings on the page."""
    page = client.get(f"/recordings/?{query}").content.decode()
    return re.findall(r'<a class="name"[^>]*>([^<]+)</a>', page)


def test_who_has_no_right_sees_no_page_and_no_link(psql: Recording, maria: User, harbour: Cluster) -> None:
    people.grant(maria, harbour, Role.ADMIN)
    client = Client()
    client.force_login(maria)
    for path in ("", f"{psql.pk}/", f"{psql.pk}/parts/1/", f"{psql.pk}/find/?q=psql", f"{psql.pk}/file/"):
        assert client.get(f"/recordings/{path}").status_code == 404
    assert "/recordings/" not in client.get("/").content.decode()


def test_only_namespaces_that_one_sees_are_shown(
    psql: Recording, auditor: Client, harbour: Cluster, maria: User
) -> None:
    hidden = recorded(session(maria, harbour, namespace="web", pod="front"), "secret plans\r\n")
    elsewhere = recorded(session(maria, people.cluster("lab"), pod="lab-0"), "secret plans\r\n")
    assert listed(auditor) == ["ledger-0"]
    assert listed(auditor, "q=secret") == []
    for recording in (hidden, elsewhere):
        for path in ("", "parts/", "parts/1/", "find/?q=secret", "file/"):
            assert auditor.get(f"/recordings/{recording.pk}/{path}").status_code == 404


def test_a_recording_outlives_its_cluster_for_superusers(psql: Recording, harbour: Cluster, auditor: Client) -> None:
    harbour.delete()
    admin = Client()
    admin.force_login(people.admin())
    assert listed(admin) == ["ledger-0"]
    assert listed(auditor) == []


def test_the_list_says_who_where_how_long_and_how_it_ended(psql: Recording, auditor: Client) -> None:
    Recording.objects.update(length=359_000)
    page = auditor.get("/recordings/").content.decode()
    for words in ("maria", "ledger-0", "payments · harbour", "postgres", "5 min 59 s", ">3<", "Kept 90 d"):
        assert words in page


@pytest.mark.parametrize("cluster_goes", [False, True])
@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"command": "auto"}, "Shell bash, else sh"),
        ({"command": "sh", "container": "debugger-1a2b3c"}, "Debug shell sh"),
        ({"kind": "run", "command": "df -h /tmp"}, "Command df -h /tmp"),
        ({"kind": "attach"}, "Attached"),
    ],
)
def test_the_list_says_what_ran(
    harbour: Cluster, maria: User, named: dict[str, str], words: str, *, cluster_goes: bool
) -> None:
    recorded(session(maria, harbour, **named), "output\r\n")
    if cluster_goes:
        harbour.delete()
    admin = Client()
    admin.force_login(people.admin())
    cell = re.search(r'<td class="p-ran">(.*?)</td>', admin.get("/recordings/").content.decode())
    assert cell
    assert " ".join(re.sub("<.*?>", "", cell[1]).split()) == words


@pytest.mark.parametrize(
    ("query", "pods"),
    [
        ("", ["search-1", "ledger-0"]),
        ("who=tomas", ["search-1"]),
        ("cluster=harbour", ["search-1", "ledger-0"]),
        ("cluster=lab", []),
        ("since=1d", ["search-1"]),
        ("state=failed", ["ledger-0"]),
        ("state=open", []),
        ("q=settlement", ["ledger-0"]),
        ("q=UPDATE+1", ["ledger-0"]),
        ("q=search-1", ["search-1"]),
        ("q=nothing+like+it", []),
    ],
)
def test_filters(psql: Recording, auditor: Client, harbour: Cluster, query: str, pods: list[str]) -> None:
    Recording.objects.update(started=timezone.now() - timedelta(days=2))
    recorded(session(people.person("tomas"), harbour, pod="search-1"), "hello\r\n")
    if "settlement" in query or "UPDATE" in query:
        # The chain begins with the moment; a recording that was moved in time cannot be read.
        Recording.objects.filter(pk=psql.pk).update(started=psql.started)
    assert listed(auditor, query) == pods


@pytest.mark.parametrize("query", ["since=2w", "state=lost", "before=x", "before=2026/1", "colour=red", "q=%00"])
def test_an_address_that_makes_no_sense_is_refused(auditor: Client, query: str) -> None:
    assert auditor.get(f"/recordings/?{query}").status_code == 400


def test_what_was_found_is_shown_with_its_line_and_leads_there(psql: Recording, auditor: Client) -> None:
    page = auditor.get("/recordings/?q=Settlement").content.decode()
    assert "ledger=# update <mark>settlement</mark>_batch;" in page
    # To the moment at which it stood there.
    assert re.search(rf"/recordings/{psql.pk}/\?q=Settlement&amp;t=\d+\.\d+\"", page)


def test_a_search_for_two_letters_says_that_the_screens_need_three(psql: Recording, auditor: Client) -> None:
    assert "three letters or more" in auditor.get("/recordings/?q=up").content.decode()
    assert "three letters or more" not in auditor.get("/recordings/?q=upd").content.decode()


def test_many_are_paged(auditor: Client, harbour: Cluster, maria: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.recordings.listing.PAGE", 2)
    for number in range(5):
        recorded(session(maria, harbour, pod=f"web-{number}"), "hello\r\n")
    pages, query = [], ""
    while True:
        pages.append(listed(auditor, query))
        older = re.search(
            r'href="/recordings/\?([^"]+)" rel="next"', auditor.get(f"/recordings/?{query}").content.decode()
        )
        if older is None:
            break
        query = older[1].replace("&amp;", "&")
    assert pages == [["web-4", "web-3"], ["web-2", "web-1"], ["web-0"]]


def test_watching_is_written_down_once_a_while_and_shown(psql: Recording, auditor: Client) -> None:
    assert "Not watched before." in auditor.get(f"/recordings/{psql.pk}/").content.decode()
    assert not Activity.objects.filter(act=Activity.Act.RECORDING_WATCHED).exists()
    for _ in range(2):
        assert auditor.get(f"/recordings/{psql.pk}/parts/1/").status_code == 200
    row = Activity.objects.get(act=Activity.Act.RECORDING_WATCHED)
    assert (row.username, row.address, row.pod, row.detail) == ("aiko", "192.0.2.7", "ledger-0", str(psql.pk))
    assert "Watched 1 time: aiko" in auditor.get(f"/recordings/{psql.pk}/").content.decode()


def test_searching_in_one_is_watching_it(psql: Recording, auditor: Client) -> None:
    found = auditor.get(f"/recordings/{psql.pk}/find/?q=update").json()["found"]
    assert len(found) == 2
    assert Activity.objects.filter(act=Activity.Act.RECORDING_WATCHED).count() == 1
    assert auditor.get(f"/recordings/{psql.pk}/find/?q=up").status_code == 400


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


def test_it_is_saved_as_asciicast_or_text_and_that_is_written_down(psql: Recording, auditor: Client) -> None:
    def saved(kind: str) -> bytes:
        answer = auditor.get(f"/recordings/{psql.pk}/file/?as={kind}")
        assert "attachment" in answer["Content-Disposition"]
        return async_to_sync(whole)(answer.streaming_content)  # type: ignore[attr-defined]

    assert json.loads(saved("v3").splitlines()[0])["version"] == 3
    assert json.loads(saved("v2").splitlines()[0])["version"] == 2
    assert saved("text") == b"ledger=# update settlement_batch;\nUPDATE 1\n"
    details = Activity.objects.filter(act=Activity.Act.RECORDING_SAVED).order_by("id").values_list("detail", flat=True)
    assert list(details) == [f"v3 {psql.pk}", f"v2 {psql.pk}", f"text {psql.pk}"]
    assert auditor.get(f"/recordings/{psql.pk}/file/?as=gif").status_code == 400


def test_a_recording_whose_file_is_gone_says_so(psql: Recording, auditor: Client, tmp_path: Path) -> None:
    for file in tmp_path.rglob("*.sealed"):
        file.unlink()
    answer = auditor.get(f"/recordings/{psql.pk}/parts/1/")
    assert (answer.status_code, answer.content) == (502, b"Part 1 cannot be read: it is not in the storage.")
    assert "it is not in the storage" in auditor.get(f"/recordings/{psql.pk}/file/").content.decode()
    assert listed(auditor, "q=settlement") == []
