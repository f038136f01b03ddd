"""Kubernetes quantities as whole numbers. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/"""

import re
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?", re.ASCII)
_LENGTH_LIMIT = 64
_POWERS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{prefix: Decimal(1000) ** power for power, prefix in enumerate("kMGTPE", 1)},
    **{f"{prefix}i": Decimal(1024) ** power for power, prefix in enumerate("KMGTPE", 1)},
}
LARGEST = 2**63 - 1
"""Kubernetes' own limit; larger amounts are taken for this."""


class BadQuantity(ValueError):
    """The text is no quantity."""


def exact(quantity: str | int | float) -> Decimal:
    """The amount, such as 0.1 for "100m". Raises BadQuantity."""
    text = str(quantity)
    found = _QUANTITY.fullmatch(text) if len(text) <= _LENGTH_LIMIT else None
    if found is None:
        raise BadQuantity(f"{text[:_LENGTH_LIMIT]!r} is not a quantity.")
    number, exponent, suffix = found.groups()
    return Decimal(number + (exponent or "")) * _POWERS.get(suffix, 1)


@lru_cache(maxsize=4096)
def millicores(quantity: str | int | float) -> int:
    """Processor time in thousandths of a core, rounded up as Kubernetes does. Raises BadQuantity."""
    return _whole(exact(quantity) * 1000)


@lru_cache(maxsize=4096)
def whole(quantity: str | int | float) -> int:
    """Bytes of memory, or a number of pods, rounded up. Raises BadQuantity."""
    return _whole(exact(quantity))


def _whole(amount: Decimal) -> int:
    return max(-LARGEST, min(LARGEST, int(amount.to_integral_value(ROUND_CEILING))))
