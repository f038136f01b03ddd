"""The programs that the test cluster is made of: built from Go modules once, then kept by what they were built from."""

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
KUBERNETES = tuple(
    f"k8s.io/kubernetes/cmd/{name}"
    for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kubectl")
)
DEBIAN = {
    "containerd": "containerd",
    "runc": "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "/bin/busybox": "busybox-static",
    "/bin/bash-static": "bash-static",
    "iptables": "iptables",
    "ip": "iproute2",
    "openssl": "openssl",
    "vim.tiny": "vim-tiny",
}
GO_AT_LEAST = (1, 25)


class CannotRise(Exception):
    """This machine cannot hold the test cluster, or it failed to rise; the message says why and what to do."""


def ensure_programs() -> Path:
    """The folder with the cluster's programs; installs and builds what is missing.

    A cold build takes about seven minutes on two cores. Raises CannotRise where this machine cannot hold a cluster.
    """
    if platform.system() != "Linux" or os.geteuid() != 0:
        raise CannotRise("The test cluster runs containers, so it needs root on Linux.")
    install_from_debian()
    folder = cache_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent / "build.lock"):
        if not folder.exists():
            build(folder)
    return folder


def cache_folder() -> Path:
    """Where the programs of these go.sum files are kept."""
    digest = hashlib.sha256()
    for sums in (HERE / "go.sum", HERE / "metrics-server" / "go.sum"):
        digest.update(sums.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "pilothouse" / "cluster" / digest.hexdigest()[:16] / "bin"


def install_from_debian() -> None:
    """Install the programs that Debian has; raises CannotRise with the command to run where that fails."""
    packages = missing_packages()
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get"):
        say(f"Installing for the test cluster: {' '.join(packages)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], env=quiet, stdout=subprocess.DEVNULL, check=False)
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    if missing_packages():
        raise CannotRise(f"The test cluster needs programs that are missing here. Install them: {' '.join(command)}")


def missing_packages() -> list[str]:
    """Debian packages whose program is not on this machine."""
    return [package for program, package in DEBIAN.items() if not shutil.which(program) and not Path(program).exists()]


def go_program() -> str:
    """Path of a Go new enough for the modules; raises CannotRise."""
    found = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    wanted = ".".join(map(str, GO_AT_LEAST))
    if not found:
        raise CannotRise(f"The test cluster is built with Go {wanted} or later; install it: https://go.dev/dl")
    answer = subprocess.run([found, "env", "GOVERSION"], cwd="/", capture_output=True, text=True, check=True).stdout
    version = tuple(map(int, re.findall(r"\d+", answer)[:2]))
    if version < GO_AT_LEAST:
        raise CannotRise(f"The test cluster is built with Go {wanted} or later; {found} is {answer.strip()}.")
    return found


def build(folder: Path) -> None:
    """Build every program into `folder`, which appears only when all are there."""
    go = go_program()
    say("Building the test cluster's programs: about 7 minutes the first time.")
    half_built = folder.with_name("half-built")
    shutil.rmtree(half_built, ignore_errors=True)
    half_built.mkdir(parents=True)
    version = run_go(go, HERE, "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes").strip()
    major, minor, _ = version.removeprefix("v").split(".")
    stamp = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    stamps = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in stamp.items())
    compile_programs(go, HERE, stamps, f"{half_built}/", *KUBERNETES)
    compile_programs(go, HERE, "", f"{half_built}/etcd", "go.etcd.io/etcd/server/v3")
    metrics_server = "sigs.k8s.io/metrics-server/cmd/metrics-server"
    compile_programs(go, HERE / "metrics-server", "", f"{half_built}/", metrics_server)
    half_built.rename(folder)


def compile_programs(go: str, module: Path, stamps: str, output: str, *packages: str) -> None:
    """`go build` of the packages as static programs."""
    run_go(go, module, "build", "-trimpath", "-ldflags", f"-s -w {stamps}", "-o", output, *packages)


def run_go(go: str, module: Path, *arguments: str) -> str:
    """What `go` prints; raises CannotRise with the end of its error output."""
    environment = {**os.environ, "CGO_ENABLED": "0"}
    done = subprocess.run([go, *arguments], cwd=module, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRise(f"go {arguments[0]} failed in {module}:\n{done.stderr[-3000:]}")
    return done.stdout


def say(what: str) -> None:
    """Tell the person who waits, on standard error."""
    sys.stderr.write(f"{what}\n")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock; waits for another run that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
