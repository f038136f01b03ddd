"""Strict readers of environment variables: what they do not understand they refuse, by name.

Only `dashboard.settings` reads these. Every reader notes the name it was asked for, so that `refuse_unknown` can tell
a misspelt variable from one that nobody set. The value of a secret is never part of a message.
"""

import base64
import binascii
import ipaddress
import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_HOST = re.compile(r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_DATABASE_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name"})

known: set[str] = set()
"""Names of all variables that were asked for so far."""


class BadSetting(ImproperlyConfigured):
    """A variable holds what cannot be used. The message names the variable and what is allowed."""


def text(name: str, default: str = "") -> str:
    """The value as it is, without surrounding blanks; `default` where unset or empty."""
    known.add(name)
    return os.environ.get(name, "").strip() or default


def choice(name: str, allowed: Collection[str], default: str) -> str:
    """One of `allowed`."""
    value = text(name, default)
    if value not in allowed:
        raise BadSetting(f"{name} is {value!r}; allowed: {', '.join(allowed)}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """`true` or `false`, in small letters."""
    return choice(name, ("true", "false"), "true" if default else "false") == "true"


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number from `lowest` to `highest`."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise BadSetting(f"{name} is {value!r}; allowed: a whole number from {lowest} to {highest}.")
    return int(value)


def path(name: str, default: Path) -> Path:
    """An absolute path; `~` is the home directory."""
    value = Path(text(name, str(default))).expanduser()
    if not value.is_absolute():
        raise BadSetting(f"{name} is {str(value)!r}; allowed: an absolute path.")
    return value


def paths(name: str, default: Path) -> list[Path]:
    """Paths joined as in PATH, as kubectl reads KUBECONFIG; empty parts are skipped."""
    return [Path(part).expanduser() for part in text(name, str(default)).split(os.pathsep) if part]


def hosts(name: str, default: list[str]) -> list[str]:
    """Host names or addresses joined by commas; `.example.com` stands for every name below example.com, `*` for all."""
    values = _items(name) or default
    for value in values:
        if value != "*" and not _is_host(value):
            raise BadSetting(f"{name} holds {value!r}; allowed: host names without scheme and port, joined by commas.")
    return values


def origins(name: str) -> list[str]:
    """Origins (RFC 6454) as a browser sends them, joined by commas: `https://example.com`, no default port, no path."""
    values = _items(name)
    for value in values:
        if normal_origin(value) != value:
            raise BadSetting(f"{name} holds {value!r}; allowed: scheme://host or scheme://host:port, joined by commas.")
    return values


def origin(name: str) -> str:
    """One of those, or nothing."""
    value = text(name)
    if value and normal_origin(value) != value:
        raise BadSetting(f"{name} is {value!r}; allowed: scheme://host or scheme://host:port.")
    return value


def normal_origin(value: str) -> str | None:
    """The origin as a browser writes it: small letters, no default port; None where it is not an http(s) origin."""
    match = re.fullmatch(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?", value.lower())
    if not match or not _is_host(match[2]) or match[2].startswith("."):
        return None
    scheme, host, port = match.groups()
    default = {"http": "80", "https": "443"}[scheme]
    return f"{scheme}://{host}" if port in (None, default) else f"{scheme}://{host}:{port}"


def secret(name: str) -> str:
    """A secret from the variable, or from the file that `<name>_FILE` names; empty where neither is set."""
    file = text(f"{name}_FILE")
    value = text(name)
    if file and value:
        raise BadSetting(f"{name} and {name}_FILE are both set; set one of them.")
    if not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE is {file!r}, which cannot be read: {type(error).__name__}.") from None


def key(name: str, length: int) -> bytes | None:
    """A secret of exactly `length` bytes, written as base64; None where it is not set."""
    value = secret(name)
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if value and len(decoded) != length:
        raise BadSetting(f"{name} is not a key; allowed: {length} bytes as base64 (openssl rand -base64 {length}).")
    return decoded or None


def options(name: str) -> dict[str, Any]:
    """A JSON object; it may hold secrets, so it may come from a file and no message repeats it. Empty where not set."""
    value = secret(name)
    try:
        found = json.loads(value or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadSetting(f'{name} is not a JSON object; allowed: one such as {{"bucket_name": "recordings"}}.')
    return found


def database(name: str) -> dict[str, Any] | None:
    """A Django database from `postgres://user:password@host:port/name?sslmode=require`; None where it is not set."""
    value = text(name)
    if not value:
        return None
    url = _url(name, value, ("postgres", "postgresql"), "postgres://user:password@host:port/name")
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - _DATABASE_OPTIONS):
        raise BadSetting(f"{name} has the option {unknown[0]!r}; allowed: {', '.join(sorted(_DATABASE_OPTIONS))}.")
    if len(url.path) < 2 or "/" in url.path[1:]:
        raise BadSetting(f"{name} names no database; allowed: postgres://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": options,
    }


def redis(name: str) -> str:
    """A `redis://` or `rediss://` address with host; empty where it is not set."""
    value = text(name)
    if value and not _url(name, value, ("redis", "rediss"), "redis://:password@host:port/0").hostname:
        raise BadSetting(f"{name} names no host; allowed: redis://:password@host:port/0.")
    return value


def refuse_unknown(prefix: str, *, besides: str) -> None:
    """Refuse every variable that starts with `prefix` and was never asked for, save those that start with `besides`."""
    for name in sorted(os.environ):
        if name.startswith(prefix) and name not in known and not name.startswith(besides):
            raise BadSetting(f"{name} is not a setting; docs/operating.md lists them all.")


def refuse_unsafe_production(
    *, debug: bool, secret_key: str, encryption_key: bytes | None, hosts: list[str], origins: list[str]
) -> None:
    """Refuse to start in production with what would open the door; all reasons are told at once."""
    reasons = {
        "PILOTHOUSE_DEBUG is true: tracebacks show settings and data to anyone": debug,
        "PILOTHOUSE_SECRET_KEY must be at least 50 random characters (openssl rand -base64 50)": (
            len(secret_key) < 50 or len(set(secret_key)) < 10 or secret_key.startswith("django-insecure-")
        ),
        "PILOTHOUSE_ENCRYPTION_KEY must be 32 bytes as base64 (openssl rand -base64 32)": encryption_key is None,
        "PILOTHOUSE_HOSTS must name the hosts that are served, without *": not hosts or "*" in hosts,
        "PILOTHOUSE_ORIGINS must name the https:// origins of the pages": (
            not origins or any(not origin.startswith("https://") for origin in origins)
        ),
    }
    if told := [reason for reason, is_so in reasons.items() if is_so]:
        raise BadSetting(f"PILOTHOUSE_MODE is production, and {'; '.join(told)}.")


def _items(name: str) -> list[str]:
    return [item.strip() for item in text(name).split(",") if item.strip()]


def _is_host(value: str) -> bool:
    if value.startswith("[") and value.endswith("]"):
        try:
            return ipaddress.ip_address(value[1:-1]).version == 6
        except ValueError:
            return False
    return len(value) <= 253 and _HOST.fullmatch(value.lower()) is not None


def _url(name: str, value: str, schemes: tuple[str, ...], example: str) -> Any:
    """The parsed URL. It may hold a password, so no message repeats it."""
    try:
        url = urlsplit(value)
        usable = url.scheme in schemes and (url.port is None or url.port > 0) and not url.fragment
    except ValueError:
        usable = False
    if not usable:
        raise BadSetting(f"{name} is not an address that can be used; allowed: {example}.")
    return url
