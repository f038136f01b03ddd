"""From words and operators to a script."""

import re

from simulator.shell.language.scanning import Scanner, Token
from simulator.shell.language.syntax import (
    BadSyntax,
    Case,
    Chain,
    Command,
    For,
    Function,
    Group,
    HereDocument,
    If,
    Literal,
    Loop,
    Pipeline,
    Redirect,
    Sequence,
    Simple,
    Unfinished,
    Word,
)

LONGEST_SCRIPT = 128 * 1024
"""Characters of a script that is read at once."""

_RESERVED = frozenset(
    ["!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "for", "do", "done", "case", "esac", "in"]
)
_REDIRECTS = frozenset((">", ">>", "<", "<>", ">&", "<&", "&>", ">|", "<<", "<<-"))
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")


def parse(text: str) -> Sequence:
    """The script of `text`. Raises BadSyntax; Unfinished where more lines may complete it."""
    if len(text) > LONGEST_SCRIPT:
        raise BadSyntax("the script is too long for this simulation")
    parser = _Parser(Scanner(text, _parse_substitution))
    body = parser.sequence(())
    if parser.next.sort != "end":
        raise parser.unexpected()
    return body


def _parse_substitution(scanner: Scanner) -> Sequence:
    parser = _Parser(scanner)
    body = parser.sequence((")",))
    if parser.next.text != ")" or parser.next.sort != "operator":
        raise parser.unexpected()
    return body


def _plain(word: Word) -> str:
    """The word's text where nothing of it is quoted or expanded, else an empty one."""
    return word[0].text if len(word) == 1 and isinstance(word[0], Literal) and not word[0].quoted else ""


class _Parser:
    """Recursive descent with one token of foresight."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._depth = scanner.depth
        self.next = scanner.token()

    def unexpected(self) -> BadSyntax:
        """What to raise for the token that comes next."""
        if self.next.sort == "end":
            return Unfinished("unexpected end of file")
        return BadSyntax(f'unexpected "{self.next}"')

    def sequence(self, closers: tuple[str, ...]) -> Sequence:
        """Chains up to one of `closers` (reserved words and operators) or the end."""
        chains: list[Chain] = []
        self._skip_newlines()
        while self.next.sort != "end" and not self._is(*closers):
            start = self.next.start
            pipelines = self._chain()
            text = self._scanner.text[start : self.next.start].strip()
            chains.append(Chain(pipelines, self._is_operator("&"), text))
            if not self._is_operator("&", ";") and self.next.sort != "newline":
                break
            self._advance()
            self._skip_newlines()
        return Sequence(tuple(chains))

    def _advance(self) -> Token:
        token = self.next
        self.next = self._scanner.token()
        return token

    def _skip_newlines(self) -> None:
        while self.next.sort == "newline":
            self._advance()

    def _is_operator(self, *texts: str) -> bool:
        return self.next.sort == "operator" and self.next.text in texts

    def _is(self, *texts: str) -> bool:
        """Whether one of these operators or reserved words comes next."""
        return self._is_operator(*texts) or (self.next.sort == "word" and _plain(self.next.word) in texts)

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise self.unexpected()
        self._advance()

    def _chain(self) -> tuple[tuple[str, Pipeline], ...]:
        pipelines = [("", self._pipeline())]
        while self._is_operator("&&", "||"):
            operator = self._advance().text
            self._skip_newlines()
            pipelines.append((operator, self._pipeline()))
        return tuple(pipelines)

    def _pipeline(self) -> Pipeline:
        negated = False
        while self._is("!"):
            self._advance()
            negated = not negated
        commands = [self._command()]
        while self._is_operator("|"):
            self._advance()
            self._skip_newlines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated)

    def _command(self) -> Command:
        self._depth += 1
        if self._depth > 25:
            raise BadSyntax("too deeply nested")
        try:
            return self._compound() or self._simple()
        finally:
            self._depth -= 1

    def _compound(self) -> Command | None:
        if self._is_operator("("):
            return self._group(")", own_shell=True)
        match _plain(self.next.word) if self.next.sort == "word" else "":
            case "{":
                return self._group("}", own_shell=False)
            case "if":
                return self._if()
            case "while" | "until" as kind:
                return self._loop(wanted=kind == "while")
            case "for":
                return self._for()
            case "case":
                return self._case()
            case word if word in _RESERVED:
                raise self.unexpected()
        return None

    def _body(self, *closers: str) -> Sequence:
        body = self.sequence(closers)
        if not body.chains:
            raise self.unexpected()
        return body

    def _group(self, closer: str, *, own_shell: bool) -> Group:
        self._advance()
        body = self._body(closer)
        self._expect(closer)
        return Group(body, own_shell, self._redirects())

    def _if(self) -> If:
        branches = []
        otherwise = None
        while self._is("if", "elif"):
            self._advance()
            condition = self._body("then")
            self._expect("then")
            branches.append((condition, self._body("elif", "else", "fi")))
        if self._is("else"):
            self._advance()
            otherwise = self._body("fi")
        self._expect("fi")
        return If(tuple(branches), otherwise, self._redirects())

    def _loop(self, *, wanted: bool) -> Loop:
        self._advance()
        condition = self._body("do")
        return Loop(condition, self._do(), wanted, self._redirects())

    def _do(self) -> Sequence:
        self._expect("do")
        body = self._body("done")
        self._expect("done")
        return body

    def _for(self) -> For:
        self._advance()
        variable = _plain(self.next.word)
        if not _NAME.fullmatch(variable):
            raise self.unexpected()
        self._advance()
        self._skip_newlines()
        words = None
        if self._is("in"):
            self._advance()
            found = []
            while self.next.sort == "word":
                found.append(self._advance().word)
            words = tuple(found)
        if self._is_operator(";"):
            self._advance()
        self._skip_newlines()
        return For(variable, words, self._do(), self._redirects())

    def _case(self) -> Case:
        self._advance()
        if self.next.sort != "word":
            raise self.unexpected()
        subject = self._advance().word
        self._skip_newlines()
        self._expect("in")
        self._skip_newlines()
        branches = []
        while not self._is("esac"):
            branches.append(self._branch())
        self._advance()
        return Case(subject, tuple(branches), self._redirects())

    def _branch(self) -> tuple[tuple[Word, ...], Sequence]:
        if self._is_operator("("):
            self._advance()
        patterns = []
        while True:
            if self.next.sort != "word":
                raise self.unexpected()
            patterns.append(self._advance().word)
            if not self._is_operator("|"):
                break
            self._advance()
        self._expect(")")
        body = self.sequence((";;", "esac"))
        if self._is_operator(";;"):
            self._advance()
            self._skip_newlines()
        elif not self._is("esac"):
            raise self.unexpected()
        return tuple(patterns), body

    def _redirects(self) -> tuple[Redirect, ...]:
        found = []
        while redirect := self._redirect():
            found.append(redirect)
        return tuple(found)

    def _redirect(self) -> Redirect | None:
        descriptor = None
        if self.next.sort == "descriptor":
            descriptor = int(self._advance().text[:3])
        elif not self._is_operator(*_REDIRECTS):
            return None
        operator = self._advance().text
        if self.next.sort != "word":
            raise self.unexpected()
        if descriptor is None:
            descriptor = 0 if operator[0] == "<" else 1
        # The lines of the document come with the newline token, which may be the one behind this word.
        document = self._document(operator) if operator in ("<<", "<<-") else None
        target = self._advance().word
        return Redirect(descriptor, operator.replace(">|", ">").removesuffix("-"), target, document)

    def _document(self, operator: str) -> HereDocument:
        word = self.next.word
        if not all(isinstance(part, Literal) for part in word):
            raise self.unexpected()
        literals = [part for part in word if isinstance(part, Literal)]
        delimiter = "".join(part.text for part in literals)
        expands = not any(part.quoted for part in literals)
        document = HereDocument(delimiter, expands, operator == "<<-")
        self._scanner.expect_document(document)
        return document

    def _simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            if redirect := self._redirect():
                redirects.append(redirect)
            elif self.next.sort != "word":
                break
            elif not words and (assignment := _assignment(self.next.word)):
                assignments.append(assignment)
                self._advance()
            else:
                words.append(self._advance().word)
                if len(words) == 1 and self._is_operator("(") and not assignments:
                    return self._function(_plain(words[0]))
        if not (assignments or words or redirects):
            raise self.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _function(self, name: str) -> Function:
        if not _NAME.fullmatch(name):
            raise self.unexpected()
        self._advance()
        self._expect(")")
        self._skip_newlines()
        body = self._compound()
        if body is None:
            raise self.unexpected()
        return Function(name, body)


def _assignment(word: Word) -> tuple[str, Word] | None:
    first = word[0] if word else None
    if not isinstance(first, Literal) or first.quoted:
        return None
    found = _ASSIGNMENT.match(first.text)
    if not found:
        return None
    rest = first.text[found.end() :]
    return found.group(1), ((Literal(rest), *word[1:]) if rest else word[1:])
