"""The address that activity and lockout are counted by cannot be made up by whoever asks."""

from typing import Any

import pytest

from dashboard.proxies import TrustedProxies


async def seen(*forwarded: str, proxies: int, proto: str = "") -> tuple[str, str]:
    """Address and scheme that a page sees when the request came with these X-Forwarded-For headers."""
    scopes: list[Any] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope: Any = {"type": "http", "client": ("10.0.0.9", 4711), "scheme": "http", "headers": headers}
    await TrustedProxies(page, count=proxies)(scope, None, None)  # type: ignore[arg-type]
    assert scope["client"] == ("10.0.0.9", 4711)
    return scopes[0]["client"][0], scopes[0]["scheme"]


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        (["203.0.113.7"], 0, "10.0.0.9"),
        ([], 1, "10.0.0.9"),
        (["203.0.113.7"], 1, "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7"], 1, "203.0.113.7"),
        (["1.1.1.1", "203.0.113.7"], 1, "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7, 10.0.0.1"], 2, "203.0.113.7"),
        (["203.0.113.7"], 2, "10.0.0.9"),
    ],
)
async def test_only_the_entries_of_trusted_proxies_count(forwarded: list[str], proxies: int, address: str) -> None:
    assert (await seen(*forwarded, proxies=proxies))[0] == address


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("unknown", "10.0.0.9"),
        ("203.0.113.7:port", "10.0.0.9"),
        ("203.0.113.700", "10.0.0.9"),
        ("fe80::1%eth0", "10.0.0.9"),
        ("[]:1", "10.0.0.9"),
        ("\x00", "10.0.0.9"),
    ],
)
async def test_an_entry_is_an_address_with_or_without_a_port(entry: str, address: str) -> None:
    assert (await seen(entry, proxies=1))[0] == address


async def test_the_scheme_is_believed_only_from_a_proxy() -> None:
    assert (await seen(proxies=1, proto="https"))[1] == "https"
    assert (await seen(proxies=0, proto="https"))[1] == "http"
    assert (await seen(proxies=1, proto="gopher"))[1] == "http"
