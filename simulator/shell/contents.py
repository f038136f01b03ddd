"""The files that a simulated container begins with."""

import posixpath
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.clock import timestamp
from simulator.shell.filesystem import Device, Directory, File, Link, Node, Program
from simulator.shell.procfs import proc_directory
from simulator.shell.streams import Full, Noise, Null, Zeros
from simulator.shell.table import PROGRAMS

if TYPE_CHECKING:
    from simulator.shell.containers import Container

_DIRECTORIES = (
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/media", "/mnt", "/opt", "/root", "/run", "/sbin", "/srv",
    "/sys", "/usr/bin", "/usr/lib", "/usr/local/bin", "/usr/sbin", "/usr/share", "/var/cache", "/var/lib", "/var/log",
)  # fmt: skip
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - of the simulated container
_IN_USR = frozenset(("top", "head", "tail", "wc", "less", "sort", "uniq", "cut", "tr", "curl", "which", "id", "whoami"))
_DEVICES = {"null": Null, "zero": Zeros, "full": Full, "random": Noise, "urandom": Noise}
_PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(9)
_USERS = """root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_PROFILE = "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
_README = """This container is simulated.

No process that you see here runs on any machine, and no file is on any disk.
What you write is kept in memory until the container ends.
"""


def root_directory(container: "Container") -> Directory:
    """The tree of a container that has just started."""
    made = container.started
    root = Directory(0o755, made)
    for path in (*_DIRECTORIES, container.directory):
        _directory(root, path, made)
    for path, text in {**_texts(container), **container.image.files}.items():
        _put(root, path, File(0o644, made, text.encode()))
    if container.image.has_shell:
        for name in PROGRAMS:
            _put(root, f"/usr/bin/{name}" if name in _IN_USR else f"/bin/{name}", Program(0o755, made, _PROGRAM, name))
    for name, stream in _DEVICES.items():
        _put(root, f"/dev/{name}", Device(0o666, made, open=stream))
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        _put(root, f"/dev/{name}", Link(0o777, made, f"/proc/self/fd/{number}"))
    _put(root, "/etc/mtab", Link(0o777, made, "/proc/mounts"))
    _put(root, "/proc", proc_directory(container))
    for path in _TEMPORARY:
        _directory(root, path, made).mode = 0o777
    return root


def _texts(container: "Container") -> dict[str, str]:
    started = timestamp(container.started)
    secrets = "/var/run/secrets/kubernetes.io/serviceaccount"
    return {
        "/README": _README,
        "/etc/os-release": container.image.os_release,
        "/etc/hostname": f"{container.hostname}\n",
        "/etc/hosts": f"127.0.0.1\tlocalhost\n::1\tlocalhost\n{container.address}\t{container.hostname}\n",
        "/etc/resolv.conf": f"search {container.pod['namespace']}.svc.cluster.local svc.cluster.local cluster.local\n"
        "nameserver 10.96.0.10\noptions ndots:5\n",
        "/etc/passwd": _USERS,
        "/etc/group": "root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnogroup:x:65534:\n",
        "/etc/profile": _PROFILE,
        "/etc/shells": "/bin/sh\n/bin/bash\n",
        "/var/log/boot.log": f"{started} container started\n{started} configuration read\n{started} ready\n",
        "/var/log/dpkg.log": f"{started} startup archives unpack\n{started} status installed base-files:amd64 12.4\n",
        f"{secrets}/namespace": container.pod["namespace"],
        f"{secrets}/token": "simulated-token-that-opens-nothing",
    }


def _directory(root: Directory, path: str, made: datetime) -> Directory:
    found = root
    for step in path.split("/"):
        if step:
            below = found.entries.setdefault(step, Directory(0o755, made))
            if not isinstance(below, Directory):
                return found
            found = below
    return found


def _put(root: Directory, path: str, node: Node) -> None:
    parent, name = posixpath.split(path)
    _directory(root, parent, node.changed).entries[name] = node
