"""Settings that cannot be used are refused at start, by name; in production the unsafe ones too."""

import base64
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import env
from tests.harness.servers import ROOT

OURS = ("PILOTHOUSE_", "DATABASE_URL", "REDIS_URL", "KUBECONFIG", "DJANGO_")
RANDOM = base64.b64encode(bytes(range(50))).decode()
KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "PILOTHOUSE_MODE": "production",
    "PILOTHOUSE_SECRET_KEY": RANDOM,
    "PILOTHOUSE_ENCRYPTION_KEY": KEY,
    "PILOTHOUSE_HOSTS": "pilothouse.example.com",
    "PILOTHOUSE_ORIGINS": "https://pilothouse.example.com",
    "DATABASE_URL": "postgres://pilothouse:quiet@db.example.com/pilothouse",
    "REDIS_URL": "redis://redis.example.com",
}


def manage(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with these settings and no others, keeping its data in `folder`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**inherited, "PILOTHOUSE_DATA_DIR": str(folder / "data"), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Reads the settings with these variables, and gives the message with which they are refused."""

    def told(**settings: str) -> str:
        for name in [name for name in os.environ if name.startswith(OURS)]:
            monkeypatch.delenv(name)
        for name, value in {"PILOTHOUSE_DATA_DIR": str(tmp_path / "data"), **settings}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(env.BadSetting) as refused:
            runpy.run_path(str(ROOT / "dashboard" / "settings.py"))
        return str(refused.value)

    return told


def test_it_starts_with_nothing_set_and_makes_its_keys_once(tmp_path: Path) -> None:
    assert manage(tmp_path, "check").returncode == 0
    keys = {file.name: file.read_bytes() for file in (tmp_path / "data").iterdir()}
    assert set(keys) == {"secret_key", "encryption_key"}
    assert all((tmp_path / "data" / name).stat().st_mode & 0o777 == 0o600 for name in keys)

    assert manage(tmp_path, "check").returncode == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "data").iterdir()} == keys


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PILOTHOUSE_MODE", "prod"),
        ("PILOTHOUSE_DEBUG", "yes"),
        ("PILOTHOUSE_SHELL_GRACE_SECONDS", "5m"),
        ("PILOTHOUSE_INTERNAL_URL", "10.0.0.5:8000"),
        ("PILOTHOUSE_HOSTS", "https://example.com"),
        ("PILOTHOUSE_ORIGINS", "example.com"),
        ("PILOTHOUSE_ORIGINS", "https://example.com/"),
        ("PILOTHOUSE_PROXIES", "-1"),
        ("PILOTHOUSE_DATA_DIR", "data"),
        ("PILOTHOUSE_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_is_not_understood_is_quoted_with_what_is_allowed(
    refusal: Callable[..., str], name: str, value: str
) -> None:
    told = refusal(**{name: value})
    assert name in told
    assert repr(value) in told
    assert "allowed:" in told


def test_a_misspelt_variable_is_refused_by_name(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", PILOTHOUSE_SECRETKEY="x")
    assert done.returncode == 1
    assert done.stderr == (
        "Pilothouse cannot start: PILOTHOUSE_SECRETKEY is not a setting; docs/operating.md lists them all.\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://pilothouse:hush@db/pilothouse"),
        ("DATABASE_URL", "postgres://pilothouse:hush@db/"),
        ("DATABASE_URL", "postgres://pilothouse:hush@db/pilothouse?hush=1&mode=x"),
        ("DATABASE_URL", "postgres://pilothouse:hush@db:hush/pilothouse"),
        ("REDIS_URL", "http://:hush@redis"),
        ("REDIS_URL", "redis:///0?hush"),
        ("PILOTHOUSE_ENCRYPTION_KEY", "hush"),
    ],
)
def test_the_value_of_a_secret_is_never_repeated(refusal: Callable[..., str], name: str, value: str) -> None:
    told = refusal(**{name: value})
    assert name in told
    assert value not in told
    assert "pilothouse:hush" not in told


def test_a_secret_comes_from_a_file_where_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n")
    done = manage(
        tmp_path,
        "shell",
        "-c",
        "from django.conf import settings; print(settings.PILOTHOUSE_ADMIN_PASSWORD)",
        PILOTHOUSE_ADMIN_PASSWORD_FILE=str(tmp_path / "password"),
    )
    assert done.stdout.splitlines()[-1] == "correct horse"


def test_a_secret_file_that_is_not_there_is_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    assert "PILOTHOUSE_SECRET_KEY_FILE" in refusal(PILOTHOUSE_SECRET_KEY_FILE=str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["encryption_key", "secret_key"])
@pytest.mark.parametrize("damaged", ["", "hush", "aHVzaA==", "h\u00fcsh"])
def test_a_damaged_key_file_is_named_with_what_to_do_and_never_repeated(
    refusal: Callable[..., str], tmp_path: Path, name: str, damaged: str
) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / name
    file.write_text(damaged)
    told = refusal()
    assert str(file) in told
    assert "Bring the file back" in told
    assert not damaged or damaged not in told
    assert file.read_text() == damaged


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PILOTHOUSE_SECRET_KEY", ""),
        ("PILOTHOUSE_SECRET_KEY", "short"),
        ("PILOTHOUSE_SECRET_KEY", "a" * 60),
        ("PILOTHOUSE_SECRET_KEY", "django-insecure-" + RANDOM),
        ("PILOTHOUSE_ENCRYPTION_KEY", ""),
        ("PILOTHOUSE_DEBUG", "true"),
        ("PILOTHOUSE_HOSTS", ""),
        ("PILOTHOUSE_HOSTS", "*"),
        ("PILOTHOUSE_ORIGINS", ""),
        ("PILOTHOUSE_ORIGINS", "http://pilothouse.example.com"),
    ],
)
def test_production_refuses_what_is_unsafe(refusal: Callable[..., str], setting: str, value: str) -> None:
    told = refusal(**{**PRODUCTION, setting: value})
    assert "PILOTHOUSE_MODE is production" in told
    assert setting in told


def test_production_passes_djangos_deployment_check_without_a_warning(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout
    assert not (tmp_path / "data").exists(), "production keeps no keys beside the database"


def test_redis_without_a_shared_database_is_refused(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", REDIS_URL="redis://127.0.0.1:6379/0")
    assert done.returncode == 1
    assert "clusters.E001" in done.stderr


def test_postgres_addresses_become_djangos_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://sea%40port:p%2Fw@[::1]:5433/pilot%20house?sslmode=require")
    assert env.database("DATABASE_URL") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "pilot house",
        "USER": "sea@port",
        "PASSWORD": "p/w",
        "HOST": "::1",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.usefixtures("settings")
def test_the_operators_manual_lists_exactly_the_settings_that_are_read() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = manual.partition("## Settings")[2].partition("\n## ")[0]
    named = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert named == {name for name in env.known if not name.endswith("_FILE")}
