"""Which of the clusters on this machine is which: numbers, folders, ports and addresses that do not clash.

A cluster that was raised for a test run belongs to one process, which holds the lock on its `owner` file; when nobody
holds it, the cluster is left over from a run that died.
"""

import fcntl
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

RUN, STATE = Path("/run/pilothouse-test"), Path("/var/lib/pilothouse-test")
LOCK = RUN / "lock"
MOST = 99
NODES = (1, 2)


@dataclass(frozen=True)
class Instance:
    """One test cluster of this machine; every name and address of it follows from its number (1 to 99)."""

    number: int

    @property
    def run(self) -> Path:
        """Sockets and the owner's lock."""
        return RUN / str(self.number)

    @property
    def state(self) -> Path:
        """Everything else: etcd's data, certificates, containers, logs."""
        return STATE / str(self.number)

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.state / "admin.kubeconfig"

    @property
    def cgroup(self) -> str:
        """The cgroup, from the root, that holds every container of the cluster."""
        return f"pilothouse-test-{self.number}"

    @property
    def node_bridge(self) -> str:
        """The link that holds the nodes' addresses."""
        return f"pilot-test{self.number}"

    def pod_bridge(self, node: int) -> str:
        """The link that the node's pods hang on; at most 15 characters, as the kernel asks."""
        return f"pilot-t{self.number}n{node}"

    def address(self, node: int) -> str:
        """The node's address, from a block that is reserved for documentation (RFC 5737)."""
        return f"198.51.100.{2 * (self.number - 1) + node}"

    def pod_range(self, node: int) -> str:
        """The node's range of pod addresses."""
        return f"10.89.{2 * (self.number - 1) + node}.0/24"

    def port(self, offset: int) -> int:
        """One of ten ports, below those that the kernel hands out by itself."""
        return 20000 + 10 * self.number + offset

    def is_free(self) -> bool:
        """Whether no cluster has this number and nobody listens on its ports."""
        return not self.run.exists() and not any(listens(self.port(offset)) for offset in range(4))

    def is_left_over(self) -> bool:
        """Whether the process that raised this cluster is gone without having taken it down."""
        if self.is_kept():
            return False
        with (self.run / "owner").open("w") as owner:
            try:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def is_kept(self) -> bool:
        """Whether it was raised to stay up until somebody takes it down."""
        return (self.run / "kept").exists()


def claim(*, keep: bool) -> tuple[Instance, IO[str]]:
    """Take a free number; it is ours as long as the returned file is open, or until taken down when `keep` is set."""
    instance = next(instance for instance in map(Instance, range(1, MOST + 1)) if instance.is_free())
    instance.run.mkdir(parents=True)
    shutil.rmtree(instance.state, ignore_errors=True)
    for folder in ("logs", "certs", "processes"):
        (instance.state / folder).mkdir(parents=True)
    if keep:
        (instance.run / "kept").touch()
    owner = (instance.run / "owner").open("w")
    fcntl.flock(owner, fcntl.LOCK_EX)
    return instance, owner


def existing() -> list[Instance]:
    """Every cluster that is up, or half up, on this machine."""
    return [Instance(int(folder.name)) for folder in sorted(RUN.glob("*")) if folder.name.isdigit()]


def listens(port: int) -> bool:
    """Whether somebody listens on the loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
