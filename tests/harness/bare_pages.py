"""A page without a server: our modules as they lie in static/, under a policy as strict as the real one."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

from tests.harness.log_pages import ORIGIN, POLICY
from tests.harness.servers import ROOT


def show_bare(page: Page, body: str) -> None:
    """Load a page of nothing else; its scripts can import what is in /static/."""
    html = f"<!doctype html><html lang=en><head><title>Bare</title></head><body>{body}</body></html>"
    headers = {"Content-Security-Policy": POLICY}
    page.route(f"{ORIGIN}/static/**", _give_file)
    page.route(f"{ORIGIN}/", lambda route: route.fulfill(body=html, content_type="text/html", headers=headers))
    page.goto(f"{ORIGIN}/")


def _give_file(route: Route) -> None:
    file = ROOT / urlsplit(route.request.url).path[1:]
    route.fulfill(body=file.read_bytes(), content_type="text/javascript")
