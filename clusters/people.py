"""Whether somebody who signed in still is, as the database has it now."""

from collections.abc import Iterable

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

SignIn = tuple[int, str]
"""Who signed in, and the key of the session."""


def signed_in_user(user_id: int | None, session_key: str | None) -> User | None:
    """The user, while active and while the session of that key lasts; None after signing out or a new password."""
    if user_id is None or not session_key:
        return None
    return signed_in_users([(user_id, session_key)]).get((user_id, session_key))


def signed_in_users(sign_ins: Iterable[SignIn]) -> dict[SignIn, User]:
    """The same for many, asked together; those who are signed in no more are left out."""
    asked = set(sign_ins)
    users = User.objects.filter(is_active=True).in_bulk({user for user, _ in asked})
    # Gone once the session is deleted or past its date.
    kept = Session.objects.filter(session_key__in={key for _, key in asked}, expire_date__gt=timezone.now())
    hashes = {session.session_key: session.get_decoded().get(HASH_SESSION_KEY, "") for session in kept}
    return {
        (user, key): users[user]
        for user, key in asked
        if user in users and constant_time_compare(hashes.get(key, ""), users[user].get_session_auth_hash())
    }
