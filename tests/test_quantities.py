"""Amounts of processor time and memory, in every form that Kubernetes takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.kube.quantities import LARGEST, BadQuantity, millicores, whole


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("1", 1000), ("100m", 100), ("0.1", 100), (".5", 500), (2, 2000), (0.25, 250), ("1u", 1), ("1n", 1), ("0", 0)],
)
def test_processor_time_is_read_in_millicores_rounded_up(quantity: str | int | float, expected: int) -> None:
    assert millicores(quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("128Mi", 128 * 1024**2),
        ("1Gi", 1024**3),
        ("1.5Gi", 3 * 1024**3 // 2),
        ("1k", 1000),
        ("1M", 10**6),
        ("1E", 10**18),
        ("1E3", 1000),
        ("12e6", 12_000_000),
        ("1e-3", 1),
        ("128974848", 128974848),
        ("129M", 129_000_000),
        ("1500m", 2),
        ("-1", -1),
        ("+1", 1),
    ],
)
def test_memory_is_read_in_bytes_rounded_up(quantity: str, expected: int) -> None:
    assert whole(quantity) == expected


def test_more_than_kubernetes_can_hold_is_taken_for_the_most_it_can() -> None:
    assert whole("100Ei") == LARGEST
    assert millicores("9223372036854775807") == LARGEST


@pytest.mark.parametrize(
    "text", ["", " ", "1 ", "x", "1ki", "1K", "1e", "Mi", ".", "1.2.3", "0x10", "NaN", "1" * 65, "\u0661"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(BadQuantity, match="is not a quantity"):
        whole(text)


@given(st.text(max_size=80) | st.from_regex(r"[0-9.+-]{1,9}[eEKMGimun]{0,2}[0-9]{0,5}", fullmatch=True))
def test_any_text_is_a_number_within_bounds_or_refused(text: str) -> None:
    try:
        amount = whole(text)
    except BadQuantity:
        return
    assert -LARGEST <= amount <= LARGEST
