"""An exit code is told in words that say who ended the program."""

import pytest

from dashboard.details.exits import meaning, signal_name


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "no error"),
        (1, "the program ended with an error"),
        (3, "set by the program itself"),
        (126, "the command was found but may not be run"),
        (127, "the command was not found in the image"),
        (137, "signal 9 (SIGKILL): killed at once, by the kernel for memory or after the grace period"),
        (139, "signal 11 (SIGSEGV): the program touched memory that is not its own"),
        (143, "signal 15 (SIGTERM): asked to stop"),
        (129, "signal 1 (SIGHUP)"),
        (250, "set by the program itself"),
        (-1, "set by the program itself"),
    ],
)
def test_a_code_has_words(code: int, words: str) -> None:
    assert meaning(code) == words


@pytest.mark.parametrize(("code", "name"), [(137, "SIGKILL"), (1, ""), (128, ""), (300, "")])
def test_only_codes_above_128_stand_for_signals(code: int, name: str) -> None:
    assert signal_name(code) == name
