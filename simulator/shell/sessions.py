"""`sh` and `bash`: a script, or a conversation on a terminal."""

import asyncio
import re
from datetime import datetime

from simulator.shell.builtins import BUILTINS
from simulator.shell.completion import completions
from simulator.shell.editing import LineEditor
from simulator.shell.filesystem import FileError
from simulator.shell.language.expansion import BadExpansion
from simulator.shell.language.parsing import parse
from simulator.shell.language.syntax import BadSyntax, Unfinished
from simulator.shell.leaving import Broken, Exit, Interrupted, Leaving, Replace, Return
from simulator.shell.processes import SIGINT, SIGTERM, Process
from simulator.shell.programs.arguments import Refused
from simulator.shell.programs.words import BANNER
from simulator.shell.shells import Shell
from simulator.shell.terminals import Terminal

_MOST_HISTORY = 500
_LONGEST_COMMAND = 64 * 1024
_PROMPT = r"\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ "
_ESCAPE = re.compile(r"\\(.)")


async def sh(process: Process, argv: list[str]) -> int:
    """The shell: `sh -c TEXT`, `sh FILE`, commands from standard input, or a conversation on a terminal."""
    letters, text, words = _words(argv)
    name = argv[0].rsplit("/", 1)[-1].lstrip("-") or "sh"
    if text is not None:
        shell = Shell(process, builtins=BUILTINS, name=words[0] if words else name, positional=words[1:])
    elif words and "s" not in letters:
        text = _script(process, words[0])
        shell = Shell(process, builtins=BUILTINS, name=words[0], positional=words[1:])
    else:
        shell = Shell(process, builtins=BUILTINS, name=name, positional=words)
    shell.options = letters & {"e", "x", "u", "a"}
    if text is not None:
        script = text
        return await shell.run_alone(lambda: shell.run_whole(script))
    stdin = process.streams.get(0)
    if stdin and stdin.terminal:
        terminal = stdin.terminal
        return await shell.run_alone(lambda: _Conversation(shell, terminal).run())
    return await shell.run_alone(lambda: _from_input(shell))


def _words(argv: list[str]) -> tuple[set[str], str | None, list[str]]:
    """Option letters, the text of -c, and the words behind them. Raises Refused."""
    letters: set[str] = set()
    words = list(argv[1:])
    while words and words[0].startswith(("-", "+")) and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        if word.startswith("--"):
            continue
        letters |= set(word[1:])
        if word.endswith("o") and words:
            words.pop(0)
    if "c" not in letters:
        return letters, None, words
    if not words:
        raise Refused("-c requires an argument", 2)
    return letters, words[0], words[1:]


def _script(process: Process, name: str) -> str:
    try:
        return process.container.files.read(process.path(name)).decode(errors="surrogateescape")
    except FileError as error:
        raise Refused(f"can't open '{name}': {error}", 127 if "No such" in str(error) else 126) from None


async def _from_input(shell: Shell) -> int:
    """Runs what standard input says, a command at a time: what follows may be input of the commands."""
    text = bytearray()
    while True:
        data = await shell.process.read(1)
        text += data
        if data not in (b"\n", b""):
            continue
        try:
            script = parse(text.decode(errors="surrogateescape"))
        except Unfinished:
            if data and len(text) < _LONGEST_COMMAND:
                continue
            raise
        text.clear()
        await shell.run(script)
        if not data:
            return shell.status


class _Conversation:
    """An interactive shell on a terminal."""

    def __init__(self, shell: Shell, terminal: Terminal) -> None:
        self._shell = shell
        self._terminal = terminal
        self._editor = LineEditor(terminal, history=shell.history, complete=lambda line: completions(shell, line))
        shell.interactive = True
        shell.variables.setdefault("PS1", _PROMPT)
        shell.variables.setdefault("PS2", "> ")

    async def run(self) -> int:
        """Until `exit` or the end of input; gives the exit code."""
        shell, process = self._shell, self._shell.process
        process.handlers[SIGTERM] = process.handlers[SIGINT] = lambda: None
        self._terminal.foreground = process.group
        if process.parent == 0:
            await process.err(f"\x1b[2m{BANNER}\x1b[0m\n")
        while True:
            process.sleeps = True
            await self._tell_jobs()
            try:
                text = await self._command()
            except KeyboardInterrupt:
                shell.status = 130
                continue
            if text is None:
                await process.err("exit\n")
                return shell.status
            await self._run(text)

    async def _command(self) -> str | None:
        """Lines until they are a whole command. Raises KeyboardInterrupt."""
        text = ""
        while True:
            line = await self._editor.read(self._prompt("PS2" if text else "PS1"))
            if line is None:
                return None if not text else ""
            text = f"{text}\n{line}" if text else line
            try:
                parse(text)
            except Unfinished:
                if len(text) < _LONGEST_COMMAND:
                    continue
            except BadSyntax:
                pass
            self._remember(text)
            return text

    def _remember(self, text: str) -> None:
        history = self._shell.history
        if text.strip() and history[-1:] != [text]:
            history.append(text.replace("\n", "; "))
            del history[:-_MOST_HISTORY]

    async def _run(self, text: str) -> None:
        """Runs a command so that Ctrl-C leaves it, whatever runs."""
        shell, process = self._shell, self._shell.process
        work = asyncio.create_task(self._guarded(text), name=f"command of shell {process.pid}")

        def interrupt() -> None:
            work.cancel()

        process.handlers[SIGINT] = interrupt
        try:
            await work
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if process.killed_by is not None or (me and me.cancelling()):
                raise
            await process.err("\n")
            shell.status = 130
        finally:
            process.handlers[SIGINT] = lambda: None
            shell.tested = shell.depth = 0

    async def _guarded(self, text: str) -> None:
        shell = self._shell
        try:
            await shell.run_text(text)
        except (Exit, Replace):
            raise
        except Interrupted:
            await shell.process.err("\n")
            shell.status = 130
        except Return as left:
            shell.status = left.code
        except Leaving:
            shell.status = 0
        except (BadSyntax, Broken, BadExpansion) as error:
            await shell.complain(error)
            shell.status = 2

    async def _tell_jobs(self) -> None:
        for job in [job for job in self._shell.jobs if job.process.exit_code is not None]:
            code = job.process.exit_code or 0
            said = "Terminated" if job.process.killed_by else f"Exit {code}" if code else "Done"
            await self._shell.process.err(f"[{job.number}]+  {said:<24}{job.text}\n")
            self._shell.jobs.remove(job)

    def _prompt(self, name: str) -> str:
        shell = self._shell
        container = shell.process.container
        home = shell.variables.get("HOME", "/root")
        where = shell.process.directory
        shown = "~" + where[len(home) :] if where == home or where.startswith(home + "/") else where
        known = {
            "u": "root",
            "h": container.hostname,
            "H": container.hostname,
            "w": shown,
            "W": shown.rsplit("/", 1)[-1] or "/",
            "$": "#",
            "n": "\n",
            "e": "\x1b",
            "[": "",
            "]": "",
            "t": f"{_moment(shell):%H:%M:%S}",
            "s": shell.name,
            "\\": "\\",
        }
        return _ESCAPE.sub(lambda found: known.get(found.group(1), found.group()), shell.variables.get(name, ""))[:500]


def _moment(shell: Shell) -> datetime:
    return shell.process.container.clock.now()
