"""A cluster's connection is unreadable in the database and opens only where it belongs."""

import os

import pytest
from pytest_django import Settings

from clusters.kube.connection import Connection
from clusters.models import Cluster
from clusters.sealing import SealBroken, open_connection, seal_connection

SECRET = Connection(server="https://192.0.2.1:6443", token="a-very-secret-token")


def sealed(slug: str) -> Cluster:
    cluster = Cluster(name=slug, slug=slug)
    seal_connection(cluster, SECRET)
    return cluster


def test_a_sealed_connection_opens_to_what_it_was() -> None:
    cluster = sealed("harbour")
    assert open_connection(cluster) == SECRET
    assert cluster.server == SECRET.server


def test_nothing_of_the_connection_can_be_read_in_the_row() -> None:
    cluster = sealed("harbour")
    assert b"secret" not in cluster.sealed_connection
    assert b"192.0.2.1" not in cluster.sealed_connection


def test_the_same_connection_is_sealed_differently_each_time() -> None:
    assert sealed("harbour").sealed_connection != sealed("harbour").sealed_connection


def test_a_connection_copied_from_another_cluster_does_not_open() -> None:
    harbour, shipyard = sealed("harbour"), sealed("shipyard")
    shipyard.sealed_connection = harbour.sealed_connection
    with pytest.raises(SealBroken, match="shipyard was encrypted with another key or for another cluster"):
        open_connection(shipyard)


@pytest.mark.parametrize("position", [1, 12, 13, 40, -1])
def test_a_flipped_bit_is_noticed(position: int) -> None:
    cluster = sealed("harbour")
    changed = bytearray(cluster.sealed_connection)
    changed[position] ^= 1
    cluster.sealed_connection = bytes(changed)
    with pytest.raises(SealBroken):
        open_connection(cluster)


def test_another_key_does_not_open_it(settings: Settings) -> None:
    cluster = sealed("harbour")
    settings.PILOTHOUSE_ENCRYPTION_KEY = os.urandom(32)
    with pytest.raises(SealBroken, match="Start with the key it was stored with"):
        open_connection(cluster)


@pytest.mark.parametrize("content", [b"", b"\x01", b"\x02" + bytes(60), b"{}"])
def test_what_was_never_sealed_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(SealBroken, match=r"[iI]mport its kubeconfig again"):
        open_connection(Cluster(name="harbour", slug="harbour", sealed_connection=content))
