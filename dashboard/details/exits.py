"""What the exit code of a container means, in words."""

import signal

MEANINGS = {
    0: "no error",
    1: "the program ended with an error",
    2: "the program ended with an error, often a wrong argument",
    126: "the command was found but may not be run",
    127: "the command was not found in the image",
    128: "the container could not be started",
    255: "the program ended with an error outside its range, or the node lost the container",
}
SIGNALS = {
    signal.SIGINT: "interrupted",
    signal.SIGABRT: "the program aborted itself",
    signal.SIGKILL: "killed at once, by the kernel for memory or after the grace period",
    signal.SIGSEGV: "the program touched memory that is not its own",
    signal.SIGBUS: "the program touched memory that is not there",
    signal.SIGTERM: "asked to stop",
}
FIRST_SIGNAL = 128  # a shell's convention, which container runtimes follow: 128 plus the signal


def signal_name(code: int) -> str:
    """The signal that ended the program, "SIGKILL"; empty where `code` stands for none."""
    try:
        return signal.Signals(code - FIRST_SIGNAL).name
    except ValueError:
        return ""


def meaning(code: int) -> str:
    """What `code` says: "signal 9 (SIGKILL): killed at once"; for a code nobody agreed on that the program set it."""
    if code in MEANINGS:
        return MEANINGS[code]
    name = signal_name(code)
    if not name:
        return "set by the program itself"
    sent = signal.Signals[name]
    said = f": {SIGNALS[sent]}" if sent in SIGNALS else ""
    return f"signal {sent.value} ({name}){said}"
