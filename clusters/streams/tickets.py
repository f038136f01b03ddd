"""Each socket of a stream is opened with a ticket: for one address, one sign-in, once, within half a minute.

So an address that leaks opens nothing, and neither does a page of somebody else that gets past the check of its origin.
All functions run on the threads of `clusters.threads`.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from clusters.models import UsedTicket

LASTS_SECONDS = 30
NAME = "ticket"
"""Of the ticket in the query of an address."""

_SALT = "clusters.streams.tickets"


def issue(sign_in: str, path: str, query: str) -> str:
    """A ticket for the socket at `path` with that query, for whoever is signed in under the session key `sign_in`."""
    return signing.dumps([_mark(sign_in, path, query), secrets.token_hex(16)], salt=_SALT)


def use(ticket: str, sign_in: str, path: str, query: str) -> bool:
    """Whether the ticket opens this, now and for the first time."""
    try:
        mark, nonce = signing.loads(ticket, salt=_SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return False
    return hmac.compare_digest(mark, _mark(sign_in, path, query)) and first_use(nonce)


def first_use(nonce: str) -> bool:
    """Whether nobody has used that, of at most 32 characters and signed for LASTS_SECONDS, before."""
    # Old ones are refused for their age.
    UsedTicket.objects.filter(used__lt=Now() - timedelta(seconds=2 * LASTS_SECONDS)).delete()
    try:
        with transaction.atomic():
            UsedTicket.objects.create(nonce=nonce)
    except IntegrityError:
        return False
    return True


def _mark(sign_in: str, path: str, query: str) -> str:
    asked = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != NAME)
    return sha256("\n".join((sign_in, path, urlencode(asked))).encode()).hexdigest()
