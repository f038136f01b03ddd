"""Labels, each leading to the table of the same kind limited to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from clusters.models import Cluster
from dashboard.details.links import table_url


@dataclass(frozen=True)
class Label:
    text: str
    url: str


def labels(cluster: Cluster, kind: str, found: Mapping[str, str], namespace: str = "") -> list[Label]:
    """One for each label, in the order of their keys."""
    texts = (f"{key}={value}" for key, value in sorted(found.items()))
    return [Label(text, table_url(cluster, kind, namespace=namespace, labels=text)) for text in texts]
