"""Real packet loss on loopback, for one port of our own: rules of iptables, gone even when the test run is killed."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

UNTIL_STDIN_CLOSES = """
trap '' HUP INT TERM
read -r port
for way in dport sport; do iptables -w -I INPUT 1 -i lo -p tcp --$way "$port" -j DROP; done
echo dropping
read -r end
for way in dport sport; do iptables -w -D INPUT -i lo -p tcp --$way "$port" -j DROP; done
"""


def can_drop() -> bool:
    """Whether we may, and the kernel can."""
    if os.geteuid() != 0 or not shutil.which("iptables"):
        return False
    return subprocess.run(["iptables", "-w", "-S", "INPUT"], capture_output=True, check=False).returncode == 0


@contextmanager
def packets_dropped(port: int) -> Iterator[None]:
    """While the context lasts, no packet to or from the port arrives on loopback, and nobody is told."""
    keeper = subprocess.Popen(
        ["sh", "-c", UNTIL_STDIN_CLOSES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with keeper:
        assert keeper.stdin
        assert keeper.stdout
        keeper.stdin.write(f"{port}\n")
        keeper.stdin.flush()
        assert keeper.stdout.readline() == "dropping\n"
        try:
            yield
        finally:
            keeper.stdin.close()
            keeper.wait(30)
