"""Label selectors as one types them: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.kube.selectors import BadSelector, Operator, Requirement, parse, typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ("app=web", [Requirement("app", Operator.IN, ("web",))]),
        ("app==web", [Requirement("app", Operator.IN, ("web",))]),
        ("app = web", [Requirement("app", Operator.IN, ("web",))]),
        ("app=", [Requirement("app", Operator.IN, ("",))]),
        ("app!=web", [Requirement("app", Operator.NOT_IN, ("web",))]),
        ("tier in (web, api)", [Requirement("tier", Operator.IN, ("web", "api"))]),
        ("tier notin (web)", [Requirement("tier", Operator.NOT_IN, ("web",))]),
        ("canary", [Requirement("canary", Operator.EXISTS)]),
        ("!canary", [Requirement("canary", Operator.ABSENT)]),
        ("example.com/a_b.c=1.2", [Requirement("example.com/a_b.c", Operator.IN, ("1.2",))]),
        ("replica>2", [Requirement("replica", Operator.GREATER, ("2",))]),
        ("replica < -1", [Requirement("replica", Operator.LESS, ("-1",))]),
        ("in in (in)", [Requirement("in", Operator.IN, ("in",))]),
    ],
)
def test_one_part_is_read(text: str, expected: list[Requirement]) -> None:
    assert parse(text) == expected


def test_parts_are_cut_at_commas_outside_brackets() -> None:
    parts = parse("app=web, tier in (a,b) ,!canary")
    assert [part.key for part in parts] == ["app", "tier", "canary"]


@pytest.mark.parametrize(
    ("text", "selector", "words"),
    [
        ("app=web p00", "app=web", "p00"),
        ("p00 app=web", "app=web", "p00"),
        ("app=web,tier", "app=web,tier", ""),
        ("tier in (a, b) web !canary", "tier in (a, b),!canary", "web"),
        ("p!", "", "p!"),
        ("Back-off!", "", "Back-off!"),
        ("age>1h", "", "age>1h"),
        ("a=b=c", "", "a=b=c"),
        ("web", "", "web"),
    ],
)
def test_what_is_typed_is_parted_into_a_selector_and_words(text: str, selector: str, words: str) -> None:
    assert typed(text) == (selector, words)


@pytest.mark.parametrize(
    "text",
    [
        "=web",
        "a>b",
        "a>",
        "a>1.5",
        "app=a b",
        "app in",
        "app in (a",
        "app in a)",
        "a,,b",
        ",",
        "!",
        "a=b=c",
        "-a",
        "a/b/c",
        "a=é",
        "a" * 64,
    ],
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(BadSelector):
        parse(text)


def test_the_refusal_names_the_part() -> None:
    with pytest.raises(BadSelector, match="'oh no'"):
        parse("app=web,oh no")


@given(st.text(max_size=300) | st.text(alphabet="ab/.-_=!,() in\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parts = parse(text)
    except BadSelector:
        return
    assert all(part.key for part in parts)


def test_a_selector_too_long_is_refused() -> None:
    with pytest.raises(BadSelector, match="longer than 2000"):
        parse("a," * 1001)
