"""What logs and shells are measured on: a Pilothouse beside a real cluster, and a namespace of its own there."""

import secrets
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.processes import Cost
from tests.harness.clusters import usable_cluster
from tests.harness.kubectl import Kubectl
from tests.harness.servers import Server

SETTINGS = {"PILOTHOUSE_SHELLS_PER_USER": "1000", "PILOTHOUSE_SHELLS_PER_CLUSTER": "1000"}

_SIGN_IN_MANY = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from clusters.models import Cluster, Grant, Role
cluster = Cluster.objects.get()
for number in range({count}):
    user = User.objects.create(username=f"{namespace}-{{number}}")
    Grant.objects.create(user=user, cluster=cluster, namespaces=["{namespace}"], role=Role.LOGS)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print(f"{{settings.SESSION_COOKIE_NAME}}={{session.session_key}}")
"""


@dataclass(frozen=True)
class Stage:
    """`kubectl` is about the namespace, `session` is the admin's, `cost` is what the server takes."""

    kubectl: Kubectl
    server: Server
    session: requests.Session
    cost: Cost

    @property
    def namespace(self) -> str:
        return self.kubectl.namespace

    def socket_of(self, pod: str, act: str, query: str = "container=main") -> str:
        """The address of a socket of the pod; `act` is "logs" or "shell"."""
        return f"/ws/clusters/test/pods/{self.namespace}/{pod}/{act}/?{query}"

    def page_of(self, pod: str, act: str, query: str = "") -> str:
        """The address of the page with that socket."""
        return f"/clusters/test/pods/{self.namespace}/{pod}/{act}/?{query}"

    def people(self, count: int) -> list[str]:
        """The cookies of so many people who may read the logs of the namespace."""
        code = _SIGN_IN_MANY.format(count=count, namespace=self.namespace)
        return [line for line in self.server.manage("shell", "-c", textwrap.dedent(code)).splitlines() if "=" in line]

    def record(self, policy: str) -> None:
        """New shells are recorded by that policy: "off" or "required"."""
        code = f"from clusters.models import Cluster; Cluster.objects.update(recording={policy!r})"
        self.server.manage("shell", "-c", code)


@contextmanager
def raised(folder: Path) -> Iterator[Stage]:
    """Raises the test cluster, or uses the one that PILOTHOUSE_TEST_KUBECONFIG names; the namespace is removed."""
    namespace = f"bench-{secrets.token_hex(3)}"
    with usable_cluster() as cluster:
        cluster.kubectl("create", "namespace", namespace)
        server = Server(folder, kubeconfig=cluster.kubeconfig, settings=SETTINGS)
        try:
            server.start()
            server.wait_until_synced()
            cost = Cost(lambda: [server.web.pid] if server.web else [])
            yield Stage(cluster.kubectl.within(namespace), server, server.sign_in(), cost)
        finally:
            server.stop()
            cluster.kubectl("delete", "namespace", namespace, "--wait=false")
