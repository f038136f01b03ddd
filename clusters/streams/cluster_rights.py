"""Whether the cluster still lets our credentials do what a stream began with; an API server asks only at its start."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from weakref import WeakKeyDictionary

from clusters.kube.client import Client
from clusters.kube.errors import Forbidden, KubeError, Unauthorized
from clusters.kube.reviews import is_allowed

LOOK_SECONDS = 5.0
MOST_REJECTIONS = 2
"""Answers in a row without which nobody is cut: an API server that just starts may know nobody for a moment."""

KNOWN_SECONDS = 2.5
"""An answer serves all streams that ask for it within this time."""

VERBS = {"exec": ("get", "create"), "attach": ("get", "create"), "log": ("get",)}
"""By subresource of a pod. A WebSocket is opened with `get`; since 1.35 servers ask for `create` as well."""

LOST = "The cluster no longer allows this: Pilothouse's right to it was taken away there."
REJECTED = "The cluster no longer accepts the credentials that Pilothouse has for it."


@dataclass(frozen=True)
class _Question:
    verb: str
    subresource: str
    namespace: str
    pod: str = ""


_known: WeakKeyDictionary[Client, dict[_Question, tuple[float, bool]]] = WeakKeyDictionary()


class ClusterRight:
    """Our credentials' right to a subresource of a pod, one of VERBS."""

    def __init__(self, client: Client, subresource: str, *, namespace: str, pod: str) -> None:
        self._client = client
        self._subresource = subresource
        self._namespace = namespace
        self._pod = pod
        self._granted: set[str] = set()
        self._rejections = 0

    async def until_lost(self) -> str:
        """Returns why, once the cluster has taken a right that was there, or knows our credentials no more.

        A server that never said yes is not believed when it says no: it let the stream be opened.
        """
        while not (reason := await self._lost()):  # noqa: ASYNC110 - a cluster tells nobody
            await asyncio.sleep(LOOK_SECONDS)
        return reason

    async def _lost(self) -> str:
        try:
            granted = {verb for verb in VERBS[self._subresource] if await self._may(verb)}
        except (Unauthorized, Forbidden):
            self._rejections += 1
            return REJECTED if self._granted and self._rejections >= MOST_REJECTIONS else ""
        except KubeError:
            return ""
        self._rejections = 0
        lost = self._granted - granted
        self._granted |= granted
        return LOST if lost else ""

    async def _may(self, verb: str) -> bool:
        """A grant for the whole namespace is asked for first: one answer for all its pods."""
        question = _Question(verb, self._subresource, self._namespace)
        if await _answer(self._client, question):
            return True
        return await _answer(self._client, _Question(verb, self._subresource, self._namespace, self._pod))


async def _answer(client: Client, question: _Question) -> bool:
    known = _known.setdefault(client, {})
    now = monotonic()
    for old in [each for each, (asked, _) in known.items() if now - asked > KNOWN_SECONDS]:
        del known[old]
    if question not in known:
        allowed = await is_allowed(
            client, question.verb, question.subresource, namespace=question.namespace, pod=question.pod
        )
        known[question] = (now, allowed)
    return known[question][1]
