"""Clusters from the kubeconfig files of the person at the server's shell, and from the pod that we run in."""

from collections.abc import Callable, Iterable, Set
from pathlib import Path

from clusters import demo
from clusters.adding import add_cluster, replace_connection
from clusters.kube.connection import Connection, in_cluster
from clusters.kube.kubeconfig import BadKubeconfig, read_kubeconfig
from clusters.models import DEMO, Cluster
from clusters.sealing import SealBroken, open_connection

Say = Callable[[str], None]
"""Takes one line for the person at the shell."""


def import_on_first_start(files: Iterable[Path], say: Say) -> None:
    """Add every cluster that can be found, unless one was ever added. Says what was taken and what was left and why.

    Where several files have a context of the same name the first file wins, as with kubectl.
    https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
    """
    if demo.was_ever_added():
        return
    if connection := in_cluster():
        _keep("this cluster", connection, "service account of our pod", say)
    taken: set[str] = set()
    for file in files:
        if not file.is_file():
            say(f"No kubeconfig at {file}.")
            continue
        try:
            taken |= import_file(file, say, but=taken)
        except BadKubeconfig as error:
            say(f"Left {file}: {error}")


def import_file(file: Path, say: Say, *, context: str = "", but: Set[str] = frozenset()) -> set[str]:
    """Add the clusters of a kubeconfig, or the one of `context`; hands back the names of the contexts it could use.

    A cluster that is there gets the new connection; contexts named in `but` are left. Certificate and token files that
    the kubeconfig names are read in. Raises BadKubeconfig where the file as a whole, or the one context asked for,
    cannot be used.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKubeconfig(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}.") from None
    contents = read_kubeconfig(text, own_files=True, base=file.parent)
    taken, left = dict(contents.taken), dict(contents.left)
    if context in left:
        raise BadKubeconfig(left[context])
    if context and context not in taken:
        raise BadKubeconfig(f"{file} has no context {context!r}; it has: {', '.join(taken | left) or 'none'}.")
    for name, connection in taken.items():
        if name in but:
            say(f"Left {name}: an earlier file has a context of that name.")
        elif context in ("", name):
            _keep(name, connection, f"kubeconfig, context {name}"[:300], say)
    for reason in () if context else left.values():
        say(f"Left {reason}.")
    return set(taken)


def tell_unreadable(say: Say) -> None:
    """Say of every cluster whose connection this process's key does not open what to do; the demo gets a new one."""
    for cluster in Cluster.objects.exclude(source=DEMO):
        try:
            open_connection(cluster)
        except SealBroken as error:
            say(str(error))


def _keep(name: str, connection: Connection, source: str, say: Say) -> None:
    cluster = _same(connection, source)
    if cluster is None:
        added = add_cluster(name, connection, source=source)
        say(f"Took {name}: {connection.server}, as {added.name}")
    elif _holds(cluster, connection):
        say(f"Kept {name}: nothing has changed")
    else:
        replace_connection(cluster, connection, source=source)
        say(f"Took {name}: {connection.server}, new connection of {cluster.name}")


def _same(connection: Connection, source: str) -> Cluster | None:
    """The cluster that came from there and is reached at the same address under the same CA.

    The context's name alone tells nothing: every k3s calls its own "default".
    """
    known = Cluster.objects.filter(source=source, server=connection.server)
    return next((cluster for cluster in known if _authority(cluster) in (None, connection.ca_data or b"")), None)


def _authority(cluster: Cluster) -> bytes | None:
    """The CA of the connection, empty where it names none; None where it cannot be opened any more."""
    try:
        return open_connection(cluster).ca_data or b""
    except SealBroken:
        return None


def _holds(cluster: Cluster, connection: Connection) -> bool:
    try:
        return open_connection(cluster) == connection
    except SealBroken:
        return False
