"""From the words of a script to the words of a command: parameters, substitutions, splitting, patterns."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Protocol

from simulator.shell.language.arithmetic import BadExpression, evaluate
from simulator.shell.language.patterns import Marked, Pattern
from simulator.shell.language.syntax import Arithmetic, Literal, Parameter, Part, Sequence, Substitution, Word

LONGEST = 1024 * 1024
"""Characters that one word may expand to."""


class BadExpansion(Exception):
    """A word that cannot be expanded; the message says why."""


class Surroundings(Protocol):
    """What expansion asks of the shell that runs it."""

    variables: MutableMapping[str, str]
    positional: list[str]

    def special(self, name: str) -> str | None: ...
    async def output_of(self, body: Sequence) -> str: ...
    def files_in(self, path: str) -> list[str]: ...
    def exists(self, path: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Piece:
    """`text` None parts two fields, as between the words of "$@"."""

    text: str | None
    quoted: bool = False
    splits: bool = False


class Expander:
    """Expands words for one shell."""

    def __init__(self, shell: Surroundings) -> None:
        self._shell = shell

    async def fields(self, words: Iterable[Word]) -> list[str]:
        """The words of a command, split and with patterns replaced by the files that match. Raises BadExpansion."""
        found: list[str] = []
        for word in words:
            for field in self._split(await self._pieces(word)):
                found += self._files(field)
        return found

    async def text(self, word: Word) -> str:
        """One text, neither split nor matched, as for an assignment. Raises BadExpansion."""
        return "".join(" " if piece.text is None else piece.text for piece in await self._pieces(word))

    async def pattern(self, word: Word) -> Pattern:
        """The word as a pattern, of which quoted characters stand for themselves. Raises BadExpansion."""
        return Pattern((char, piece.quoted) for piece in await self._pieces(word) for char in piece.text or " ")

    async def _pieces(self, word: Word) -> list[_Piece]:
        found: list[_Piece] = []
        for index, part in enumerate(word):
            if isinstance(part, Literal):
                text = self._home(part) if index == 0 else part.text
                found.append(_Piece(text, part.quoted))
            else:
                found += await self._expanded(part)
        if sum(len(piece.text or "") for piece in found) > LONGEST:
            raise BadExpansion("out of memory")
        return found

    def _home(self, part: Literal) -> str:
        if part.quoted or not (part.text == "~" or part.text.startswith("~/")):
            return part.text
        return self._shell.variables.get("HOME", "/root") + part.text[1:]

    async def _expanded(self, part: Part) -> list[_Piece]:
        match part:
            case Substitution(body, quoted):
                text = (await self._shell.output_of(body)).rstrip("\n")
                return [_Piece(text, quoted, splits=not quoted)]
            case Arithmetic(expression, quoted):
                try:
                    number = evaluate(await self.text(expression), self._shell.variables)
                except BadExpression as error:
                    raise BadExpansion(str(error)) from None
                return [_Piece(str(number), quoted, splits=not quoted)]
            case Parameter():
                return await self._parameter(part)
        return []

    async def _parameter(self, part: Parameter) -> list[_Piece]:
        if part.name in ("@", "*") and not part.operator:
            return self._all_positional(part)
        value = self._value(part.name)
        operator = part.operator
        if operator == "length":
            return [_Piece(str(len(value or "")), part.quoted)]
        if operator in ("#", "##", "%", "%%"):
            text = _trimmed(value or "", await self.pattern(part.argument), operator)
            return [_Piece(text, part.quoted, splits=not part.quoted)]
        missing = not value if operator.startswith(":") else value is None
        match operator[-1:]:
            case "+" if missing:
                return []
            case "+":
                return await self._argument(part)
            case "-" | "=" | "?" if missing:
                return await self._instead(part)
        return [_Piece(value or "", part.quoted, splits=not part.quoted)]

    def _value(self, name: str) -> str | None:
        if name[0].isalpha() or name[0] == "_":
            return self._shell.variables.get(name)
        return self._shell.special(name)

    async def _argument(self, part: Parameter) -> list[_Piece]:
        pieces = await self._pieces(part.argument)
        return [_Piece(piece.text, piece.quoted or part.quoted, not (piece.quoted or part.quoted)) for piece in pieces]

    async def _instead(self, part: Parameter) -> list[_Piece]:
        if part.operator.endswith("="):
            self._shell.variables[part.name] = await self.text(part.argument)
        if part.operator.endswith("?"):
            said = await self.text(part.argument)
            raise BadExpansion(f"{part.name}: {said or 'parameter not set'}")
        return await self._argument(part)

    def _all_positional(self, part: Parameter) -> list[_Piece]:
        if part.quoted and part.name == "*":
            return [_Piece(self._shell.variables.get("IFS", " ")[:1].join(self._shell.positional), quoted=True)]
        found: list[_Piece] = []
        for text in self._shell.positional:
            found += [_Piece(None), _Piece(text, part.quoted, splits=not part.quoted)]
        return found[1:]

    def _split(self, pieces: list[_Piece]) -> list[list[Marked]]:
        separators = self._shell.variables.get("IFS", " \t\n")
        blanks = [char for char in separators if char in " \t\n"]
        fields: list[list[Marked]] = []
        field: list[Marked] | None = None
        for piece in pieces:
            if piece.text is None:
                fields += [field] if field is not None else []
                field = None
                continue
            if piece.quoted or not piece.splits:
                if piece.text or piece.quoted:
                    field = (field or []) + [(char, piece.quoted) for char in piece.text]
                continue
            for char in piece.text:
                if char not in separators:
                    field = field if field is not None else []
                    field.append((char, False))
                elif field is not None or char not in blanks:
                    fields.append(field or [])
                    field = None
        return fields if field is None else [*fields, field]

    def _files(self, field: list[Marked]) -> list[str]:
        text = "".join(char for char, _ in field)
        if not any(char in "*?[" and not quoted for char, quoted in field):
            return [text]
        found = ["/"] if text.startswith("/") else [""]
        for step in _steps(field):
            found = [path for start in found for path in self._step(start, step)]
        return sorted(path.rstrip("/") or "/" for path in found) or [text]

    def _step(self, start: str, step: list[Marked]) -> list[str]:
        pattern = Pattern(step)
        if pattern.is_plain:
            path = start + "".join(char for char, _ in step)
            return [path + "/"] if self._shell.exists(path) else []
        hidden = step[0][0] == "."
        names = self._shell.files_in(start or ".")
        return [f"{start}{name}/" for name in names if (hidden or not name.startswith(".")) and pattern.matches(name)]


def _steps(field: list[Marked]) -> list[list[Marked]]:
    steps: list[list[Marked]] = [[]]
    for mark in field:
        if mark[0] == "/":
            steps.append([])
        else:
            steps[-1].append(mark)
    return [step for step in steps if step]


def _trimmed(value: str, pattern: Pattern, operator: str) -> str:
    """`value` without its shortest or longest beginning (#) or end (%) that matches. Long values stay as they are."""
    if len(value) > 1_500:
        return value
    ends = range(len(value) + 1)
    if operator == "#":
        return next((value[end:] for end in ends if pattern.matches(value[:end])), value)
    if operator == "##":
        return next((value[end:] for end in reversed(ends) if pattern.matches(value[:end])), value)
    if operator == "%":
        return next((value[:end] for end in reversed(ends) if pattern.matches(value[end:])), value)
    return next((value[:end] for end in ends if pattern.matches(value[end:])), value)
