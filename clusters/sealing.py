"""Connections encrypted at rest with AES-256-GCM (NIST SP 800-38D).

A sealed connection is one version byte, a random nonce of 12 bytes and the ciphertext with its tag. The cluster's slug
is authenticated with it, so a sealed connection that is copied to another cluster's row cannot be opened there.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from clusters.kube.connection import Connection
from clusters.models import Cluster

VERSION = b"\x01"
NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed connection that this process cannot open; the message says what to do."""


def seal_connection(cluster: Cluster, connection: Connection) -> None:
    """Put the connection, encrypted, and its server's address on the cluster. The cluster is not saved.

    The slug must be final: changing it afterwards makes the connection unreadable until it is sealed again.
    """
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = _cipher().encrypt(nonce, connection.to_json(), _bound_to(cluster))
    cluster.sealed_connection = VERSION + nonce + ciphertext
    cluster.server = connection.server


def open_connection(cluster: Cluster) -> Connection:
    """The cluster's connection, decrypted. Raises SealBroken."""
    sealed = bytes(cluster.sealed_connection)
    version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if version != VERSION or len(nonce) < NONCE_BYTES:
        raise SealBroken(f"Cluster {cluster.name} has no readable connection. Import its kubeconfig again.")
    try:
        return Connection.from_json(_cipher().decrypt(nonce, ciphertext, _bound_to(cluster)))
    except InvalidTag:
        raise SealBroken(
            f"The connection of cluster {cluster.name} was encrypted with another key or for another cluster. "
            "Start with the key it was stored with, or import its kubeconfig again."
        ) from None


def _cipher() -> AESGCM:
    return AESGCM(settings.PILOTHOUSE_ENCRYPTION_KEY)


def _bound_to(cluster: Cluster) -> bytes:
    return b"pilothouse connection " + cluster.slug.encode()
