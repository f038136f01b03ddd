"""A search reaches lines older than those that the browser holds; a gap's lines can be had from the cluster."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clusters.threads import write
from tests import people
from tests.harness.log_api import BEGAN
from tests.harness.log_cluster import LoggingPod, log_cluster
from tests.harness.many_logs import ManyLogs, many_logs

pytestmark = pytest.mark.django_db(transaction=True)

LINES = 3000


@pytest.fixture
async def lines() -> AsyncIterator[list[bytes]]:
    """What the pod harbour/web wrote: three thousand lines, three of each moment."""
    async with log_cluster() as cluster:
        log = (await cluster.add(LoggingPod("web"))).log()
        for number in range(LINES):
            log.write_at(BEGAN + timedelta(seconds=number // 3))
        yield log.lines


@pytest.fixture
async def maria(lines: list[bytes]) -> User:
    return await write(people.admin, "maria")


@pytest.fixture
async def logs(maria: User, lines: list[bytes]) -> AsyncIterator[ManyLogs]:
    """A page that shows the last ten of these lines."""
    async with many_logs(maria, "pod=harbour/web&tail=10") as opened:
        await opened.start()
        await opened.until(f" line {LINES - 1}\n")
        yield opened


async def search(logs: ManyLogs, line: bytes, count: int = 100, **wish: object) -> tuple[bytes, bool]:
    """What is found before the line."""
    text = line.decode().rstrip("\n")
    return await logs.older_than("web", text.split()[0], count, text, **wish)


async def test_matches_are_found_with_what_lies_between(logs: ManyLogs, lines: list[bytes]) -> None:
    found, more = await search(logs, lines[2990], find="LINE \\d*00$", without=["line 1", "line 2[0-4]"])
    assert found == b"".join(lines[number] for number in (*range(300, 1000, 100), *range(2500, 2901, 100)))
    assert not more
    assert logs.answers[-1]["between"] == [99] * 6 + [1599] + [99] * 4 + [89]


async def test_of_very_many_matches_the_newest_come_first(logs: ManyLogs, lines: list[bytes]) -> None:
    found, more = await search(logs, lines[2990], 5, find="line")
    assert found == b"".join(lines[2985:2990])
    assert more
    assert "between" not in logs.answers[-1] or not any(logs.answers[-1]["between"])


async def test_a_catastrophic_pattern_takes_no_time(logs: ManyLogs, lines: list[bytes]) -> None:
    lines[5] = lines[5].replace(b"line", b"a" * 5000)
    found, _ = await search(logs, lines[2990], find="(a+)+$")
    assert found == b""


@pytest.mark.parametrize(
    ("pattern", "words"),
    [("(?=x)", "The server cannot search for this pattern"), ("(", "missing )"), ("x{1000}{1000}", "cannot search")],
)
async def test_a_pattern_that_the_server_does_not_know_is_said(
    logs: ManyLogs, lines: list[bytes], pattern: str, words: str
) -> None:
    assert await search(logs, lines[2990], find=pattern) == (b"", False)
    assert words in logs.answers[-1]["text"]


async def test_the_lines_of_a_gap_are_given(logs: ManyLogs, lines: list[bytes]) -> None:
    before, after = lines[1000], lines[1500]
    found, more = await search(logs, after, after=before.decode().rstrip("\n"), times=1)
    assert (found, more) == (b"".join(lines[1400:1500]), True)
    found, more = await search(logs, lines[1400], 5000, after=before.decode().rstrip("\n"), times=1)
    assert (found, more) == (b"".join(lines[1001:1400]), False)


async def test_the_lines_of_a_gap_between_equal_lines(maria: User, logs: ManyLogs, lines: list[bytes]) -> None:
    lines[600:900] = [lines[600]] * 300
    text = lines[600].decode().rstrip("\n")
    found, more = await search(logs, lines[900], 5000, after=text, times=200)
    assert (found, more) == (lines[600] * 100, False)


async def test_a_gap_whose_beginning_was_rotated_away(logs: ManyLogs, lines: list[bytes]) -> None:
    before = lines[1000].decode().rstrip("\n")
    del lines[:1200]
    found, more = await search(logs, lines[300], 5000, after=before, times=1)
    assert (found, more) == (b"".join(lines[:300]), False)
