"""What an address may ask of a log: times that there are, and what is wrong with others is said."""

from datetime import UTC, datetime, timedelta

import pytest

from clusters.streams.requests import LONGEST_AGO, BadStreamRequest, log_request


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("time", ["3651d", "999999d", "999999h"])
def test_more_than_ten_years_ago_is_refused(name: str, time: str) -> None:
    with pytest.raises(BadStreamRequest, match=f"^{name} is at most 3650d ago"):
        log_request("harbour", "web", {"container": "main", name: time})


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z"])
def test_what_is_no_moment_is_refused(name: str, time: str) -> None:
    with pytest.raises(BadStreamRequest, match=f"^{name} is a number with s, m, h or d"):
        log_request("harbour", "web", {"container": "main", name: time})


def test_ten_years_ago_can_be_asked_for() -> None:
    asked = log_request("harbour", "web", {"container": "main", "since": "3650d", "until": "3650d"})
    assert asked.since == LONGEST_AGO.total_seconds()
    assert asked.until
    assert timedelta() <= datetime.now(UTC) - LONGEST_AGO - asked.until < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("time", "seconds"), [("15m", 900), ("1d2h", 93_600), ("1h30m", 5_400), ("90s", 90), ("1d2h3m4s", 93_784)]
)
def test_a_duration_of_one_unit_or_of_several(time: str, seconds: int) -> None:
    assert log_request("harbour", "web", {"container": "main", "since": time}).since == seconds


@pytest.mark.parametrize("time", ["0m", "2h1d", "1m1m", "1h30", "d", "-1h", "1.5h"])
def test_what_is_no_duration_is_refused(time: str) -> None:
    with pytest.raises(BadStreamRequest, match=r"such as 15m or 1d2h"):
        log_request("harbour", "web", {"container": "main", "since": time})
