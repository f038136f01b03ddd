"""How control leaves the place in a script where it is."""


class Broken(Exception):
    """A command cannot be run; the message says why."""


class Leaving(Exception):
    """Control goes somewhere else; `levels` counts loops."""

    def __init__(self, levels: int = 1) -> None:
        super().__init__()
        self.levels = levels


class Break(Leaving):
    """Out of loops."""


class Continue(Leaving):
    """To the next round of a loop."""


class Return(Exception):
    """Out of a function, with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


class Exit(Return):
    """Out of the shell."""


class Replace(Exception):
    """The shell becomes another program, as by `exec`."""

    def __init__(self, argv: list[str], environ: dict[str, str]) -> None:
        super().__init__()
        self.argv = argv
        self.environ = environ


class Interrupted(Exception):
    """Ctrl-C ended what ran in the foreground."""
