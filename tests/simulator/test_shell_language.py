"""Whatever is typed is a script or is refused; no text holds the simulated shell up."""

import fnmatch
import re
import string
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.shell.language.arithmetic import BadExpression, evaluate
from simulator.shell.language.expressions import BadPattern, Expression
from simulator.shell.language.parsing import parse
from simulator.shell.language.patterns import Pattern
from simulator.shell.language.syntax import BadSyntax, Literal, Simple, Unfinished

PIECES = [
    *(
        "if",
        "then",
        "else",
        "fi",
        "while",
        "do",
        "done",
        "for",
        "in",
        "case",
        "esac",
        "{",
        "}",
        "(",
        ")",
        "!",
        "|",
        "||",
    ),
    *("&&", "&", ";", ";;", "\n", " ", "'", '"', "`", "$", "$(", "$((", "))", "${x", "${x##", "}", "\\", "#", "=", "<"),
    *(">", ">>", "<<E", "2>&1", "echo", "x=1", "*", "[a-z]", "E\n", "~", "é"),
]
scripts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(scripts | st.text(max_size=200))
@settings(max_examples=500, deadline=None)
def test_every_text_is_a_script_or_is_refused(text: str) -> None:
    with suppress(BadSyntax):
        parse(text)


@pytest.mark.parametrize("opening", ["(", "$(", "{ ", "if ", "while ", "$((", "${x-", '"$(', "`", "((", "! "])
def test_deep_nesting_is_refused_and_not_fatal(opening: str) -> None:
    for script in (opening * 2000, opening * 2000 + "echo"):
        with suppress(BadSyntax):
            parse(script)


@pytest.mark.parametrize(
    "text", ["if true", "echo 'a", 'echo "a', "a &&", "a |", "( a", "{ a", "cat <<E\nx", "f() {", "a \\"]
)
def test_a_beginning_waits_for_more_lines(text: str) -> None:
    if text in ("a &&", "a |"):
        with pytest.raises(BadSyntax):
            parse(text)
        return
    with pytest.raises(Unfinished):
        parse(text)


@given(st.lists(st.text(string.ascii_letters + " '\"$\\*~#|;&<>()`\n", min_size=1), min_size=1, max_size=5))
def test_single_quotes_keep_every_character(words: list[str]) -> None:
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    command = parse(quoted).chains[0].pipelines[0][1].commands[0]
    assert isinstance(command, Simple)
    found = ["".join(part.text for part in word if isinstance(part, Literal)) for word in command.words]
    assert found == words


simple_patterns = st.text("ab*?", max_size=8)


@given(simple_patterns, st.text("abc", max_size=12))
def test_patterns_match_as_fnmatch_does(pattern: str, text: str) -> None:
    assert Pattern((char, False) for char in pattern).matches(text) == fnmatch.fnmatchcase(text, pattern)


def test_quoted_characters_of_a_pattern_stand_for_themselves() -> None:
    pattern = Pattern([("*", True), ("*", False)])
    assert pattern.matches("*anything")
    assert not pattern.matches("anything")


@given(st.text("ab.*+?()|[]^$", max_size=10), st.text("ab", max_size=12))
@settings(deadline=None)
def test_expressions_find_what_python_finds(pattern: str, text: str) -> None:
    # Python reads some of these otherwise: a repetition at the beginning or of a repetition, a bracket without end.
    if re.search(r"(^|[(|^*+?])[*+?]|\[|\]|\(\)|\(\||\|\)|\|\||^\||\|$|\^|\$", pattern):
        return
    try:
        expected = re.search(pattern, text)
    except re.error:
        return
    found = Expression(pattern, extended=True).search(text)
    assert (found is None) == (expected is None)
    if found and expected and "|" not in pattern:
        assert (found[0], found[1]) == expected.span()


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|aa)*c", "a*a*a*a*a*a*b", "(((a?)?)?)*b"])
def test_no_expression_takes_for_ever(pattern: str) -> None:
    assert Expression(pattern, extended=True).search("a" * 2000) is None


@pytest.mark.parametrize("pattern", ["(", "a{999}", "[a", "\\", "(" * 300, "(a{255}){255}"])
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        Expression(pattern, extended=True)


numbers = st.integers(-1000, 1000)


@given(numbers, numbers, st.sampled_from(["+", "-", "*", "<", "<=", "==", "!=", "&", "|", "^", "&&", "||"]))
def test_arithmetic(left: int, right: int, operator: str) -> None:
    python = {"&&": "and", "||": "or"}.get(operator, operator)
    expected = eval(f"({left}) {python} ({right})")  # our own numbers
    if operator in ("&&", "||"):
        expected = bool(expected)
    assert evaluate(f"({left}) {operator} ({right})", {}) == int(expected)


@pytest.mark.parametrize(
    ("text", "value"), [("-7 / 2", -3), ("-7 % 2", -1), ("1 ? 2 : 3", 2), ("x = 5", 5), ("0x1f + 010", 39)]
)
def test_arithmetic_of_c(text: str, value: int) -> None:
    assert evaluate(text, {}) == value


@given(st.text("0123456789+-*/%()<>=!&|^~?:x ", max_size=30))
def test_every_expression_has_a_value_or_is_refused(text: str) -> None:
    with suppress(BadExpression):
        evaluate(text, {"x": "3"})
