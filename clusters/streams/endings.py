"""How shells end."""

from dataclasses import dataclass

SIGNED_OUT = "You were signed out, and what you had open was ended."
RIGHT_TAKEN = "Your right to this was taken away; an administrator can grant it again."

MUST_BE_RECORDED = "From now on nothing may run in this cluster without a recording, and this is not recorded."


@dataclass(frozen=True)
class Ending:
    """How a shell ended. `exit_code` None: unknown, `reason` says why; with a code `reason` may say what caused it.

    `refused`: its user may no longer have it; `wanted`: somebody asked for the end.
    """

    exit_code: int | None
    reason: str
    refused: bool = False
    wanted: bool = False
    noun: str = "The shell"

    def in_words(self) -> str:
        """A sentence or two."""
        if self.exit_code is None:
            return self.reason
        return f"{self.noun} ended with exit code {self.exit_code}. {self.reason}".strip()


CLOSED = Ending(None, "The shell was closed.")
