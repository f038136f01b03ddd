"""The sweep for lost shells: it goes on after a fault of ours over one, and leaves alone what was only joined."""

import asyncio
import os
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from clusters import sealing, tasks, threads
from clusters.models import Cluster, TerminalSession
from clusters.streams import sweep
from tests import people
from tests.harness.watching import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def lose_a_shell_of_a_cluster_whose_connection_is_no_json() -> None:
    cluster, user = people.cluster("harbour"), people.person("maria")
    nonce = os.urandom(sealing.NONCE_BYTES)
    nonsense = sealing._cipher().encrypt(nonce, b"nonsense", sealing._bound_to(cluster))
    cluster.sealed_connection = sealing.VERSION + nonce + nonsense
    cluster.save()
    lose(user, cluster)


def lose(user: User, cluster: Cluster, kind: str = TerminalSession.Kind.SHELL) -> TerminalSession:
    place = {"namespace": "default", "pod": "web", "pod_uid": "uid", "container": "main", "kind": kind}
    session = TerminalSession.objects.create(user=user, cluster=cluster, owner="elsewhere:1:abcd", **place)
    TerminalSession.objects.filter(pk=session.pk).update(seen=timezone.now() - timedelta(minutes=1))
    return session


async def test_a_connection_that_cannot_be_decoded_does_not_end_the_sweep(caplog: pytest.LogCaptureFixture) -> None:
    await threads.write(lose_a_shell_of_a_cluster_whose_connection_is_no_json)
    stop = asyncio.Event()
    sweeping = tasks.guarded("sweep", sweep.run(stop))

    async def has_failed() -> bool:
        return "Traceback" in caplog.text

    await eventually(has_failed)
    assert not sweeping.done()
    stop.set()
    await sweeping
    assert "Ending lost shells failed." in caplog.text


def lose_what_was_only_joined() -> TerminalSession:
    return lose(people.person("maria"), people.cluster("harbour"), TerminalSession.Kind.ATTACH)


async def test_what_was_only_joined_is_over_without_asking_the_cluster() -> None:
    joined = await threads.write(lose_what_was_only_joined)
    stop = asyncio.Event()
    sweeping = tasks.guarded("sweep", sweep.run(stop))

    async def is_over() -> bool:
        return await threads.read(TerminalSession.objects.filter(pk=joined.pk, ended__isnull=False).exists)

    await eventually(is_over)
    stop.set()
    await sweeping
