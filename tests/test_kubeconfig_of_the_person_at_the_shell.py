"""Kubeconfigs that the person at the shell owns: files that they name are read in; commands are run even so never."""

import base64
from pathlib import Path

import pytest

from clusters.kube.connection import Connection, in_cluster
from clusters.kube.kubeconfig import KubeconfigContents, read_kubeconfig
from tests.harness.certificates import Authority

AUTHORITY = Authority()
CERTIFICATE, KEY = AUTHORITY.issue("minikube-user")

MINIKUBE = """
apiVersion: v1
clusters:
- cluster:
    certificate-authority: {folder}/ca.crt
    extensions:
    - extension:
        last-update: Mon, 23 Nov 2026 10:00:00 UTC
        provider: minikube.sigs.k8s.io
        version: v1.37.0
      name: cluster_info
    server: https://192.168.49.2:8443
  name: minikube
contexts:
- context:
    cluster: minikube
    extensions:
    - extension: {{provider: minikube.sigs.k8s.io}}
      name: context_info
    namespace: default
    user: minikube
  name: minikube
current-context: minikube
kind: Config
preferences: {{}}
users:
- name: minikube
  user:
    client-certificate: profiles/client.crt
    client-key: profiles/client.key
"""

# kind and k3s put everything into the file; they differ in names only.
INLINE = """
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {ca}
    server: https://127.0.0.1:6443
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {{}}
users:
- name: default
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
"""

CONTEXT = """
contexts: [{{name: here, context: {{cluster: c, user: u}}}}]
clusters: [{{name: c, cluster: {{server: "{server}"}}}}]
users: [{{name: u, user: {user}}}]
"""


def own(text: str, base: Path | None = None) -> KubeconfigContents:
    return read_kubeconfig(text, own_files=True, base=base)


def test_minikube_with_its_certificate_files(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "ca.crt").write_bytes(AUTHORITY.certificate)
    (tmp_path / "profiles" / "client.crt").write_bytes(CERTIFICATE)
    (tmp_path / "profiles" / "client.key").write_bytes(KEY)
    [(name, taken)] = own(MINIKUBE.format(folder=tmp_path), tmp_path).taken
    assert name == "minikube"
    assert taken == Connection(
        server="https://192.168.49.2:8443",
        ca_data=AUTHORITY.certificate,
        client_cert_data=CERTIFICATE,
        client_key_data=KEY,
    )


def test_kind_and_k3s_with_everything_inside() -> None:
    ca, certificate, key = (base64.b64encode(data).decode() for data in (AUTHORITY.certificate, CERTIFICATE, KEY))
    [(_, taken)] = own(INLINE.format(ca=ca, certificate=certificate, key=key)).taken
    assert taken.server == "https://127.0.0.1:6443"
    assert taken.client_key_data == KEY


def test_a_token_file_is_read_in(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    [(_, taken)] = own(CONTEXT.format(server="https://k", user="{tokenFile: token}"), tmp_path).taken
    assert taken.token == "from-the-file"
    assert taken.token_file == ""


def test_a_missing_file_leaves_its_context_and_names_the_key(tmp_path: Path) -> None:
    contents = own(CONTEXT.format(server="https://k", user="{tokenFile: not-there}"), tmp_path)
    assert contents.left == [("here", "context “here”: the file that tokenFile names cannot be read")]


@pytest.mark.parametrize("key", ["exec", "auth-provider"])
def test_commands_are_not_run_even_for_their_owner(key: str, tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    user = f"{{{key}: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: [{mark}]}}}}"
    contents = own(CONTEXT.format(server="https://k", user=user))
    assert contents.taken == []
    [(_, reason)] = contents.left
    assert key in reason
    assert "kubectl create token" in reason
    assert not mark.exists()


def test_plain_http_is_allowed_as_kubectl_proxy_serves_it() -> None:
    [(_, taken)] = own(CONTEXT.format(server="http://127.0.0.1:8001", user="{}")).taken
    assert taken.server == "http://127.0.0.1:8001"


def test_inside_a_cluster_the_service_account_is_used(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    (tmp_path / "ca.crt").write_bytes(AUTHORITY.certificate)
    found = in_cluster(tmp_path)
    assert found == Connection(
        server="https://kubernetes.default.svc",
        ca_data=AUTHORITY.certificate,
        ca_file=str(tmp_path / "ca.crt"),
        token_file=str(tmp_path / "token"),
    )


def test_outside_a_cluster_there_is_none(tmp_path: Path) -> None:
    assert in_cluster(tmp_path) is None
