"""kubectl against the test cluster: the oracle for what our pages must show."""

import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


class KubectlFailed(AssertionError):
    """kubectl exited with an error; the message is what it said."""


@dataclass(frozen=True)
class Kubectl:
    """Call it as one types it: `kubectl("get", "pods", "-A")` returns what kubectl prints."""

    program: Path
    kubeconfig: Path
    namespace: str = ""

    def __call__(self, *arguments: str, stdin: str = "", timeout: float = 60) -> str:
        """Standard output of kubectl; `timeout` is in seconds. Raises KubectlFailed and subprocess.TimeoutExpired."""
        done = subprocess.run(
            self.command(*arguments), input=stdin, capture_output=True, text=True, timeout=timeout, check=False
        )
        if done.returncode:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        """The whole command line, for those who run it themselves."""
        namespace = ["--namespace", self.namespace] if self.namespace else []
        return [str(self.program), "--kubeconfig", str(self.kubeconfig), *namespace, *arguments]

    def within(self, namespace: str) -> "Kubectl":
        """A kubectl whose commands are about the namespace."""
        return replace(self, namespace=namespace)

    def json(self, *arguments: str) -> Any:
        """What kubectl prints with `-o json`, decoded."""
        return json.loads(self(*arguments, "-o", "json"))

    def rows(self, *arguments: str) -> list[dict[str, str]]:
        """The printed table, a dictionary a row with the column heads as keys: `rows("get", "pods", "-o", "wide")`."""
        return read_table(self(*arguments))

    def apply(self, manifest: dict[str, Any]) -> None:
        """`kubectl apply` of one object."""
        self("apply", "-f", "-", stdin=json.dumps(manifest))


def read_table(printed: str) -> list[dict[str, str]]:
    """A table as kubectl prints it; a head starts its column and may hold one blank (NOMINATED NODE)."""
    lines = printed.splitlines()
    if not lines:
        return []
    heads = [(match.start(), match.group()) for match in re.finditer(r"\S+( \S+)*", lines[0])]
    ends = [start for start, _ in heads[1:]] + [None]
    return [
        {head: line[start:end].strip() for (start, head), end in zip(heads, ends, strict=True)} for line in lines[1:]
    ]
