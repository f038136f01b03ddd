"""What a page shows, read as a person reads it."""

from playwright.sync_api import Page

from tests.harness.kubectl import Kubectl

EMPTY = {"—": "<none>"}
"""How kubectl writes what our pages write as a dash."""

LOADS = 5

READ_ROWS = """() => [...document.querySelectorAll('tr[data-uid]')].map(row => Object.fromEntries(
    [...row.querySelectorAll('td[data-col]')].map(cell => [
        cell.dataset.col,
        (cell.querySelector('time')?.dateTime ?? cell.querySelector('.word')?.textContent ??
            [...cell.childNodes].filter(node => !node.matches?.('.beside-name')).map(node => node.textContent).join('')
        ).trim(),
    ]),
))"""


def shown_rows(page: Page) -> list[dict[str, str]]:
    """The table's rows by column key: kubectl's word of a status, the moment (ISO 8601) of an age, else the text."""
    rows: list[dict[str, str]] = page.evaluate(READ_ROWS)
    return [{column: EMPTY.get(text, text) for column, text in row.items()} for row in rows]


def open_listening(page: Page, address: str) -> None:
    """Open a page whose scripts run, so that it hears keys.

    Whenever a pod on this machine gets or loses its network interface Chromium drops what it is loading, scripts too:
    then the page is loaded again, as a person would.
    """
    for _ in range(LOADS):
        page.goto(address)
        if page.evaluate("() => 'listening' in document.documentElement.dataset"):
            return
    raise AssertionError(f"The scripts of {address} did not run in {LOADS} loads.")


def forbid_reload(page: Page) -> None:
    """Leave a mark in the page, which a reload would wipe out."""
    page.evaluate("() => { window.markOfTheTest = true; }")


def was_reloaded(page: Page) -> bool:
    """Whether the mark of `forbid_reload` is gone."""
    return page.evaluate("() => window.markOfTheTest") is not True


def printed_rows(kubectl: Kubectl, columns: dict[str, str], *arguments: str) -> list[dict[str, str]]:
    """kubectl's table, with our column keys for its heads; heads that `columns` does not name are left out."""
    return [{columns[head]: text for head, text in row.items() if head in columns} for row in kubectl.rows(*arguments)]
