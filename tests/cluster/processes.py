"""The cluster's processes: started in the background, remembered in files so that any later run can end them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.programs import CannotRise


@dataclass(frozen=True)
class Processes:
    """The processes of one cluster, by name; `state` is the cluster's folder."""

    state: Path

    def start(self, name: str, *command: str | Path) -> None:
        """Run the command in a session of its own, with its output in logs/NAME.log."""
        words = [str(word) for word in command]
        in_certs = ["env", f"--chdir={self.state / 'certs'}", *words]
        with self.log(name).open("ab") as log, Path(os.devnull).open("rb") as nothing:
            streams = [(os.POSIX_SPAWN_DUP2, end.fileno(), number) for number, end in enumerate((nothing, log, log))]
            # Unlike subprocess.Popen it leaves nothing in this process that would have to outlive the child.
            pid = os.posix_spawnp("env", in_certs, os.environ, file_actions=streams, setsid=True)
        remembered = {"pid": pid, "started": start_time(pid), "command": words}
        self.record(name).write_text(json.dumps(remembered))

    def start_again(self, name: str) -> None:
        """Run the remembered command of a process that was stopped."""
        self.start(name, *json.loads(self.record(name).read_text())["command"])

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM, *, patience: float = 5) -> None:
        """End the process with the signal, and with SIGKILL after `patience` seconds; none there is fine."""
        pid = self.pid(name)
        if pid is None:
            return
        os.kill(pid, how)
        if not happens(lambda: self.pid(name) is None, seconds=patience):
            os.kill(pid, signal.SIGKILL)
            happens(lambda: self.pid(name) is None, seconds=patience)

    def pid(self, name: str) -> int | None:
        """The running process' id; None when it ended, even where its id was given to another one since."""
        if not self.record(name).exists():
            return None
        remembered = json.loads(self.record(name).read_text())
        pid: int = remembered["pid"]
        return pid if start_time(pid) == remembered["started"] else None

    def names(self) -> list[str]:
        """Every process that was ever started, oldest first."""
        records = sorted((self.state / "processes").glob("*.json"), key=lambda record: record.stat().st_mtime_ns)
        return [record.stem for record in records]

    def log(self, name: str) -> Path:
        """The file with what the process printed."""
        return self.state / "logs" / f"{name}.log"

    def record(self, name: str) -> Path:
        """The file that remembers the process."""
        return self.state / "processes" / f"{name}.json"

    def tails(self, lines: int = 15) -> str:
        """The end of every process' log, for a person to read."""
        parts = []
        for name in self.names():
            running = "running" if self.pid(name) else "ended"
            tail = self.log(name).read_text(errors="replace").splitlines()[-lines:]
            parts.append("\n".join([f"--- {name} ({running}) ---", *(line[:300] for line in tail)]))
        return "\n".join(parts)


def start_time(pid: int) -> str | None:
    """When the process started, in the kernel's ticks (proc(5)); None when it is gone or waits to be reaped."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if after_name[0] == "Z" else after_name[19]


def happens(check: Callable[[], object], *, seconds: float) -> bool:
    """Whether `check` came true within the time."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def wait_until(what: str, check: Callable[[], object], *, seconds: float) -> None:
    """Wait for `check`; raises CannotRise that names `what` did not happen."""
    if not happens(check, seconds=seconds):
        raise CannotRise(f"Gave up after {seconds:.0f} s waiting for {what}.")


def succeeds(*command: str | Path) -> bool:
    """Whether the command runs and exits with 0 within 10 s."""
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False
