"""Kubernetes' quantities, such as 250m and 64Mi.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from decimal import Decimal

_FORM = re.compile(r"([+-]?[0-9.]+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?[0-9]+))?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {suffix: 1024**power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}


def quantity(text: str) -> Decimal:
    """The number that is meant: of cores or bytes. Raises ValueError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no quantity.")
    digits, suffix, exponent = found[1], found[2], found[3]
    if exponent:
        return Decimal(digits).scaleb(int(exponent))
    if suffix in _BINARY:
        return Decimal(digits) * Decimal(_BINARY[suffix])
    return Decimal(digits).scaleb(_DECIMAL[suffix or ""])


def quantity_of(number: Decimal | int, resource: str) -> str:
    """As a metrics server writes it: nanocores of CPU, kibibytes of memory."""
    if resource == "cpu":
        return f"{int(Decimal(number).scaleb(9))}n" if number else "0"
    return f"{int(number) // 1024}Ki"
