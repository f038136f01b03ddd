"""How each command of the language runs."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from simulator.shell.language.expansion import BadExpansion
from simulator.shell.language.syntax import (
    Case,
    Chain,
    Command,
    For,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Simple,
)
from simulator.shell.language.syntax import Sequence as Script
from simulator.shell.leaving import Break, Broken, Continue, Exit, Replace, Return
from simulator.shell.processes import SIGINT, NoMoreProcesses, NotRunnable, Process
from simulator.shell.redirects import redirect_now, redirected
from simulator.shell.streams import Null, Pipe

if TYPE_CHECKING:
    from simulator.shell.shells import Shell

_DEEPEST = 12
"""Functions within functions; each takes its share of Python's stack."""


async def run_chain(shell: "Shell", chain: Chain) -> None:
    """Runs pipelines one after the other, as `&&` and `||` say, or all in the background."""
    if chain.background:
        await _in_background(shell, chain)
        return
    for index, (operator, pipeline) in enumerate(chain.pipelines):
        if (operator == "&&" and shell.status != 0) or (operator == "||" and shell.status == 0):
            continue
        last = index == len(chain.pipelines) - 1
        if last and not pipeline.negated:
            await _pipeline(shell, pipeline)
            if shell.status and "e" in shell.options and not shell.tested:
                raise Exit(shell.status)
        else:
            await _condition(shell, lambda pipeline=pipeline: _pipeline(shell, pipeline))  # type: ignore[misc]


async def _condition(shell: "Shell", run: Callable[[], Awaitable[object]]) -> None:
    """Runs what is only asked for its exit code."""
    shell.tested += 1
    may_replace, shell.may_replace = shell.may_replace, False
    try:
        await run()
    finally:
        shell.tested -= 1
        shell.may_replace = may_replace


async def _in_background(shell: "Shell", chain: Chain) -> None:
    """A shell of its own runs the chain, and nobody waits for it."""
    forked = _forked(shell, own_group=shell.interactive)
    process = forked.process
    if not shell.interactive:
        process.ignored.add(SIGINT)
        process.streams.pop(0, Null()).close()
        process.streams[0] = Null()
    process.argv = chain.text.split()[:20] or process.argv
    script = Script((Chain(chain.pipelines, text=chain.text),))
    forked.begin(lambda: forked.run(script), may_replace=is_single(script))
    job = shell.note_background(process, chain)
    if shell.interactive:
        await shell.process.err(f"[{job.number}] {process.pid}\n")
    shell.status = 0


async def _pipeline(shell: "Shell", pipeline: Pipeline) -> None:
    if len(pipeline.commands) == 1:
        await _guarded(shell, lambda: run_command(shell, pipeline.commands[0]))
    else:
        shell.status = await _piped(shell, pipeline.commands)
    if pipeline.negated:
        shell.status = int(shell.status == 0)


async def _guarded(shell: "Shell", run: Callable[[], Awaitable[None]]) -> None:
    """What cannot be run is said, and the script goes on."""
    try:
        await run()
    except NotRunnable as error:
        await shell.complain(error)
        shell.status = error.code
    except NoMoreProcesses:
        await shell.complain("can't fork: Resource temporarily unavailable")
        shell.status = 2
    except Broken as error:
        await shell.complain(error)
        shell.status = 1
    except BadExpansion as error:
        if not shell.interactive:
            raise
        await shell.complain(error)
        shell.status = 1


async def _piped(shell: "Shell", commands: tuple[Command, ...]) -> int:
    """Each command in a process of its own, joined by pipes; the exit code of the last."""
    group = 0
    pipe: Pipe | None = None
    processes: list[Process] = []
    for index, command in enumerate(commands):
        forked = _forked(shell, own_group=shell.interactive, group=group)
        streams = forked.process.streams
        if pipe:
            streams.pop(0, Null()).close()
            streams[0] = pipe.reader
        if index < len(commands) - 1:
            pipe = Pipe()
            streams.pop(1, Null()).close()
            streams[1] = pipe.writer
        group = group or (forked.process.group if shell.interactive else 0)
        processes.append(_begin(forked, command))
    for process in processes[:-1]:
        await shell.wait_for(process)
    return await shell.wait_for(processes[-1])


def _begin(forked: "Shell", command: Command) -> Process:
    async def run() -> int:
        await _guarded(forked, lambda: run_command(forked, command))
        return forked.status

    return forked.begin(run, may_replace=True)


def is_single(script: Script) -> bool:
    """Whether the script is one simple command, whose program may take the place of the shell."""
    if len(script.chains) != 1 or script.chains[0].background or len(script.chains[0].pipelines) != 1:
        return False
    pipeline = script.chains[0].pipelines[0][1]
    return len(pipeline.commands) == 1 and not pipeline.negated and isinstance(pipeline.commands[0], Simple)


def _forked(shell: "Shell", *, own_group: bool, group: int = 0) -> "Shell":
    return shell.fork(group=group or (-1 if own_group else 0))


async def run_command(shell: "Shell", command: Command) -> None:
    """Runs one command; its exit code is the shell's status."""
    if isinstance(command, Simple):
        await _simple(shell, command)
        return
    if isinstance(command, Function):
        shell.functions[command.name] = command.body
        shell.status = 0
        return
    may_replace, shell.may_replace = shell.may_replace, False
    async with redirected(shell, command.redirects):
        await _compound(shell, command)
    shell.may_replace = may_replace


async def _compound(shell: "Shell", command: Group | If | Loop | For | Case) -> None:
    match command:
        case Group(body, own_shell=False):
            await shell.run(body)
        case Group(body):
            forked = _forked(shell, own_group=shell.interactive)
            shell.status = await shell.wait_for(forked.begin(lambda: forked.run(body)))
        case If():
            await _if(shell, command)
        case Loop():
            await _loop(shell, command)
        case For():
            await _for(shell, command)
        case Case():
            await _case(shell, command)


async def _if(shell: "Shell", command: If) -> None:
    for condition, body in command.branches:
        await _condition(shell, lambda condition=condition: shell.run(condition))  # type: ignore[misc]
        if shell.status == 0:
            await shell.run(body)
            return
    shell.status = 0
    if command.otherwise:
        await shell.run(command.otherwise)


async def _loop(shell: "Shell", command: Loop) -> None:
    status = 0
    while True:
        await shell.tick()
        await _condition(shell, lambda: shell.run(command.condition))
        if (shell.status == 0) != command.wanted or await _left(shell, command.body):
            break
        status = shell.status
    shell.status = status


async def _for(shell: "Shell", command: For) -> None:
    words = list(shell.positional) if command.words is None else await shell.expander.fields(command.words)
    shell.status = 0
    for word in words:
        await shell.tick()
        shell.assign(command.variable, word)
        if await _left(shell, command.body):
            break


async def _left(shell: "Shell", body: Script) -> bool:
    """Runs the body of a loop once; whether the loop is over."""
    try:
        await shell.run(body)
    except (Break, Continue) as left:
        if left.levels > 1:
            raise type(left)(left.levels - 1) from None
        return isinstance(left, Break)
    return False


async def _case(shell: "Shell", command: Case) -> None:
    subject = await shell.expander.text(command.subject)
    shell.status = 0
    for patterns, body in command.branches:
        for word in patterns:
            if (await shell.expander.pattern(word)).matches(subject):
                await shell.run(body)
                return


async def _simple(shell: "Shell", command: Simple) -> None:
    words = await shell.expander.fields(command.words)
    if not words:
        await _assign(shell, command)
        return
    if words[0] == "exec":
        await _become(shell, command, words[1:])
        return
    if shell.may_replace and words[0] not in shell.functions and words[0] not in shell.builtins:
        await _become(shell, command, words)
    async with redirected(shell, command.redirects):
        if words[0] in shell.functions or words[0] in shell.builtins:
            await _within(shell, command, words)
        else:
            assigned = {name: await shell.expander.text(word) for name, word in command.assignments}
            await _program(shell, words, {**shell.environ(), **assigned})


async def _assign(shell: "Shell", command: Simple) -> None:
    """Assignments alone: the exit code is that of the last substitution in them."""
    shell.status = 0
    for name, word in command.assignments:
        shell.assign(name, await shell.expander.text(word))
    async with redirected(shell, command.redirects):
        pass


async def _become(shell: "Shell", command: Simple, words: list[str]) -> None:
    """The program takes the place of the shell; without one, only the redirections stay."""
    for redirect in command.redirects:
        await redirect_now(shell, redirect)
    assigned = {name: await shell.expander.text(word) for name, word in command.assignments}
    shell.status = 0
    if words:
        environ = {**shell.environ(), **assigned}
        if not shell.process.container.can_run(shell.process, words[0], environ):
            raise NotRunnable(f"{words[0]}: not found", 127)
        raise Replace(words, environ)


async def _within(shell: "Shell", command: Simple, words: list[str]) -> None:
    """A function or builtin, whose assignments last as long as it runs."""
    before = {name: shell.variables.get(name) for name, _ in command.assignments}
    for name, word in command.assignments:
        shell.assign(name, await shell.expander.text(word))
    may_replace, shell.may_replace = shell.may_replace, False
    try:
        if words[0] in shell.functions:
            await _function(shell, words)
        else:
            shell.status = await shell.builtins[words[0]](shell, words)
    finally:
        shell.may_replace = may_replace
        for name, value in before.items():
            if value is None:
                shell.variables.pop(name, None)
            else:
                shell.variables[name] = value


async def _function(shell: "Shell", words: list[str]) -> None:
    if shell.depth >= _DEEPEST:
        raise Broken(f"{words[0]}: maximum function nesting level of this simulation exceeded")
    positional, shell.positional = shell.positional, words[1:]
    shell.depth += 1
    try:
        await run_command(shell, shell.functions[words[0]])
    except Return as left:
        if isinstance(left, Exit):
            raise
        shell.status = left.code
    finally:
        shell.positional = positional
        shell.depth -= 1


async def _program(shell: "Shell", words: list[str], environ: dict[str, str]) -> None:
    process = shell.process
    child = process.child(words, environ=environ, group=-1 if shell.interactive else 0)
    try:
        body = process.container.body_of(child, words[0], words[0])
    except NotRunnable:
        child.discard()
        raise
    child.begin(body)
    shell.status = await shell.wait_for(child)
