"""The TLS context of a connection, made from memory."""

import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from clusters.kube.connection import Connection


def tls_context(connection: Connection) -> ssl.SSLContext:
    """A context that trusts only the connection's CA (the system's where it names none) and shows its certificate.

    Raises ssl.SSLError or ValueError for certificates that cannot be used.
    """
    authority = connection.ca_data.decode("ascii", "replace") if connection.ca_data else None
    context = ssl.create_default_context(cadata=authority)
    # As Go and so kubectl do: what is in the CA bundle is trusted itself, and old cluster CAs lack newer extensions.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if connection.insecure_skip_tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if connection.client_cert_data and connection.client_key_data:
        _load_identity(context, connection.client_cert_data, connection.client_key_data)
    return context


def _load_identity(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    # OpenSSL takes a key from a file only. It is written locked with a password that never leaves this function, and
    # deleted at once, so that even a crash in between leaves nothing readable behind.
    password = secrets.token_bytes(32).hex().encode()
    locked = load_pem_private_key(key, password=None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "identity.pem")
        path.touch(mode=0o600)
        path.write_bytes(locked + certificate)
        context.load_cert_chain(path, password=password)
