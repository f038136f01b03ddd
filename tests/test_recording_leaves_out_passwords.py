"""With input recorded, only lines that the terminal showed are kept; what a no-echo prompt takes in never is."""

import pytest

from clusters.recordings.echo import Echo, visible

Step = tuple[str, str]


def kept(*steps: Step) -> list[str]:
    """The lines that are kept of what was ("in") typed and ("out") printed."""
    echo, lines = Echo(), []
    for way, text in steps:
        if way == "in":
            echo.typed(text)
        else:
            lines += echo.printed(text)
    return lines


def keys(text: str, *, shown: bool = True) -> list[Step]:
    """A person who types key by key, with the terminal that shows each."""
    return [step for key in text for step in (("in", key), ("out", key if shown else ""))]


def test_a_command_is_kept() -> None:
    assert kept(("out", "$ "), *keys("ls -l"), ("in", "\r"), ("out", "\r\ntotal 0\r\n$ ")) == ["ls -l\r"]


def test_a_password_is_not() -> None:
    steps = [("out", "Password: "), *keys("hunter2", shown=False), ("in", "\r"), ("out", "\r\nWelcome hunter2\r\n$ ")]
    assert kept(*steps) == []


@pytest.mark.parametrize("password", ["a", "Pass", "word: ", ":"])
def test_not_even_one_that_the_prompt_has_in_it(password: str) -> None:
    assert kept(("out", "Password: "), *keys(password, shown=False), ("in", "\r"), ("out", "\r\n$ ")) == []


def test_a_pasted_line_is_judged_the_same() -> None:
    assert kept(("out", "$ "), ("in", "whoami\r"), ("out", "whoami\r\nroot\r\n")) == ["whoami\r"]
    assert kept(("out", "Password:"), ("in", "hunter2\r"), ("out", "\r\nhunter2 is wrong\r\n")) == []


def test_stars_for_letters_are_no_echo() -> None:
    steps = [step for key in "hunter2" for step in (("in", key), ("out", "*"))]
    assert kept(("out", "Password: "), *steps, ("in", "\r"), ("out", "\r\n")) == []


def test_a_password_after_a_command_and_a_command_after_it() -> None:
    steps = [
        *keys("sudo id"), ("in", "\r"), ("out", "\r\nPassword: "),
        *keys("hunter2", shown=False), ("in", "\r"), ("out", "\r\nuid=0(root)\r\n$ "),
        *keys("exit"), ("in", "\r"), ("out", "\r\n"),
    ]  # fmt: skip
    assert kept(*steps) == ["sudo id\r", "exit\r"]


READ = "read -s -p 'Password: ' X"


def test_a_password_that_is_read_without_a_line_feed_takes_no_command_with_it() -> None:
    steps = [
        ("out", "$ "), *keys(READ), ("in", "\r"), ("out", "\r\nPassword: "),
        *keys("hunter2", shown=False), ("in", "\r"), ("out", "$ "),
        *keys("echo shown-one"), ("in", "\r"), ("out", "\r\nshown-one\r\n$ "),
        *keys("echo shown-two"), ("in", "\r"), ("out", "\r\nshown-two\r\n$ "),
    ]  # fmt: skip
    assert kept(*steps) == [f"{READ}\r", "echo shown-one\r", "echo shown-two\r"]


def test_nor_where_all_is_pasted_or_nothing_prompts() -> None:
    steps = [
        ("in", f"{READ}\r"), ("out", f"{READ}\r\nPassword: "), ("in", "hunter2\r"), ("out", "$ "),
        ("in", "echo shown-one\r"), ("out", "echo shown-one\r\nshown-one\r\n$ "),
    ]  # fmt: skip
    assert kept(*steps) == [f"{READ}\r", "echo shown-one\r"]
    steps = [*keys("hunter2", shown=False), ("in", "\r"), *keys("yes"), ("in", "\r"), ("out", "\r\n")]
    assert kept(*steps) == ["yes\r"]


def test_two_passwords_in_a_row_are_not_kept() -> None:
    steps = [
        ("out", "Password: "), *keys("hunter2", shown=False), ("in", "\r"), ("out", "Again: "),
        *keys("hunter2", shown=False), ("in", "\r"), ("out", "\r\nhunter2 is taken\r\n$ "),
    ]  # fmt: skip
    assert kept(*steps) == []


def test_a_password_typed_ahead_of_its_prompt_is_not_kept() -> None:
    steps = [*keys("sudo id"), ("in", "\r"), ("in", "hunter2\r"), ("out", "\r\n"), ("out", "Password: \r\nhunter2\r\n")]
    assert "hunter2\r" not in kept(*steps)


def test_a_corrected_line_is_kept_as_it_was_sent() -> None:
    steps = [*keys("lx"), ("in", "\x7f"), ("out", "\b \b"), *keys("s"), ("in", "\r"), ("out", "\r\n")]
    assert kept(*steps) == ["ls\r"]


def test_what_cannot_be_told_is_left_out() -> None:
    assert kept(("in", "\x1b[A"), ("out", "ls -l"), ("in", "\r"), ("out", "\r\n")) == []
    assert kept(*keys("le"), ("in", "\t"), ("out", "ss "), *keys("x"), ("in", "\r"), ("out", "\r\n")) == []


def test_titles_are_not_shown_even_where_another_cuts_them_off() -> None:
    assert visible("\x1b]0;one\x07a\x1b]0;two\x1b\\b\x1b]0;three\x1b[31mc") == "abc"
