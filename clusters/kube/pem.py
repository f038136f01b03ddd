"""Checks certificates and keys when they are taken in, so that a bad one is named then and not at the first call."""

import base64
import binascii

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key


class BadPem(ValueError):
    """The data is not what it should be; the message says why and quotes none of it."""


def from_base64(text: str) -> bytes:
    """The bytes of a `*-data` value; line breaks are allowed. Raises BadPem."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadPem("is not base64") from None


def check_certificates(data: bytes) -> None:
    """Raises BadPem unless `data` holds at least one PEM certificate."""
    try:
        x509.load_pem_x509_certificates(data)
    except ValueError:
        raise BadPem("is not a PEM certificate") from None


def check_key(key: bytes, certificates: bytes) -> None:
    """Raises BadPem unless `key` is an unencrypted PEM private key that belongs to the first certificate."""
    try:
        private = load_pem_private_key(key, password=None)
    except TypeError:
        raise BadPem("is locked with a password; give it without") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadPem("is not a PEM private key") from None
    certificate = x509.load_pem_x509_certificates(certificates)[0]
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise BadPem("does not belong to the client certificate")
