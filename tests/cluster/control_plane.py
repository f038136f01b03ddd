"""etcd, kube-apiserver, controller manager, scheduler and metrics-server of one test cluster."""

import base64
import json
import secrets
import subprocess
from pathlib import Path

from tests.cluster.instances import NODES, Instance
from tests.cluster.processes import Processes, succeeds, wait_until

HERE = Path(__file__).parent
ETCD, ETCD_PEERS, API_SERVER, METRICS_SERVER = range(4)  # offsets of Instance.port
USERS = {
    "admin": ("admin", "system:masters"),
    "controller": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    **{f"node{node}": (f"system:node:node{node}", "system:nodes") for node in NODES},
}


def write_credentials(instance: Instance) -> None:
    """The certificates, and a kubeconfig with a random token for each part of the cluster."""
    certs = instance.state / "certs"
    openssl(certs, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "sa.key")
    subject = ("-subj", "/CN=pilothouse-test-ca", "-days", "7")
    openssl(certs, "req", "-x509", *new_key("ca"), *subject, "-out", "ca.crt")
    names = f"DNS:localhost,DNS:kubernetes,IP:127.0.0.1,IP:{instance.address(1)},IP:10.96.0.1"
    issue(certs, "apiserver", names)
    issue(certs, "front-proxy", "DNS:front-proxy")
    rows = []
    for number, (name, (user, group)) in enumerate(USERS.items()):
        token = secrets.token_hex(16)
        rows.append(f'{token},{user},{number},"{group}"')
        write_kubeconfig(instance, name, token)
    (certs / "tokens.csv").write_text("\n".join(rows))
    policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]}
    (certs / "audit.json").write_text(json.dumps(policy))


def issue(certs: Path, name: str, alternative_names: str) -> None:
    """NAME.key and NAME.crt, signed by the cluster's certificate authority."""
    openssl(certs, "req", *new_key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
    (certs / f"{name}.ext").write_text(f"subjectAltName={alternative_names}")
    signer = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "7")
    openssl(certs, "x509", "-req", "-in", f"{name}.csr", *signer, "-extfile", f"{name}.ext", "-out", f"{name}.crt")


def new_key(name: str) -> tuple[str, ...]:
    """openssl's words for a fresh key in NAME.key."""
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key")


def openssl(folder: Path, *arguments: str) -> None:
    """Run openssl in the folder."""
    subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)


def write_kubeconfig(instance: Instance, name: str, token: str) -> None:
    """NAME.kubeconfig, complete in itself; JSON is YAML too."""
    authority = base64.b64encode((instance.state / "certs" / "ca.crt").read_bytes()).decode()
    server = f"https://127.0.0.1:{instance.port(API_SERVER)}"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": name, "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}],
        "current-context": "test",
    }
    path = instance.state / f"{name}.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=1))


def start_api_server(instance: Instance, processes: Processes, programs: Path) -> None:
    """Start etcd and kube-apiserver; does not wait."""
    etcd = f"http://127.0.0.1:{instance.port(ETCD)}"
    processes.start(
        *("etcd", programs / "etcd", "--data-dir", instance.state / "etcd", "--unsafe-no-fsync"),
        *("--listen-client-urls", etcd, "--advertise-client-urls", etcd),
        *("--listen-peer-urls", f"http://127.0.0.1:{instance.port(ETCD_PEERS)}"),
    )
    processes.start("apiserver", programs / "kube-apiserver", *api_server_arguments(instance, etcd))


def api_server_arguments(instance: Instance, etcd: str) -> tuple[str, ...]:
    """kube-apiserver's flags: tokens and RBAC as in production, pods of a dead node replaced within seconds."""
    return (
        *("--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--secure-port", str(instance.port(API_SERVER))),
        # kube-apiserver refuses a loopback address here.
        *("--advertise-address", instance.address(1), "--service-cluster-ip-range", "10.96.0.0/16"),
        *("--tls-cert-file", "apiserver.crt", "--tls-private-key-file", "apiserver.key", "--client-ca-file", "ca.crt"),
        *("--token-auth-file", "tokens.csv", "--authorization-mode", "Node,RBAC"),
        *("--enable-admission-plugins", "NodeRestriction", "--allow-privileged=true"),
        *("--service-account-issuer", "https://kubernetes.default.svc"),
        *("--service-account-key-file", "sa.key", "--service-account-signing-key-file", "sa.key"),
        *("--kubelet-preferred-address-types", "InternalIP"),
        *("--requestheader-client-ca-file", "ca.crt", "--requestheader-allowed-names", "front-proxy"),
        *("--requestheader-username-headers", "X-Remote-User", "--requestheader-group-headers", "X-Remote-Group"),
        *("--requestheader-extra-headers-prefix", "X-Remote-Extra-"),
        *("--proxy-client-cert-file", "front-proxy.crt", "--proxy-client-key-file", "front-proxy.key"),
        # Without it the API server would dial service addresses, which nothing routes here.
        "--enable-aggregator-routing",
        *("--default-not-ready-toleration-seconds", "5", "--default-unreachable-toleration-seconds", "5"),
        *("--audit-policy-file", "audit.json", "--audit-log-path", str(instance.state / "logs" / "audit.json")),
    )


def wait_for_api_server(instance: Instance, programs: Path) -> None:
    """Wait until the API server says that it is ready; raises CannotRise after a minute."""
    kubectl = (programs / "kubectl", "--kubeconfig", instance.kubeconfig)
    wait_until("the API server", lambda: succeeds(*kubectl, "get", "--raw", "/readyz"), seconds=60)


def start_controllers(instance: Instance, processes: Processes, programs: Path) -> None:
    """Start the controller manager and the scheduler; a silent node is NotReady after 8 s."""
    # Their own HTTPS ports are fixed and would clash with another cluster's; nothing here asks them.
    alone = ("--leader-elect=false", "--secure-port", "0")
    processes.start(
        *("controller-manager", programs / "kube-controller-manager", *alone),
        *("--kubeconfig", instance.state / "controller.kubeconfig", "--use-service-account-credentials"),
        *("--service-account-private-key-file", "sa.key", "--root-ca-file", "ca.crt"),
        *("--node-monitor-period", "2s", "--node-monitor-grace-period", "8s"),
        # Every 20 s it would fail terminating pods that no kubelet has: tests hold such pods to read them.
        *("--controllers", "*,-pod-garbage-collector-controller"),
    )
    kubeconfig = ("--kubeconfig", instance.state / "scheduler.kubeconfig")
    processes.start("scheduler", programs / "kube-scheduler", *alone, *kubeconfig)


def start_metrics_server(instance: Instance, processes: Processes, programs: Path) -> None:
    """Start metrics-server on this machine and register it; `kubectl top` answers some 20 s later."""
    port = str(instance.port(METRICS_SERVER))
    uses = ("--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig")
    processes.start(
        *("metrics-server", programs / "metrics-server"),
        *(f"{use}={instance.kubeconfig}" for use in uses),
        *("--bind-address", instance.address(1), "--secure-port", port),
        *("--cert-dir", instance.state / "certs" / "metrics", "--kubelet-insecure-tls"),
        *("--kubelet-preferred-address-types", "InternalIP"),
        *("--metric-resolution", "10s", "--kubelet-request-timeout", "5s"),
    )
    manifest = (HERE / "metrics-server.yaml").read_text().replace("ADDRESS", instance.address(1)).replace("PORT", port)
    apply: list[str | Path] = [programs / "kubectl", "--kubeconfig", instance.kubeconfig, "apply", "-f", "-"]
    subprocess.run(apply, input=manifest, text=True, capture_output=True, check=True)
