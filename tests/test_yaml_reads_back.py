"""The YAML that a page shows reads back as the object that the API server gave."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clusters.redaction import HIDDEN, LAST_APPLIED, presentable
from dashboard.manifests import as_yaml, lines

TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
OBJECTS = st.dictionaries(
    TEXTS,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)),
    max_size=5,
)


@given(OBJECTS)
def test_any_object_reads_back_the_same(obj: dict[str, Any]) -> None:
    assert yaml.safe_load(as_yaml(obj)) == obj


@pytest.mark.parametrize(
    "text", ["1e3", "yes", "null", "0o17", "1_000", "2026-11-24", "", "~", "- a", "a: b", "# c", "0x1F"]
)
def test_text_that_looks_like_something_else_stays_quoted(text: str) -> None:
    assert as_yaml({"a": text}) == f"a: '{text}'\n"


def test_a_script_is_shown_as_lines() -> None:
    assert as_yaml({"args": ["echo a\nsleep 1\n"]}) == "args:\n- |\n  echo a\n  sleep 1\n"


@given(OBJECTS)
def test_marking_up_keys_loses_nothing(obj: dict[str, Any]) -> None:
    text = as_yaml(obj)
    assert "\n".join(line.lead + line.key + line.rest for line in lines(text)) == text.removesuffix("\n")


def test_keys_are_told_from_text_that_looks_like_keys() -> None:
    text = as_yaml({"data": {"nginx.conf": "listen: 80\n\n  root: /\n"}, "args": ["a: b", "x: 1\ny: 2"], "last": 1})
    keys = [line.key for line in lines(text) if line.key]
    assert keys == ["data:", "nginx.conf:", "args:", "last:"]


def test_managed_fields_are_left_out() -> None:
    shown = presentable({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web", "managedFields": [{}]}})
    assert shown == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}


def test_keys_come_in_the_order_people_know() -> None:
    given_as = {"kind": "Pod", "status": {}, "apiVersion": "v1", "spec": {}, "other": 1, "metadata": {}}
    assert list(presentable(given_as)) == ["apiVersion", "kind", "metadata", "spec", "other", "status"]


def test_no_value_of_a_secret_is_left_anywhere() -> None:
    applied = '{"kind":"Secret","data":{"password":"aHVudGVyMg=="},"stringData":{"token":"hunter2"}}'
    secret = {
        "kind": "Secret",
        "data": {"password": "aHVudGVyMg=="},
        "stringData": {"token": "hunter2"},
        "metadata": {"name": "login", "annotations": {LAST_APPLIED: applied, "note": "kept"}},
    }
    shown = presentable(secret)
    assert "aHVudGVyMg" not in str(shown)
    assert "hunter2" not in str(shown)
    assert shown["data"] == {"password": HIDDEN}
    assert shown["metadata"]["annotations"]["note"] == "kept"


@pytest.mark.parametrize("applied", ["not json hunter2", "[1]", 7, None])
def test_a_last_applied_annotation_that_cannot_be_read_is_hidden_whole(applied: Any) -> None:
    shown = presentable({"kind": "Secret", "metadata": {"annotations": {LAST_APPLIED: applied}}})
    assert shown["metadata"]["annotations"] == {LAST_APPLIED: HIDDEN}
