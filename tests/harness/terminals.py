"""Terminals on a page, used as a person uses them."""

import re

from playwright.sync_api import Locator, Page, expect

SLOW = 20_000  # milliseconds


def screen(page: Page) -> Locator:
    """What the terminals show that can be seen."""
    return page.locator(".xterm-rows:visible")


def shows(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait until the one terminal that can be seen shows the text."""
    expect(screen(page)).to_contain_text(text, timeout=SLOW)


def type_line(page: Page, line: str) -> None:
    """Type into whatever has the focus."""
    page.keyboard.type(line)
    page.keyboard.press("Enter")
