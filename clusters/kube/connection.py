"""How an API server is reached, and as whom."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Connection:
    """One API server and one identity. Certificates and keys are PEM. `repr` shows no secret.

    `token_file` and `ca_file` are set by `in_cluster` only: kubelet renews both, so they are read again while we run.
    `ca_data` then is what the file held at first.
    """

    server: str
    ca_data: bytes | None = field(default=None, repr=False)
    ca_file: str = ""
    server_name: str = ""
    insecure_skip_tls_verify: bool = False
    proxy_url: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_file: str = ""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    client_cert_data: bytes | None = field(default=None, repr=False)
    client_key_data: bytes | None = field(default=None, repr=False)

    def to_json(self) -> bytes:
        """Everything, secrets too: seal it before it is kept."""
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, data: bytes) -> "Connection":
        """The connection that `to_json` wrote. Raises msgspec.MsgspecError when it is something else."""
        return msgspec.json.decode(data, type=cls)


def in_cluster(account: Path = _SERVICE_ACCOUNT, server: str = "https://kubernetes.default.svc") -> Connection | None:
    """The connection of the service account of the pod that we run in; None outside a cluster.

    https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
    """
    token, authority = account / "token", account / "ca.crt"
    if not (token.is_file() and authority.is_file()):
        return None
    return Connection(server, ca_data=authority.read_bytes(), ca_file=str(authority), token_file=str(token))
