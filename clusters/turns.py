"""How a process of ours shares its time between its threads and with the garbage collector."""

import gc
import sys


def settle() -> None:
    """For a process that has started up. To call it again does no harm."""
    # Decoding makes lists by the thousand and no cycles: looking for some every 700 takes a third of its time.
    gc.set_threshold(50_000, 20, 20)
    # The event loop gives its turn away with every read from a socket; a busy thread would keep it for 5 ms.
    sys.setswitchinterval(0.001)
    # What is there now stays. Looking through it takes a tenth of a second, in the middle of somebody's page.
    gc.freeze()
