"""Laws that hold for patches of any object."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.api.patches.applying import merge_applied
from simulator.api.patches.fieldsets import changes, decoded, encoded, members
from simulator.api.patches.json_patch import apply_json_patch, pointer
from simulator.api.patches.merge import merge
from simulator.api.patches.strategic import strategic_merge
from simulator.api.schema import field_of
from simulator.kinds import DEPLOYMENTS

patient = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

DEPLOYMENT = field_of(DEPLOYMENTS)
words = st.text("abc/~", min_size=1, max_size=3)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | words
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))
objects = st.dictionaries(words, values, max_size=4)
names = st.sampled_from(["server", "helper", "extra"])


@st.composite
def containers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Containers of different names, some with variables."""
    found = []
    for name in draw(st.lists(names, unique=True)):
        variables = draw(st.lists(st.sampled_from("ABC"), unique=True))
        container: dict[str, Any] = {"name": name, "image": draw(words)}
        found.append(
            {**container, **({"env": [{"name": each, "value": "1"} for each in variables]} if variables else {})}
        )
    return found


@st.composite
def deployments(draw: st.DrawFn) -> dict[str, Any]:
    """As much of a deployment as has lists that merge."""
    labels = draw(st.dictionaries(st.sampled_from("xyz"), words, max_size=3))
    spec: dict[str, Any] = {"replicas": draw(st.integers(0, 3))}
    if found := draw(containers()):
        spec["template"] = {"spec": {"containers": found}}
    return {"metadata": {"name": "web", **({"labels": labels} if labels else {})}, "spec": spec}


def without_nulls(value: Any) -> Any:
    """What merging into nothing leaves of a patch; lists keep their nulls."""
    if not isinstance(value, dict):
        return value
    return {key: without_nulls(item) for key, item in value.items() if item is not None}


@patient
@given(objects, objects)
def test_merging_twice_is_merging_once(target: Any, patch: Any) -> None:
    once = merge(target, patch)
    assert merge(once, patch) == once


@patient
@given(objects)
def test_an_empty_merge_changes_nothing(target: Any) -> None:
    before = json.dumps(target)
    assert merge(target, {}) == target
    assert strategic_merge(target, {}, DEPLOYMENT) == target
    assert json.dumps(target) == before


@patient
@given(objects)
def test_merging_into_nothing_is_the_patch_without_nulls(patch: Any) -> None:
    assert merge({}, patch) == without_nulls(patch)


@patient
@given(objects, objects)
def test_a_patch_changes_neither_side(target: Any, patch: Any) -> None:
    before = json.dumps([target, patch])
    merge(target, patch)
    strategic_merge(target, patch, DEPLOYMENT)
    apply_json_patch(target, [{"op": "add", "path": "/new", "value": patch}])
    assert json.dumps([target, patch]) == before


@patient
@given(objects, words, values)
def test_what_was_added_passes_its_test_and_can_be_taken_away(target: Any, key: str, value: Any) -> None:
    path = "/" + key.replace("~", "~0").replace("/", "~1")
    assert pointer(path) == [key]
    added = apply_json_patch(
        target, [{"op": "add", "path": path, "value": value}, {"op": "test", "path": path, "value": value}]
    )
    assert added[key] == value
    rest = apply_json_patch(added, [{"op": "remove", "path": path}])
    assert rest == {name: item for name, item in target.items() if name != key}


@patient
@given(deployments(), deployments())
def test_a_strategic_patch_twice_is_one(target: Any, patch: Any) -> None:
    once = strategic_merge(target, patch, DEPLOYMENT)
    assert strategic_merge(once, patch, DEPLOYMENT) == once


@patient
@given(deployments(), deployments())
def test_a_strategic_patch_leaves_no_container_out(target: Any, patch: Any) -> None:
    def named(obj: Any) -> set[str]:
        found = obj["spec"].get("template", {}).get("spec", {}).get("containers", [])
        return {item["name"] for item in found}

    merged = strategic_merge(target, patch, DEPLOYMENT)
    assert named(merged) == named(target) | named(patch)


@patient
@given(deployments())
def test_sets_of_fields_survive_being_written(obj: Any) -> None:
    found = members(DEPLOYMENT, obj)
    assert decoded(encoded(found)) == found


@patient
@given(deployments(), deployments())
def test_what_was_applied_is_there(live: Any, config: Any) -> None:
    merged = merge_applied(DEPLOYMENT, live, config)
    assert merge_applied(DEPLOYMENT, merged, config) == merged
    assert members(DEPLOYMENT, config) <= members(DEPLOYMENT, merged)
    assert not changes(DEPLOYMENT, live, merged).removed


@patient
@given(deployments(), deployments())
def test_changes_back_and_forth_are_the_same_fields(one: Any, other: Any) -> None:
    there, back = changes(DEPLOYMENT, one, other), changes(DEPLOYMENT, other, one)
    assert (there.added, there.removed, there.modified) == (back.removed, back.added, back.modified)
    assert changes(DEPLOYMENT, one, one).written == set()
