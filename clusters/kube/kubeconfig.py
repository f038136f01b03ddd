"""Reads kubeconfig files by allow-list.

Never handed to the official client's loader: that runs `exec` commands and reads files that the file names.
Keys: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from clusters.kube import pem, strictyaml
from clusters.kube.connection import Connection
from clusters.kube.errors import printable
from clusters.kube.strictyaml import Plain

KUBECONFIG_LIMIT = 1024 * 1024
"""The most that a kubeconfig may hold, in characters. Uploads can be refused by this before they are read."""

_URL_LIMIT = 500
_FILE_LIMIT = 1024 * 1024

_IGNORED_KEYS = {"extensions", "disable-compression"}
_CLUSTER_KEYS = _IGNORED_KEYS | {
    "server",
    "certificate-authority",
    "certificate-authority-data",
    "insecure-skip-tls-verify",
    "tls-server-name",
    "proxy-url",
}
_USER_KEYS = _IGNORED_KEYS | {
    "token",
    "tokenFile",
    "username",
    "password",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
}


class BadKubeconfig(ValueError):
    """The kubeconfig, or a context in it, is refused. The message names the key and never quotes its value."""


@dataclass
class KubeconfigContents:
    """What a kubeconfig offers: contexts that we can use, and those left out with the reason."""

    taken: list[tuple[str, Connection]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def read_kubeconfig(
    text: str, *, own_files: bool, base: Path | None = None, allow_insecure: bool = False, allow_proxy: bool = False
) -> KubeconfigContents:
    """Reads every context of a kubeconfig.

    With `own_files` the text comes from the person at the shell: certificate and token files that it names (relative
    to `base`) are read in and kept, and plain http is allowed. Without, it came from a browser: nothing is opened.
    Commands (`exec`, `auth-provider`) are never run. Raises BadKubeconfig when the file as a whole is refused.
    """
    if len(text) > KUBECONFIG_LIMIT:
        raise BadKubeconfig("The kubeconfig is larger than 1 MiB.")
    try:
        document = strictyaml.load(text)
    except strictyaml.BadYaml as error:
        raise BadKubeconfig(f"The kubeconfig is refused: {error}.") from None
    root = _mapping("the kubeconfig", document)
    clusters, users = _named(root, "clusters", "cluster"), _named(root, "users", "user")
    reader = _Reader(own_files, base or Path(), allow_insecure, allow_proxy)
    contents = KubeconfigContents()
    for name, context in _named(root, "contexts", "context").items():
        try:
            cluster = _referred(clusters, "cluster", context)
            user = _referred(users, "user", context) if context.get("user") else {}
            contents.taken.append((name, reader.connection(cluster, user)))
        except BadKubeconfig as error:
            contents.left.append((name, f"context “{printable(name, 60)}”: {error}"))
    return contents


@dataclass(frozen=True)
class _Reader:
    own_files: bool
    base: Path
    allow_insecure: bool
    allow_proxy: bool

    def connection(self, cluster: dict[str, Plain], user: dict[str, Plain]) -> Connection:
        _refuse_commands(user)
        _refuse_unknown("cluster", cluster, _CLUSTER_KEYS)
        _refuse_unknown("user", user, _USER_KEYS)
        certificate, key = self._client_certificate(user)
        token, username = self._token(user), _text(user, "username")
        if token and username:
            raise BadKubeconfig("it has both token and username; keep one")
        return Connection(
            server=self._server(_text(cluster, "server")),
            ca_data=self._authority(cluster),
            server_name=_header_safe("tls-server-name", _text(cluster, "tls-server-name")),
            insecure_skip_tls_verify=self._insecure(cluster),
            proxy_url=self._proxy(_text(cluster, "proxy-url")),
            token=token,
            username=username,
            password=_text(user, "password"),
            client_cert_data=certificate,
            client_key_data=key,
        )

    def _server(self, server: str) -> str:
        if not server:
            raise BadKubeconfig("server is missing")
        schemes = ("https", "http") if self.own_files else ("https",)
        parts = _url_parts("server", server)
        if parts.scheme not in schemes:
            raise BadKubeconfig("server must be an https:// address")
        if parts.username is not None or parts.query or parts.fragment or ".." in parts.path:
            raise BadKubeconfig("server must be a plain address: no user, no query, no “..”")
        return server.rstrip("/")

    def _proxy(self, url: str) -> str:
        if url and not (self.own_files or self.allow_proxy):
            raise BadKubeconfig("proxy-url is not allowed")
        if url and _url_parts("proxy-url", url).scheme not in ("http", "https"):
            raise BadKubeconfig("proxy-url must be an http:// or https:// address")
        return url

    def _insecure(self, cluster: dict[str, Plain]) -> bool:
        insecure = _flag(cluster, "insecure-skip-tls-verify")
        if insecure and not (self.own_files or self.allow_insecure):
            raise BadKubeconfig("insecure-skip-tls-verify is not allowed; give certificate-authority-data instead")
        return insecure

    def _authority(self, cluster: dict[str, Plain]) -> bytes | None:
        data = self._bytes(cluster, "certificate-authority")
        if data is not None:
            with _naming("certificate-authority"):
                pem.check_certificates(data)
        return data

    def _client_certificate(self, user: dict[str, Plain]) -> tuple[bytes | None, bytes | None]:
        certificate, key = self._bytes(user, "client-certificate"), self._bytes(user, "client-key")
        if certificate is None and key is None:
            return None, None
        if certificate is None or key is None:
            raise BadKubeconfig("client-certificate and client-key belong together; one is missing")
        with _naming("client-certificate"):
            pem.check_certificates(certificate)
        with _naming("client-key"):
            pem.check_key(key, certificate)
        return certificate, key

    def _token(self, user: dict[str, Plain]) -> str:
        path = _text(user, "tokenFile")
        token = self._file("tokenFile", path).decode("ascii", "replace").strip() if path else _text(user, "token")
        return _header_safe("token", token)

    def _bytes(self, mapping: dict[str, Plain], key: str) -> bytes | None:
        data, path = _text(mapping, f"{key}-data"), _text(mapping, key)
        if path and not self.own_files:
            raise BadKubeconfig(f"{key} names a file; put its content into {key}-data")
        if data:
            with _naming(f"{key}-data"):
                return pem.from_base64(data)
        return self._file(key, path) if path else None

    def _file(self, key: str, path: str) -> bytes:
        if not self.own_files:
            raise BadKubeconfig(f"{key} names a file; files are not read for an upload, put a token here instead")
        try:
            with (self.base / path).open("rb") as file:
                data = file.read(_FILE_LIMIT + 1)
        except (OSError, ValueError):
            raise BadKubeconfig(f"the file that {key} names cannot be read") from None
        if len(data) > _FILE_LIMIT:
            raise BadKubeconfig(f"the file that {key} names is larger than 1 MiB")
        return data


def _refuse_commands(user: dict[str, Plain]) -> None:
    for key in ("exec", "auth-provider"):
        if user.get(key) is not None:
            raise BadKubeconfig(
                f"its user signs in with a command ({key}), which is never run here; make a token for a service account"
                " (kubectl create token) and put it in as token"
            )


def _refuse_unknown(what: str, mapping: dict[str, Plain], known: set[str]) -> None:
    for key in mapping:
        if key in ("as", "as-uid", "as-groups", "as-user-extra"):
            raise BadKubeconfig(f"{key} (acting as someone else) is not allowed")
        if key not in known:
            raise BadKubeconfig(f"its {what} has the unknown key {printable(key, 60)}")


def _named(root: dict[str, Plain], plural: str, singular: str) -> dict[str, dict[str, Plain]]:
    """The entries of a list of `{name: ..., <singular>: {...}}` by name."""
    entries = root.get(plural) or []
    if not isinstance(entries, list):
        raise BadKubeconfig(f"The kubeconfig is refused: {plural} is not a list.")
    named: dict[str, dict[str, Plain]] = {}
    for entry in entries:
        item = _mapping(f"an entry of {plural}", entry)
        name = _text(item, "name")
        if not name or name in named:
            raise BadKubeconfig(f"The kubeconfig is refused: {plural} has a missing or duplicate name.")
        named[name] = _mapping(f"an entry of {plural}", item.get(singular) or {})
    return named


def _referred(named: dict[str, dict[str, Plain]], what: str, context: dict[str, Plain]) -> dict[str, Plain]:
    name = _text(context, what)
    if name not in named:
        raise BadKubeconfig(f"its {what} “{printable(name, 60)}” is not in the file")
    return named[name]


def _mapping(what: str, value: Plain) -> dict[str, Plain]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadKubeconfig(f"The kubeconfig is refused: {what} is not a mapping.")
    return value


def _text(mapping: dict[str, Plain], key: str) -> str:
    value = mapping.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadKubeconfig(f"{key} is not text")
    return value


def _flag(mapping: dict[str, Plain], key: str) -> bool:
    value = _text(mapping, key) or "false"
    if value not in ("true", "false"):
        raise BadKubeconfig(f"{key} is neither true nor false")
    return value == "true"


def _header_safe(key: str, value: str) -> str:
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise BadKubeconfig(f"{key} holds a space or a character that is not ASCII")
    return value


def _url_parts(key: str, url: str) -> SplitResult:
    """The parts of an address of at most 500 printable ASCII characters."""
    try:
        parts = urlsplit(_header_safe(key, url))
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0) and len(url) <= _URL_LIMIT
    except ValueError:
        usable = False
    if not usable:
        raise BadKubeconfig(f"{key} is not a usable address")
    return parts


@contextmanager
def _naming(key: str) -> Iterator[None]:
    try:
        yield
    except pem.BadPem as error:
        raise BadKubeconfig(f"{key} {error}") from None
