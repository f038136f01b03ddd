"""The test cluster from a shell: `python3 -m tests.cluster build|up|down|hold`, with nothing but Python installed.

build   make the programs, so that a later `up` takes seconds
up      raise a cluster that stays, and print the administrator's kubeconfig; one that is up already is printed again
down    take it down, and whatever dead test runs left behind
hold    raise a cluster of its own, print its facts as a line of JSON, and take it down when standard input ends
"""

import json
import signal
import sys
from collections.abc import Callable

from tests.cluster.programs import CannotRise, ensure_programs
from tests.cluster.raising import held_cluster, kept_cluster, take_down_kept


def build() -> None:
    """Print the folder of the programs."""
    sys.stdout.write(f"{ensure_programs()}\n")


def up() -> None:
    """Print the kubeconfig's path."""
    instance, _ = kept_cluster()
    sys.stdout.write(f"{instance.kubeconfig}\n")


def down() -> None:
    """Print what was taken down."""
    kept = take_down_kept()
    sys.stdout.write(f"Took down {len(kept)} cluster{'' if len(kept) == 1 else 's'}.\n")


def hold() -> None:
    """For a test run: when it ends, even by SIGKILL, its end of our standard input closes and the cluster goes."""
    for interrupt in (signal.SIGINT, signal.SIGHUP):
        signal.signal(interrupt, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end."))
    with held_cluster() as (instance, programs):
        facts = {"kubeconfig": str(instance.kubeconfig), "state": str(instance.state), "programs": str(programs)}
        sys.stdout.write(f"{json.dumps(facts)}\n")
        sys.stdout.flush()
        sys.stdin.read()


COMMANDS: dict[str, Callable[[], None]] = {"build": build, "up": up, "down": down, "hold": hold}


def main() -> int:
    """Run the named command; 1 when the cluster cannot be had, 2 when the command is unknown."""
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        COMMANDS[sys.argv[1]]()
    except CannotRise as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
