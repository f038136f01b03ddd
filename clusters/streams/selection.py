"""Which containers' logs are followed together: what an address selects, resolved to pods by the cached rows."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from clusters.access import Person, namespaces_for
from clusters.derived.labels import met_by
from clusters.derived.templates import whole_pods
from clusters.kinds import KINDS
from clusters.kube import objects
from clusters.kube.selectors import BadSelector, Requirement, parse
from clusters.models import Cluster, Pod, ReplicaSet, Role, Severity
from clusters.streams.instances import Named, containers
from clusters.streams.requests import CONTAINER, BadStreamRequest
from clusters.tasks import guarded
from clusters.threads import read

MOST_SOURCES = 50
"""Containers that one viewer follows at once."""

SHARE_SECONDS = 0.25
"""Between two looks at the rows for the same selection, however many viewers want one."""

MOST_NAMED = 200
_MOST_PODS = 500
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", re.ASCII)
OWNERS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job")
"""Kinds whose pods can be selected by their owner."""


@dataclass(frozen=True)
class Source:
    """One container whose log is followed; `kind` is "app", "init", "sidecar" or "ephemeral"."""

    namespace: str
    pod: str
    uid: str
    container: str
    kind: str


@dataclass(frozen=True)
class Selection:
    """Pods that meet all that is said here, and which of their containers; what is empty selects nothing away.

    `pods` are namespace and name; `containers` are names, and none means all of the pod itself, with those that prepare
    it or stand beside it (`init`) or were added to debug it (`ephemeral`) where asked for.
    """

    namespace: str = ""
    labels: tuple[Requirement, ...] = ()
    node: str = ""
    owner: tuple[str, str] | None = None
    pods: frozenset[tuple[str, str]] = frozenset()
    containers: frozenset[str] = frozenset()
    init: bool = False
    ephemeral: bool = False

    def takes(self, container: str, kind: str) -> bool:
        """Whether a container of a selected pod is selected too."""
        if self.containers:
            return container in self.containers
        if kind == "app":
            return True
        return self.ephemeral if kind == "ephemeral" else self.init


def selection_of(query: QueryDict) -> Selection:
    """What an address selects: `pod=namespace/name` (again for each), or any of `namespace`, `labels`, `node` and
    `owner=Deployment/name` as in the table of pods; `container=name` (again for each), `init=1`, `ephemeral=1`.

    Raises BadStreamRequest.
    """
    pods = frozenset(_pod(text) for text in query.getlist("pod"))
    namespace, node = _name(query.get("namespace", "")), _name(query.get("node", ""))
    owner = _owner(query.get("owner", ""), namespace)
    try:
        labels = tuple(parse(query.get("labels", "")))
    except BadSelector as error:
        raise BadStreamRequest(str(error)) from None
    if not (pods or namespace or node or labels):
        raise BadStreamRequest("Say which pods: by pod, namespace, labels, node or owner.")
    if len(pods) > MOST_NAMED:
        raise BadStreamRequest(f"Name at most {MOST_NAMED} pods.")
    names = frozenset(query.getlist("container"))
    if not all(CONTAINER.fullmatch(name) for name in names):
        raise BadStreamRequest("That is not the name of a container.")
    return Selection(
        namespace,
        labels,
        node,
        owner,
        pods,
        names,
        init=query.get("init") == "1",
        ephemeral=query.get("ephemeral") == "1",
    )


def running_pods(selection: Selection, allowed: frozenset[str] | None, cluster: Cluster) -> QuerySet[Pod]:
    """The selected pods that run and are not about to end, those in the best state first and the newest of them."""
    rows = _rows(selection, allowed, cluster).filter(phase="Running").exclude(severity=Severity.TERMINATING)
    return rows.order_by("-severity", "-created", "name")


def sources_of(selection: Selection, allowed: frozenset[str] | None, cluster: Cluster) -> list[Source]:
    """The containers that are selected now; those of the newest pods first.

    `allowed`: the namespaces in which the asker may read logs, None for all.
    """
    rows = list(_rows(selection, allowed, cluster).order_by("-created", "namespace", "name")[:_MOST_PODS])
    pods = zip(rows, whole_pods(rows), strict=True)
    return [source for row, pod in pods for source in _sources(selection, row, pod)]


@dataclass
class _Answer:
    """What the database says to one question; `began` None: it has not been asked yet."""

    began: float | None = None
    task: "asyncio.Task[list[Source]] | None" = None


_Question = tuple[int, Selection, frozenset[str] | None, int]
_answers: dict[_Question, _Answer] = {}


async def sources_now(selection: Selection, allowed: frozenset[str] | None, cluster: Cluster) -> list[Source]:
    """What `sources_of` gives, read after this was called.

    A thousand viewers of the same pods ask the database together, and every SHARE_SECONDS at most.
    """
    loop = asyncio.get_running_loop()
    question = (cluster.pk, selection, allowed, id(loop))
    answer = _answers.get(question, _Answer(began=0.0))
    if answer.began is not None or answer.task is None or answer.task.done():
        wait = (answer.began or 0.0) + SHARE_SECONDS - loop.time()
        answer = _Answer()
        answer.task = guarded("selected containers", _ask(answer, question, wait, cluster))
        _answers[question] = answer
    return await asyncio.shield(answer.task)


async def _ask(answer: _Answer, question: _Question, wait: float, cluster: Cluster) -> list[Source]:
    _, selection, allowed, _ = question
    loop = asyncio.get_running_loop()
    if wait > 0:
        await asyncio.sleep(wait)
    answer.began = loop.time()
    loop.call_later(2 * SHARE_SECONDS, _forget, question, answer)
    return await read(sources_of, selection, allowed, cluster)


def _forget(question: _Question, answer: _Answer) -> None:
    if _answers.get(question) is answer:
        del _answers[question]


def containers_of(selection: Selection, user: Person, cluster: Cluster) -> list[Named]:
    """The containers of the selected pods, each name once, those of the pods themselves first."""
    allowed = namespaces_for(user, Role.LOGS, cluster)
    every = replace(selection, containers=frozenset(), init=True, ephemeral=True)
    kinds = {source.container: source.kind for source in sources_of(every, allowed, cluster)}
    named = [Named(name, "" if kind == "app" else kind) for name, kind in kinds.items()]
    return sorted(named, key=lambda each: each.sort != "")


def _rows(selection: Selection, allowed: frozenset[str] | None, cluster: Cluster) -> QuerySet[Pod]:
    rows = Pod.objects.filter(cluster=cluster)
    if allowed is not None:
        rows = rows.filter(namespace__in=allowed)
    if selection.namespace:
        rows = rows.filter(namespace=selection.namespace)
    if selection.node:
        rows = rows.filter(node=selection.node)
    for requirement in selection.labels:
        rows = rows.filter(met_by(requirement, cluster.pk, KINDS["pods"], F("labelset")))
    if selection.owner:
        rows = rows.filter(_owned(selection, cluster))
    if selection.pods:
        named = Q()
        for namespace, name in selection.pods:
            named |= Q(namespace=namespace, name=name)
        rows = rows.filter(named)
    return rows


def _owned(selection: Selection, cluster: Cluster) -> Q:
    kind, name = selection.owner or ("", "")
    if kind != "Deployment":
        return Q(owner_kind=kind, owner_name=name)
    sets = ReplicaSet.objects.filter(cluster=cluster, namespace=selection.namespace, owner_kind=kind, owner_name=name)
    return Q(owner_kind="ReplicaSet", owner_name__in=sets.values("name"))


def _sources(selection: Selection, row: Pod, pod: objects.Pod) -> Iterator[Source]:
    for named in containers(pod):
        kind = named.sort or "app"
        if selection.takes(named.name, kind):
            yield Source(row.namespace, row.name, row.uid, named.name, kind)


def _pod(text: str) -> tuple[str, str]:
    namespace, _, name = text.partition("/")
    if not (_NAME.fullmatch(namespace) and _NAME.fullmatch(name)):
        raise BadStreamRequest("pod is a namespace and a name, such as shop/web-0.")
    return namespace, name


def _name(text: str) -> str:
    if text and not _NAME.fullmatch(text):
        raise BadStreamRequest("A name in this address is not one that Kubernetes allows.")
    return text


def _owner(text: str, namespace: str) -> tuple[str, str] | None:
    if not text:
        return None
    kind, _, name = text.partition("/")
    if kind not in OWNERS or not _NAME.fullmatch(name):
        raise BadStreamRequest(f"owner is one of {', '.join(OWNERS)}, a slash and a name.")
    if not namespace:
        raise BadStreamRequest("An owner is in a namespace: name it too.")
    return kind, name
