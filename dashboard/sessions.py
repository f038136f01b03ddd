"""Django's sessions in the database, looked up with SQL that is made once: every page reads its session."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from clusters.prepared import Prepared


class SessionStore(db.SessionStore):
    """As Django's own, which reads what this one wrote."""

    def _get_session_from_db(self) -> Session | None:
        found = _lasting(self.session_key, timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None


def _of_key(key: Any, now: Any) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


_lasting = Prepared(_of_key, 2)
