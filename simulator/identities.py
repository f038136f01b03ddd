"""Who calls: bearer tokens and client certificates, and the users and groups behind them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.certificates import write_private

MASTERS = "system:masters"
"""The group that may do everything."""

AUTHENTICATED, UNAUTHENTICATED = "system:authenticated", "system:unauthenticated"
TOKENS = "tokens.json"
_SERVICE_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True)
class User:
    """Whoever asks, as the API server sees him."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ANONYMOUS = User("system:anonymous", (UNAUTHENTICATED,))

PEOPLE = (
    User("admin", (MASTERS,)),
    User("developer", ("developers",)),
    User("viewer", ("viewers",)),
    User("stranger"),
    User("dashboard", ("dashboards",)),
)
"""Whom the kubeconfig has a context for; `simulator.roles` says what they may."""


class Identities:
    """The tokens that the server knows."""

    def __init__(self) -> None:
        self._tokens: dict[str, User] = {}
        self.signing_key = secrets.token_bytes(32)
        """Signs the tokens of service accounts."""

    def admit(self, token: str, user: User) -> None:
        """Let `token` stand for `user`."""
        self._tokens[token] = authenticated(user)

    def revoke(self, token: str) -> None:
        """Let `token` stand for nobody, as when it has expired."""
        self._tokens.pop(token, None)

    def of_token(self, token: str) -> User | None:
        """Whose token it is."""
        return self._tokens.get(token)


def of_certificate(certificate: Mapping[str, Any]) -> User | None:
    """Whose client certificate it is, as `ssl` describes it: common name and organizations are user and groups."""
    parts = [pair for part in certificate.get("subject", ()) for pair in part]
    name = next((value for key, value in parts if key == "commonName"), "")
    groups = tuple(value for key, value in parts if key == "organizationName")
    return authenticated(User(name, groups)) if name else None


def authenticated(user: User) -> User:
    """With the groups that everybody of his sort has."""
    if user.name == ANONYMOUS.name:
        return User(user.name, _with(user.groups, UNAUTHENTICATED), user.uid, user.extra)
    groups = user.groups
    if account := service_account(user.name):
        groups = groups or ("system:serviceaccounts", f"system:serviceaccounts:{account[0]}")
    return User(user.name, _with(groups, AUTHENTICATED), user.uid, user.extra)


def service_account(user: str) -> tuple[str, str] | None:
    """Namespace and name of the service account that the user is."""
    namespace, _, name = user.removeprefix(_SERVICE_ACCOUNT).partition(":")
    return (namespace, name) if user.startswith(_SERVICE_ACCOUNT) and namespace and name else None


def _with(groups: tuple[str, ...], group: str) -> tuple[str, ...]:
    return groups if group in groups else (*groups, group)


def kept_tokens(folder: Path) -> dict[str, str]:
    """A token for each of PEOPLE, by name, kept in the folder: made when there is none. Raises OSError, ValueError."""
    file = folder / TOKENS
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    tokens = {user.name: kept.get(user.name) or secrets.token_hex(16) for user in PEOPLE}
    if tokens != kept:
        write_private(file, json.dumps(tokens, indent=1).encode())
    return tokens


def kubeconfig(name: str, server: str, authority: str, tokens: Mapping[str, str]) -> str:
    """A kubeconfig with a context a user; the first is current. `authority` is base64 of the CA's PEM.

    It is JSON, which YAML can read.
    """
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": user, "user": {"token": token}} for user, token in tokens.items()],
        "contexts": [{"name": user, "context": {"cluster": name, "user": user}} for user in tokens],
        "current-context": next(iter(tokens)),
    }
    return json.dumps(config, indent=1) + "\n"
