"""What Tab offers: commands for the first word, paths for the others."""

import posixpath
import re

from simulator.shell.filesystem import Directory, FileError, Program
from simulator.shell.shells import Shell

_MOST = 500


def completions(shell: Shell, line: str) -> list[str]:
    """What the last word of the line may become; a directory ends with a slash."""
    word = re.split(r"[\s|;&<>=]", line)[-1]
    if word.startswith("$"):
        return [f"${name}" for name in sorted(shell.variables) if name.startswith(word[1:])][:_MOST]
    first = re.search(r"(?:^|[|;&(]|\b(?:then|do|else|exec|sudo)\b)\s*\Z", line[: len(line) - len(word)])
    if first and "/" not in word:
        return [name for name in sorted(_commands(shell)) if name.startswith(word)][:_MOST]
    return _paths(shell, word)


def _commands(shell: Shell) -> set[str]:
    found = {*shell.builtins, *shell.functions, "exec"}
    for directory in shell.variables.get("PATH", "").split(":"):
        found |= set(shell.files_in(directory)) if directory else set()
    return found - {"[", ":", "."}


def _paths(shell: Shell, word: str) -> list[str]:
    directory, name = posixpath.split(word)
    start = word[: len(word) - len(name)]
    shown = directory or "."
    if shown.startswith("~"):
        shown = shell.variables.get("HOME", "/") + shown[1:]
    names = [each for each in shell.files_in(shown) if each.startswith(name) and (name or not each.startswith("."))]
    return [start + each + ("/" if _is_directory(shell, posixpath.join(shown, each)) else "") for each in names[:_MOST]]


def _is_directory(shell: Shell, path: str) -> bool:
    try:
        found = shell.process.container.files.find(shell.process.path(path))
    except FileError:
        return False
    return isinstance(found, Directory) and not isinstance(found, Program)
