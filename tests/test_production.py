"""In production mode, behind a proxy that ends TLS."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.harness.servers import ADMIN, PASSWORD, Server
from tests.test_settings_refuse import PRODUCTION

HOST = "pilothouse.example.com"
AS_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Server]:
    """A running Pilothouse in production mode, on SQLite."""
    settings = {**PRODUCTION, "DATABASE_URL": "", "REDIS_URL": ""}
    server = Server(tmp_path, kubeconfig=None, settings=settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_plain_http_is_sent_to_https_save_the_probes(production: Server) -> None:
    answer = requests.get(production.url, headers={"Host": HOST}, allow_redirects=False, timeout=20)
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{HOST}/"
    probe = requests.get(f"{production.url}/healthz", headers={"Host": HOST}, allow_redirects=False, timeout=20)
    assert probe.status_code == 200


def test_another_host_is_refused(production: Server) -> None:
    assert requests.get(production.url, headers={**AS_PROXY, "Host": "evil.example"}, timeout=20).status_code == 400


def test_signing_in_gives_cookies_that_stay_on_https_and_on_this_host(production: Server) -> None:
    page = requests.get(f"{production.url}/sign-in/", headers=AS_PROXY, timeout=20)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    form = {"username": ADMIN, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    cookie = f"__Host-csrf={page.cookies['__Host-csrf']}"
    headers = {**AS_PROXY, "Cookie": cookie, "Origin": f"https://{HOST}"}
    answer = requests.post(f"{production.url}/sign-in/", form, headers=headers, allow_redirects=False, timeout=20)
    assert answer.status_code == 302
    session = next(line for line in answer.raw.headers.getlist("Set-Cookie") if line.startswith("__Host-pilothouse="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in session.split(";")}
    assert "Domain" not in session


def test_a_form_from_another_origin_is_refused(production: Server) -> None:
    page = requests.get(f"{production.url}/sign-in/", headers=AS_PROXY, timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    form = {"username": ADMIN, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    cookie = f"__Host-csrf={page.cookies['__Host-csrf']}"
    headers = {**AS_PROXY, "Cookie": cookie, "Origin": "https://evil.example"}
    answer = requests.post(f"{production.url}/sign-in/", form, headers=headers, timeout=20)
    assert answer.status_code == 403
    assert "Go back, reload the page" in answer.text
