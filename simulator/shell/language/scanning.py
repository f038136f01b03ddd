"""From text to words and operators."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal as Choice

from simulator.shell.language.syntax import (
    Arithmetic,
    BadSyntax,
    HereDocument,
    Literal,
    Parameter,
    Part,
    Sequence,
    Substitution,
    Unfinished,
    Word,
)

Sort = Choice["word", "operator", "descriptor", "newline", "end"]

_OPERATORS = ("&&", "||", ";;", "<<-", "<<", ">>", "<&", ">&", "&>", "<>", ">|", "&", "|", ";", "(", ")", "<", ">")
_ENDS_WORD = frozenset(" \t\n|&;()<>")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]|[@*#?$!-]")
_BRACED_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_BRACED_OPERATOR = re.compile(r":?[-=+?]|##?|%%?|}")
_DESCRIPTOR = re.compile(r"[0-9]+(?=[<>])")
_SPACE = re.compile(r"(?:[ \t]|\\\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_DEEPEST = 25


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the operator, or the digits of a descriptor; `word` is set for words."""

    sort: Sort
    text: str = ""
    word: Word = ()
    start: int = 0

    def __str__(self) -> str:
        return {"newline": "newline", "end": "end of file"}.get(self.sort, self.text)


class Scanner:
    """Reads tokens from `text`. `parse_body` parses what stands in `$( )`, up to its closing parenthesis."""

    def __init__(self, text: str, parse_body: "Callable[[Scanner], Sequence]", depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise BadSyntax("too deeply nested")
        self.text = text
        self.place = 0
        self.depth = depth
        self._parse_body = parse_body
        self._documents: list[HereDocument] = []

    def token(self) -> Token:
        """The next token. Raises BadSyntax, and Unfinished within quotes."""
        self._skip(_SPACE)
        self._skip(_COMMENT)
        start = self.place
        if start >= len(self.text):
            if self._documents:
                raise Unfinished("unexpected end of file")
            return Token("end", start=start)
        if self.text[start] == "\n":
            self.place += 1
            self._read_documents()
            return Token("newline", "\n", start=start)
        if found := _DESCRIPTOR.match(self.text, start):
            self.place = found.end()
            return Token("descriptor", found.group(), start=start)
        for operator in _OPERATORS:
            if self.text.startswith(operator, start):
                self.place += len(operator)
                return Token("operator", operator, start=start)
        word = self._word(lambda char: char in _ENDS_WORD)
        return Token("word", self.text[start : self.place], word, start)

    def expect_document(self, document: HereDocument) -> None:
        """The lines of `document` follow after this line."""
        self._documents.append(document)

    def _skip(self, what: re.Pattern[str]) -> None:
        if found := what.match(self.text, self.place):
            self.place = found.end()

    def _read_documents(self) -> None:
        for document in self._documents:
            lines = []
            while (line := self._line(document)) != document.delimiter:
                lines.append(line + "\n")
            text = "".join(lines)
            document.body = self._expandable(text) if document.expands else (Literal(text, quoted=True),)
        self._documents = []

    def _line(self, document: HereDocument) -> str:
        if self.place >= len(self.text):
            raise Unfinished("unexpected end of file")
        end = self.text.find("\n", self.place)
        end = len(self.text) if end < 0 else end
        line = self.text[self.place : end]
        self.place = end + 1
        return line.lstrip("\t") if document.strips_tabs else line

    def _expandable(self, text: str) -> Word:
        inner = Scanner(text, self._parse_body, self.depth + 1)
        return tuple(inner._quoted_parts(lambda: inner.place >= len(text)))

    def _word(self, ends: Callable[[str], bool]) -> Word:
        parts: list[Part] = []
        plain = ""
        while self.place < len(self.text) and not ends(char := self.text[self.place]):
            if char in "\\'\"$`":
                found = self._special(char)
                if found is not None:
                    parts += [Literal(plain)] if plain else []
                    parts += found
                    plain = ""
                    continue
            plain += char
            self.place += 1
        return (*parts, Literal(plain)) if plain else tuple(parts)

    def _special(self, char: str) -> list[Part] | None:
        """The parts that begin here; None for a dollar that stands for itself."""
        if char == "\\":
            return self._escaped()
        if char == "'":
            return self._single_quoted()
        if char == '"':
            self.place += 1
            parts = self._quoted_parts(lambda: self.text.startswith('"', self.place))
            self.place += 1
            return parts or [Literal("", quoted=True)]
        found = self._dollar(quoted=False) if char == "$" else self._backquoted(quoted=False)
        return None if found is None else [found]

    def _escaped(self) -> list[Part]:
        if self.place + 1 >= len(self.text):
            raise Unfinished("unexpected end of file")
        char = self.text[self.place + 1]
        self.place += 2
        return [] if char == "\n" else [Literal(char, quoted=True)]

    def _single_quoted(self) -> list[Part]:
        end = self.text.find("'", self.place + 1)
        if end < 0:
            raise Unfinished("unterminated quoted string")
        text = self.text[self.place + 1 : end]
        self.place = end + 1
        return [Literal(text, quoted=True)]

    def _quoted_parts(self, ended: Callable[[], bool]) -> list[Part]:
        parts: list[Part] = []
        plain = ""
        while not ended():
            if self.place >= len(self.text):
                raise Unfinished("unterminated quoted string")
            char = self.text[self.place]
            found = None
            if char == "\\" and self.text[self.place + 1 : self.place + 2] in {"$", "`", '"', "\\", "\n"}:
                plain += self.text[self.place + 1].replace("\n", "")
                self.place += 2
                continue
            if char in "$`":
                found = self._dollar(quoted=True) if char == "$" else self._backquoted(quoted=True)
            if found is None:
                plain += char
                self.place += 1
                continue
            parts += [Literal(plain, quoted=True), found] if plain else [found]
            plain = ""
        return [*parts, Literal(plain, quoted=True)] if plain else parts

    def _dollar(self, *, quoted: bool) -> Part | None:
        if self.text.startswith("$((", self.place) and self._is_arithmetic():
            return self._arithmetic(quoted)
        if self.text.startswith("$(", self.place):
            inner = Scanner(self.text, self._parse_body, self.depth + 1)
            inner.place = self.place + 2
            body = self._parse_body(inner)
            self.place = inner.place
            return Substitution(body, quoted)
        if self.text.startswith("${", self.place):
            return self._braced(quoted)
        if found := _NAME.match(self.text, self.place + 1):
            self.place = found.end()
            return Parameter(found.group(), quoted=quoted)
        return None

    def _is_arithmetic(self) -> bool:
        """Whether `))` closes what `$((` opens; else it is a substitution that begins with a shell of its own."""
        level = 0
        for place in range(self.place + 3, len(self.text)):
            char = self.text[place]
            if char == ")" and level == 0:
                return self.text.startswith("))", place)
            level += {"(": 1, ")": -1}.get(char, 0)
        return False

    def _arithmetic(self, quoted: bool) -> Arithmetic:
        inner = Scanner(self.text, self._parse_body, self.depth + 1)
        inner.place = self.place + 3
        level = 0

        def ends(char: str) -> bool:
            nonlocal level
            if char == ")" and level == 0:
                return True
            level += {"(": 1, ")": -1}.get(char, 0)
            return False

        word = inner._word(ends)
        if not self.text.startswith("))", inner.place):
            raise BadSyntax("arithmetic expression without end")
        self.place = inner.place + 2
        return Arithmetic(word, quoted)

    def _braced(self, quoted: bool) -> Parameter:
        start = self.place + 2
        if self.text.startswith("#", start) and (found := _BRACED_NAME.match(self.text, start + 1)):
            if not self.text.startswith("}", found.end()):
                raise BadSyntax("bad substitution")
            self.place = found.end() + 1
            return Parameter(found.group(), "length", quoted=quoted)
        found = _BRACED_NAME.match(self.text, start)
        operator = found and _BRACED_OPERATOR.match(self.text, found.end())
        if not found or not operator:
            raise (Unfinished if "}" not in self.text[start:] else BadSyntax)("bad substitution")
        self.place = operator.end()
        if operator.group() == "}":
            return Parameter(found.group(), quoted=quoted)
        inner = Scanner(self.text, self._parse_body, self.depth + 1)
        inner.place = self.place
        argument = inner._word(lambda char: char == "}")
        if not self.text.startswith("}", inner.place):
            raise Unfinished("unexpected end of file")
        self.place = inner.place + 1
        return Parameter(found.group(), operator.group(), argument, quoted)

    def _backquoted(self, *, quoted: bool) -> Substitution:
        found = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL).match(self.text, self.place)
        if not found:
            raise Unfinished("unterminated quoted string")
        self.place = found.end()
        inner = Scanner(re.sub(r"\\([`$\\])", r"\1", found.group(1)) + ")", self._parse_body, self.depth + 1)
        return Substitution(self._parse_body(inner), quoted)
