"""A certificate authority for tests: it signs what a server or a client shows, also what it should not."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """A CA; `certificate` is its own, as PEM."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("test CA")
        self.certificate = _pem(self._sign(self._name, self._key.public_key(), self._constraints(), days=1))

    def issue(self, host: str, *, days: int = 1) -> tuple[bytes, bytes]:
        """A certificate for a host name or address, and its key, as PEM; with negative `days` it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            alternative = x509.DNSName(host)
        certificate = self._sign(_name(host), key.public_key(), x509.SubjectAlternativeName([alternative]), days=days)
        return _pem(certificate), _key_pem(key)

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType, *, days: int
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 5 * DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @staticmethod
    def _constraints() -> x509.BasicConstraints:
        return x509.BasicConstraints(ca=True, path_length=None)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
