"""Pilothouse in Django admin: clusters, people and their grants, the cached objects and what people did."""

from clusters.admin import activity, clusters, grants, objects

__all__ = ["activity", "clusters", "grants", "objects"]
