"""Turns what aiohttp, TLS and the sockets below it raise into our errors, in words."""

import errno
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import aiohttp

from clusters.kube.errors import BadCertificate, KubeError, NotKubernetes, Silence, Unreachable

_SOCKET_WORDS = {
    errno.ECONNREFUSED: "refuses connections: nothing listens on this port",
    errno.EHOSTUNREACH: "cannot be reached from here: no route to the host",
    errno.ENETUNREACH: "cannot be reached from here: no route to its network",
    errno.ECONNRESET: "cut the connection",
    errno.EPIPE: "cut the connection",
    errno.ETIMEDOUT: "fell silent",
}

# X509_V_ERR_* of OpenSSL's x509_vfy.h
_VERIFY_WORDS = {
    7: "was not signed by the CA of this connection",
    9: "is not valid yet; are the clocks right?",
    10: "has expired",
    18: "is self-signed and not the one that this connection trusts",
    19: "was not signed by the CA of this connection",
    20: "was not signed by the CA of this connection",
    21: "was not signed by the CA of this connection",
    30: "was not signed by the CA of this connection",
    62: "is for another host name; the connection's tls-server-name may be missing",
    64: "is for another IP address; the connection's tls-server-name may be missing",
}


@contextmanager
def in_words(host: str, proxy: str = "") -> Iterator[None]:
    """Raises the KubeError for a failure of the network or of HTTP while speaking to `host`, through `proxy` if any.

    Both are host:port, without credentials. Where it is known that the proxy failed, it is named.
    """
    try:
        yield
    except aiohttp.ClientConnectorCertificateError as error:
        raise _untrusted(host, error.certificate_error) from None
    except aiohttp.ClientHttpProxyError as error:
        raise Unreachable(_refused_by_proxy(host, proxy, error.status)) from None
    except aiohttp.ClientResponseError:
        raise NotKubernetes(f"What answers at {host} is not a Kubernetes API server.") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _network(host, proxy, error) from None
    except RuntimeError:  # what aiohttp raises for reading from a connection or session that was closed meanwhile
        raise Unreachable(f"The connection to {host} was closed here.") from None


def _untrusted(host: str, error: Exception) -> KubeError:
    code = getattr(error, "verify_code", 0)
    words = _VERIFY_WORDS.get(code, f"cannot be verified ({getattr(error, 'verify_message', 'unknown reason')})")
    return BadCertificate(f"The certificate of {host} {words}.")


def _refused_by_proxy(host: str, proxy: str, status: int) -> str:
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return f"The proxy {proxy} wants other credentials than those of this connection before it leads to {host}."
    return f"The proxy {proxy} does not lead to {host}: it answers {status}."


def _network(host: str, proxy: str, error: Exception) -> KubeError:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        # The names behind a proxy are looked up by the proxy.
        return Unreachable(f"The host name of {f'the proxy {proxy}' if proxy else host} is not known.")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        words = _SOCKET_WORDS.get(_errno(error), "cannot be reached")
        return Unreachable(f"The proxy {proxy} {words}. It is this connection's way to {host}.")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        way = f", through the proxy {proxy}" if proxy else ""
        return Unreachable(f"{host} does not answer: no connection within 10 s{way}.")
    if isinstance(error, TimeoutError):
        return Silence(f"{host} fell silent.")
    if tls := _tls_error(error):
        return _tls(host, tls)
    if isinstance(error, OSError):
        return Unreachable(f"{host} {_SOCKET_WORDS.get(_errno(error), 'cannot be reached')}.")
    return Unreachable(f"The connection to {host} broke.")


def _tls(host: str, error: str) -> KubeError:
    if "WRONG_VERSION_NUMBER" in error or "RECORD_LAYER_FAILURE" in error:
        return NotKubernetes(f"What answers at {host} does not speak TLS, so it is not a Kubernetes API server.")
    if "ALERT" in error:
        return BadCertificate(f"{host} does not take the client certificate of this connection.")
    return BadCertificate(f"No secure connection to {host} could be made.")


def _tls_error(error: Exception) -> str:
    """OpenSSL's word for what happened, or "" when this was no failure of TLS."""
    inner = getattr(error, "os_error", error)
    if isinstance(inner, ssl.SSLError):
        return f"{inner.reason or ''} {inner}".upper()
    return str(error).upper() if "[SSL" in str(error) else ""


def _errno(error: OSError) -> int:
    inner = getattr(error, "os_error", error)
    return (inner.errno if isinstance(inner, OSError) else None) or error.errno or 0
