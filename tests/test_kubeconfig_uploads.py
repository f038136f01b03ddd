"""What a person may upload as a kubeconfig, and what is refused by name, with nothing run and nothing opened."""

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusters.kube.connection import Connection
from clusters.kube.kubeconfig import BadKubeconfig, KubeconfigContents, read_kubeconfig
from tests.harness.certificates import Authority

AUTHORITY = Authority()
CERTIFICATE, KEY = AUTHORITY.issue("admin")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def kubeconfig(*, cluster: str = "", user: str = "token: secret-token") -> str:
    """A kubeconfig with one context, "here"; `cluster` and `user` are lines of YAML joined by "; "."""
    cluster = cluster or "server: https://kube.example:6443"
    return "\n".join(
        [
            "apiVersion: v1",
            "kind: Config",
            "current-context: here",
            "contexts: [{name: here, context: {cluster: c, user: u}}]",
            "clusters:",
            "- name: c",
            "  cluster:",
            *(f"    {line}" for line in cluster.split("; ")),
            "users:",
            "- name: u",
            "  user:",
            *(f"    {line}" for line in user.split("; ")),
        ]
    )


def upload(text: str) -> KubeconfigContents:
    return read_kubeconfig(text, own_files=False)


def connection(text: str) -> Connection:
    contents = upload(text)
    assert contents.left == []
    [(name, taken)] = contents.taken
    assert name == "here"
    return taken


def why_left(text: str) -> str:
    contents = upload(text)
    assert contents.taken == []
    [(name, reason)] = contents.left
    assert name == "here"
    return reason


@pytest.fixture
def acts() -> Iterator[list[str]]:
    """The files opened and processes started during the test."""
    seen: list[str] = []
    running = True

    def note(event: str, args: tuple[object, ...]) -> None:
        if running and event in ("open", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
            seen.append(f"{event} {args[0]}")

    sys.addaudithook(note)
    Path(os.devnull).read_bytes()
    assert seen, "the hook notices nothing"
    seen.clear()
    yield seen
    running = False


def test_a_token_is_taken() -> None:
    assert connection(kubeconfig()) == Connection(server="https://kube.example:6443", token="secret-token")


def test_basic_credentials_are_taken() -> None:
    taken = connection(kubeconfig(user="username: ann; password: '123'"))
    assert (taken.username, taken.password) == ("ann", "123")


def test_a_client_certificate_a_ca_and_a_server_name_are_taken() -> None:
    cluster = (
        f"server: https://10.0.0.1/prefix/; certificate-authority-data: {encoded(AUTHORITY.certificate)}; "
        "tls-server-name: kube.example"
    )
    user = f"client-certificate-data: {encoded(CERTIFICATE)}; client-key-data: {encoded(KEY)}"
    taken = connection(kubeconfig(cluster=cluster, user=user))
    assert taken.server == "https://10.0.0.1/prefix"
    assert taken.ca_data == AUTHORITY.certificate
    assert taken.server_name == "kube.example"
    assert (taken.client_cert_data, taken.client_key_data) == (CERTIFICATE, KEY)


def test_a_connection_survives_being_written_down() -> None:
    taken = connection(
        kubeconfig(user=f"client-certificate-data: {encoded(CERTIFICATE)}; client-key-data: {encoded(KEY)}")
    )
    assert Connection.from_json(taken.to_json()) == taken


def test_a_connection_shows_no_secret() -> None:
    taken = connection(kubeconfig(user="username: ann; password: secret-word"))
    assert "secret" not in repr(taken)
    assert "secret" not in repr(connection(kubeconfig()))


@pytest.mark.parametrize(
    ("user", "key"),
    [
        ("exec: {command: /bin/touch, args: [/tmp/was-run]}", "exec"),
        ("auth-provider: {name: gcp, config: {cmd-path: /bin/touch}}", "auth-provider"),
        ("tokenFile: /etc/hostname", "tokenFile"),
        ("client-certificate: /etc/hostname; client-key: /etc/hostname", "client-certificate"),
        (f"client-certificate-data: {encoded(CERTIFICATE)}; client-key: /etc/hostname", "client-key"),
        ("token: t; as: system:admin", "as"),
        ("token: t; as-groups: ['system:masters']", "as-groups"),
        ("token: t; as-user-extra: {a: [b]}", "as-user-extra"),
        ("token: t; impersonate: root", "impersonate"),
    ],
)
def test_users_that_name_commands_files_or_other_people_are_refused_by_name(
    user: str, key: str, acts: list[str]
) -> None:
    reason = why_left(kubeconfig(user=user))
    assert key in reason.split(": ", 1)[1].replace("(", " ").replace(")", " ").split(), reason
    assert acts == []


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("certificate-authority: /etc/hostname", "certificate-authority"),
        ("proxy-url: http://127.0.0.1:3128", "proxy-url"),
        ("insecure-skip-tls-verify: true", "insecure-skip-tls-verify"),
        ("insecure-skip-tls-verify: yes", "insecure-skip-tls-verify"),
        ("something-new: 1", "something-new"),
    ],
)
def test_clusters_that_name_files_proxies_or_weak_tls_are_refused_by_name(line: str, key: str, acts: list[str]) -> None:
    assert key in why_left(kubeconfig(cluster=f"server: https://kube.example; {line}"))
    assert acts == []


def test_what_a_command_asks_for_is_answered_with_what_to_do_instead() -> None:
    assert "service account" in why_left(kubeconfig(user="exec: {command: aws}"))


def test_weak_tls_and_proxies_can_be_allowed() -> None:
    text = kubeconfig(cluster="server: https://kube.example; insecure-skip-tls-verify: true; proxy-url: http://p:1")
    [(_, taken)] = read_kubeconfig(text, own_files=False, allow_insecure=True, allow_proxy=True).taken
    assert taken.insecure_skip_tls_verify
    assert taken.proxy_url == "http://p:1"


@pytest.mark.parametrize(
    "server",
    [
        "http://kube.example",
        "https://user@kube.example",
        "https://user:word@kube.example",
        "https://@kube.example",
        "https://kube.example/?a=b",
        "https://kube.example/#a",
        "https://kube.example/../other",
        "https://kube.example:99999",
        "https://kube.example:0",
        "https://",
        "kube.example:6443",
        "file:///etc/hostname",
        "'https://kube example'",
        "https://kübe.example",
        '"https://kube.example\\r\\nHost: other"',
        "https://" + "a" * 600,
        "[https://kube.example]",
        "''",
    ],
)
def test_addresses_that_are_no_plain_https_are_refused(server: str) -> None:
    assert "server" in why_left(kubeconfig(cluster=f"server: {server}"))


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("client-certificate-data: '%%%'; client-key-data: aGk=", "client-certificate-data is not base64"),
        (
            f"client-certificate-data: aGk=; client-key-data: {encoded(KEY)}",
            "client-certificate is not a PEM certificate",
        ),
        (
            f"client-certificate-data: {encoded(CERTIFICATE)}; client-key-data: aGk=",
            "client-key is not a PEM private key",
        ),
        (f"client-certificate-data: {encoded(CERTIFICATE)}", "one is missing"),
        (
            f"client-certificate-data: {encoded(CERTIFICATE)}; client-key-data: {encoded(AUTHORITY.issue('x')[1])}",
            "client-key does not belong to the client certificate",
        ),
        ('token: "two words"', "token holds a space"),
        ('token: "a\\r\\nHost: other"', "token holds a space"),
        ("token: t; username: u", "both token and username"),
    ],
)
def test_credentials_that_cannot_work_are_named(user: str, words: str) -> None:
    assert words in why_left(kubeconfig(user=user))


def test_a_bad_ca_is_named() -> None:
    text = kubeconfig(cluster=f"server: https://k; certificate-authority-data: {encoded(b'no certificate')}")
    assert "certificate-authority is not a PEM certificate" in why_left(text)


def test_one_bad_context_leaves_the_others_usable() -> None:
    text = kubeconfig().replace("contexts: [", "contexts: [{name: lost, context: {cluster: nowhere, user: u}}, ")
    contents = upload(text)
    assert [name for name, _ in contents.taken] == ["here"]
    assert contents.left == [("lost", "context “lost”: its cluster “nowhere” is not in the file")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x", "alias"),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]", "alias"),
        ("base: &b {a: 1}\nother:\n  <<: *b", "alias"),
        ("users: []\nusers: []", "duplicate key in line 2"),
        ("clusters:\n- name: a\n  cluster: {server: x, server: y}", "duplicate key in line 3"),
        ("clusters: [{name: a}, {name: a}]", "clusters has a missing or duplicate name"),
        ("a: !!python/object/apply:os.system [id]", "tag"),
        ("a: !!binary aGk=", "tag"),
        ("a: b\0", "NUL"),
        ("[" * 100_000, "nested too deeply"),
        ("{a: " * 100_000, "nested too deeply"),
        ("a: [", "not valid YAML"),
        ("a: \x01", "not valid YAML"),
        ("a: 1\n---\nb: 2", "more than one document"),
        ("? [a]\n: b", "a key that is not text"),
        ("just words", "not a mapping"),
        ("clusters: 5", "clusters is not a list"),
        ("users: [5]", "an entry of users is not a mapping"),
    ],
)
def test_hostile_and_broken_files_are_refused_with_the_reason(text: str, words: str, acts: list[str]) -> None:
    with pytest.raises(BadKubeconfig, match=words):
        upload(text)
    assert acts == []


def test_50_megabytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(BadKubeconfig, match="larger than 1 MiB"):
        upload("a: [" * 12_500_000)


@pytest.mark.parametrize("text", ["", "apiVersion: v1\nkind: Config\ncontexts: null\nclusters: null\nusers: null"])
def test_an_empty_file_has_no_contexts(text: str) -> None:
    assert upload(text) == KubeconfigContents()


def test_no_refusal_repeats_a_secret() -> None:
    text = kubeconfig(user="token: secret-one; username: secret-two; password: secret-three")
    assert "secret" not in why_left(text)
