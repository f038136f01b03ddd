"""The people of the tests: maria may see payments in harbour, tomas only another cluster, nobody has no grant."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from clusters.models import Cluster, Grant, Pod, Role, TerminalSession
from clusters.streams import tickets
from tests.routes import SAMPLES

PASSWORD = "correct horse battery staple"


def person(username: str) -> User:
    """A user who can sign in with PASSWORD."""
    return User.objects.create_user(username, password=PASSWORD)


def admin(username: str = "admin") -> User:
    """A superuser who can sign in with PASSWORD."""
    return User.objects.create_superuser(username, password=PASSWORD)


def session(user: User) -> SessionStore:
    """A session in which `user` is signed in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store


def with_ticket(path: str, store: SessionStore) -> str:
    """The address of a socket with a ticket for the session in it."""
    address = urlsplit(path)
    ticket = tickets.issue(store.session_key or "", address.path, address.query)
    return f"{path}{'&' if address.query else '?'}ticket={ticket}"


def cluster(slug: str) -> Cluster:
    """A cluster row that nobody watches and whose connection is empty."""
    return Cluster.objects.create(name=slug, slug=slug, server="https://192.0.2.9:6443", sealed_connection=b"")


def grant(user: User, where: Cluster, role: Role, *namespaces: str) -> Grant:
    """`role` for `user` in the namespaces; in the whole cluster when none is named."""
    return Grant.objects.create(user=user, cluster=where, role=role, namespaces=list(namespaces))


def shell(user: User, where: Cluster, namespace: str) -> TerminalSession:
    """An open shell of the user, with the id by which `tests.routes` tries addresses."""
    return TerminalSession.objects.create(
        pk=SAMPLES["session"], user=user, cluster=where, namespace=namespace, pod="checkout", container="main"
    )


def pod(where: Cluster, namespace: str, name: str) -> Pod:
    """A cached pod with the least that a row needs."""
    return Pod.objects.create(
        cluster=where,
        uid=f"uid-{where.slug}-{namespace}-{name}",
        resource_version="1",
        namespace=namespace,
        name=name,
        created=timezone.now(),
        status="Running",
        detail=b'{"metadata": {"name": "x", "uid": "x"}}',
    )
