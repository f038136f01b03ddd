"""Finding the object that an address names, among what the user may see."""

from typing import TypeVar

from django.core.exceptions import BadRequest
from django.http import Http404

from clusters.access import Person, visible
from clusters.models import CachedObject, Cluster
from dashboard.tables.state import LONGEST_NAME, NAME

Row = TypeVar("Row", bound=CachedObject)

NOT_THERE = "There is no such object, or no longer, or it is not shown to you."


def check_names(*names: str) -> None:
    """Raises BadRequest (400) for a name that no Kubernetes object can have."""
    for name in names:
        if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
            raise BadRequest("A name in this address is not one that Kubernetes allows.")


def find(user: Person, model: type[Row], cluster: Cluster, *, name: str, namespace: str = "") -> Row:
    """The newest row of that name that `user` may see. Raises Http404 alike where there is none and where he may not.

    Two rows of one name are there for a moment when an object is deleted and made anew.
    """
    check_names(name, *([namespace] if namespace else []))
    rows = visible(user, model._default_manager.all(), cluster)
    row = rows.filter(namespace=namespace, name=name).order_by("-created", "-id").first()
    if row is None:
        raise Http404(NOT_THERE)
    return row
