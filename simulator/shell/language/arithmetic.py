"""`$((...))`: whole numbers of 64 bits, with the operators of C."""

import re
from collections.abc import Callable, MutableMapping

_TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),])"
)
_LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="), ("<<", ">>"), ("+", "-"),
    ("*", "/", "%"),
)  # fmt: skip
_DEEPEST = 20


class BadExpression(Exception):
    """It cannot be computed; the message says why."""


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise BadExpression("divide by zero")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "||": lambda a, b: int(bool(a or b)),
    "&&": lambda a, b: int(bool(a and b)),
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&": lambda a, b: a & b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
}


def evaluate(text: str, variables: MutableMapping[str, str]) -> int:
    """The value of `text`; assignments in it change `variables`. Raises BadExpression."""
    return _Evaluator(text, variables).value()


def _wrapped(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


class _Evaluator:
    def __init__(self, text: str, variables: MutableMapping[str, str]) -> None:
        self._tokens: list[str] = []
        self._variables = variables
        self._depth = 0
        place = 0
        text = text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if not found:
                raise BadExpression("arithmetic syntax error")
            self._tokens.append(found.group(1))
            place = found.end()

    def value(self) -> int:
        if not self._tokens:
            return 0
        found = self._assignment()
        if self._tokens:
            raise BadExpression("arithmetic syntax error")
        return found

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self) -> str:
        if not self._tokens:
            raise BadExpression("arithmetic syntax error")
        return self._tokens.pop(0)

    def _assignment(self) -> int:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadExpression("expression recursion level exceeded")
        operator = self._tokens[1] if len(self._tokens) > 1 else ""
        if self._next()[:1].isidentifier() and operator.endswith("=") and operator[:-1] not in ("=", "!", "<", ">"):
            name = self._take()
            self._take()
            found = self._assignment()
            if operator != "=":
                found = _wrapped(_OPERATIONS[operator[:-1]](self._variable(name), found))
            self._variables[name] = str(found)
        else:
            found = self._choice()
        self._depth -= 1
        return found

    def _choice(self) -> int:
        condition = self._binary(0)
        if self._next() != "?":
            return condition
        self._take()
        yes = self._assignment()
        if self._take() != ":":
            raise BadExpression("arithmetic syntax error")
        no = self._assignment()
        return yes if condition else no

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._next() in _LEVELS[level]:
            operator = self._take()
            left = _wrapped(_OPERATIONS[operator](left, self._binary(level + 1)))
        return left

    def _unary(self) -> int:
        signs = []
        while self._next() in ("-", "+", "!", "~"):
            signs.append(self._take())
        found = self._operand()
        for sign in reversed(signs):
            found = {"-": -found, "+": found, "!": int(not found), "~": ~found}[sign]
        return _wrapped(found)

    def _operand(self) -> int:
        taken = self._take()
        if taken == "(":
            found = self._assignment()
            if self._take() != ")":
                raise BadExpression("arithmetic syntax error")
            return found
        if taken.isidentifier():
            return self._variable(taken)
        return _number(taken)

    def _variable(self, name: str) -> int:
        return _number(self._variables.get(name, "") or "0")


def _number(text: str) -> int:
    text = text.strip()
    try:
        if len(text) > 30:
            raise ValueError
        octal = re.fullmatch(r"0[0-7]+", text)
        return _wrapped(int(text, 8 if octal else 16 if text[:2].lower() == "0x" else 10))
    except ValueError:
        raise BadExpression("arithmetic syntax error") from None
