"""The names of pods before the lines of a log tell them apart, on a phone too, and so does the name of a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.harness.browsers import DESKTOP, watch
from tests.harness.log_pages import ScriptedLogs, stamped


@pytest.fixture
def logs(browser: Browser) -> Iterator[ScriptedLogs]:
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        problems = watch(page)
        logs = ScriptedLogs(page)
        logs.show()
        yield logs
    assert not problems, "\n".join(problems)


def names(logs: ScriptedLogs, *pods: tuple[str, str]) -> list[str]:
    """What stands before the lines of these pods and containers."""
    for number, (pod, container) in enumerate(pods, 1):
        logs.source(number, pod, container=container)
        logs.lines(number, stamped(f"of {number}", number))
    expect(logs.page.locator(".ln")).to_have_count(len(pods))
    cells = logs.page.locator(".ln .who")
    assert all(cells.evaluate_all("cells => cells.map(cell => cell.scrollWidth <= cell.clientWidth)"))
    return cells.all_inner_texts()


def test_the_pods_of_two_revisions_are_called_by_their_suffixes(logs: ScriptedLogs) -> None:
    web = (("web-7d9fbc6d5f-x7k2p", "app"), ("web-5c8d7b9f64-m4n8q", "app"))
    assert names(logs, *web) == ["x7k2p", "m4n8q"]


def test_across_workloads_the_workload_the_suffix_and_the_container_are_told(logs: ScriptedLogs) -> None:
    pods = (("checkout-payments-api-7d9fbc6d5f-x7k2p", "proxy"), ("ledger-db-0", "postgres"), ("cache-0", "redis"))
    assert names(logs, *pods) == ["checkout-payment…x7k2p proxy", "ledger-db-0 postgres", "cache-0 redis"]


def test_a_phone_shows_whose_line_it_is(logs: ScriptedLogs) -> None:
    logs.page.set_viewport_size(ViewportSize(width=390, height=800))
    names(logs, ("web-7d9fbc6d5f-x7k2p", "app"), ("web-7d9fbc6d5f-m4n8q", "app"))
    for name in ("x7k2p", "m4n8q"):
        expect(logs.page.locator(".ln .who", has_text=name)).to_be_visible()


def test_a_file_of_many_pods_is_not_called_by_one_of_them(logs: ScriptedLogs) -> None:
    names(logs, ("web-7d9fbc6d5f-x7k2p", "app"), ("web-7d9fbc6d5f-m4n8q", "app"))
    logs.page.get_by_role("button", name="Download").click()
    with logs.page.expect_download() as download:
        logs.page.get_by_role("button", name="What is shown here").click()
    assert download.value.suggested_filename == "shop.log"
