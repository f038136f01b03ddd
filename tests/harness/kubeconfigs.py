"""Kubeconfig files as people have them at home; nothing answers at their addresses."""

from pathlib import Path

import yaml

from tests.harness.certificates import Authority

AUTHORITY = Authority()


def write(
    folder: Path,
    *contexts: str,
    name: str = "config",
    token: str = "let-me-in",
    domain: str = "example.com",
    **user: object,
) -> Path:
    """A kubeconfig with these contexts; the CA is in a file beside it, as minikube does it."""
    (folder / "ca.crt").write_bytes(AUTHORITY.certificate)
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": contexts[0],
        "contexts": [{"name": each, "context": {"cluster": each, "user": each}} for each in contexts],
        "clusters": [
            {"name": each, "cluster": {"server": f"https://{each}.{domain}:6443", "certificate-authority": "ca.crt"}}
            for each in contexts
        ],
        "users": [{"name": each, "user": user or {"token": token}} for each in contexts],
    }
    file = folder / name
    file.write_text(yaml.safe_dump(document))
    return file


def unguarded(folder: Path, server: str, context: str = "test") -> Path:
    """A kubeconfig for a server at a plain address that asks nobody who he is."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": {"server": server}}],
        "users": [{"name": context, "user": {"token": "none"}}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
    }
    file = folder / "unguarded"
    file.write_text(yaml.safe_dump(document))
    return file
