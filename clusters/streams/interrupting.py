"""Ends a command that has no leash: where an image has no `sh`, only the keys of its terminal reach what runs in it."""

import asyncio

from clusters.kube.channels import ExecStream
from clusters.kube.errors import KubeError

END_OF_INPUT = b"\x04"
KEYS = (b"\x03", b"\x1c")
"""Ctrl-C and Ctrl-\\, which the kernel turns into SIGINT and SIGQUIT: https://man7.org/linux/man-pages/man3/termios.3.html"""

PATIENCE = 1.5

ONLY_KEYS = (
    "The image has no shell, so Pilothouse can only press Ctrl-C to end this command. If it ignores that, or if "
    "Pilothouse itself is killed, it goes on until it ends by itself."
)
GOES_ON = "The command ignored Ctrl-C: it goes on in the container until it ends by itself."


async def interrupt(stream: ExecStream) -> bool:
    """Presses one key after the other until the command has ended; whether it goes on all the same."""
    for key in KEYS:
        try:
            async with asyncio.timeout(PATIENCE):
                await stream.send_stdin(key)
                async for _ in stream:
                    pass
        except TimeoutError:
            continue
        except KubeError:
            pass
        return False
    return not stream.has_ended
