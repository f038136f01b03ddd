"""What a script is made of, as the parser finds it and the interpreter runs it."""

from dataclasses import dataclass, field
from typing import TypeAlias


class BadSyntax(Exception):
    """The text is no script; the message says what was not expected."""


class Unfinished(BadSyntax):
    """The text is the beginning of a script: more lines may complete it."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself; quoted text is neither split nor a pattern."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` or `${name<operator>argument}`; operator "length" is `${#name}`."""

    name: str
    operator: str = ""
    argument: "Word" = ()
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(body)`: the output of commands."""

    body: "Sequence"
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((expression))`."""

    expression: "Word"
    quoted: bool = False


Part: TypeAlias = Literal | Parameter | Substitution | Arithmetic
Word: TypeAlias = tuple[Part, ...]


@dataclass(slots=True)
class HereDocument:
    """The lines below a `<<word`; they are known once the parser has reached them."""

    delimiter: str
    expands: bool
    strips_tabs: bool
    body: Word = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """`descriptor operator target`, with the operators `> >> < <> >& <& &> <<`."""

    descriptor: int
    operator: str
    target: Word
    document: HereDocument | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, then the words of a command."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """`{ body }`, or `( body )` where it runs in a shell of its own."""

    body: "Sequence"
    own_shell: bool
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """Pairs of condition and body, and what runs where no condition holds."""

    branches: tuple[tuple["Sequence", "Sequence"], ...]
    otherwise: "Sequence | None"
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Loop:
    """`while`, or `until` where `wanted` is False."""

    condition: "Sequence"
    body: "Sequence"
    wanted: bool
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class For:
    """`for variable in words`; words None: the positional parameters."""

    variable: str
    words: tuple[Word, ...] | None
    body: "Sequence"
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`case subject in`: the first branch of which one pattern matches."""

    subject: Word
    branches: tuple[tuple[tuple[Word, ...], "Sequence"], ...]
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """`name() body`."""

    name: str
    body: "Command"
    redirects: tuple[Redirect, ...] = ()


Command: TypeAlias = Simple | Group | If | Loop | For | Case | Function


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`; `negated` by `!`."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Pipelines joined by `&&` and `||`; the operator of the first one is empty."""

    pipelines: tuple[tuple[str, Pipeline], ...]
    background: bool = False
    text: str = ""
    """As it was written, for the list of jobs."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Chains that run one after the other."""

    chains: tuple[Chain, ...] = field(default=())
