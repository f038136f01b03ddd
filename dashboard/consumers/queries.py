"""The query of a socket's address."""

from typing import Any

from django.http import QueryDict


def query_of(scope: dict[str, Any]) -> dict[str, str]:
    """Names and values; of a name given twice the last value counts."""
    return QueryDict(scope.get("query_string", b"")).dict()
