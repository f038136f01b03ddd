"""Addresses of our pages by their names in `dashboard.urls`, each worked out once: a page has some thirty."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse

KEPT = 2000


def address(name: str, *args: str) -> str:
    """As Django's `reverse`. Raises NoReverseMatch."""
    return _reversed(get_script_prefix(), name, args)


@lru_cache(KEPT)
def _reversed(prefix: str, name: str, args: tuple[str, ...]) -> str:
    """Under `prefix`, which is that of this request."""
    return reverse(name, args=args)
