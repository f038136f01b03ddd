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
