"""A program in the background of a test run: its output in a file, gone when the test run is."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path


class Background:
    """A process that is started at once; `user` runs it as another user where we are root."""

    def __init__(
        self,
        *command: str | Path,
        log: Path,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        user: str = "",
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*leash(user), *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process' id."""
        return self.process.pid

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def stop(self, how: signal.Signals = signal.SIGTERM, *, patience: float = 15) -> int:
        """Send the signal and wait; SIGKILL after `patience` seconds. Returns the exit code; ended already is fine."""
        if self.is_running():
            self.process.send_signal(how)
            try:
                return self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def printed(self) -> str:
        """Everything that it printed so far."""
        return self.log.read_text(errors="replace")


def leash(user: str = "") -> list[str]:
    """The words before a command that make the kernel kill it when the test run dies, and run it as `user` if root."""
    if not shutil.which("setpriv"):
        return []
    other = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user and os.geteuid() == 0 else []
    return ["setpriv", *other, "--pdeathsig", "KILL", "--"]


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
