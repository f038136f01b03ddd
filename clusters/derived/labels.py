"""Which labels each set of labels holds.

The pods of a replica set have the same labels, so there are far fewer sets than objects. A selector finds the sets, and
they find the objects by one index.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import In

from clusters.derived.kept_once import KeptOnce
from clusters.kinds import Kind
from clusters.kube.selectors import Operator, Requirement
from clusters.models import Label
from clusters.models.derived import LONGEST_KEY, LONGEST_VALUE
from clusters.statements import run_for_each

WHOLE_NUMBER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)

_decoder = msgspec.json.Decoder(dict[str, str])
_LABELSET = F("labelset")


class LabelSets(KeptOnce[str]):
    """The label sets of one kind in one cluster, each as JSON. Jobs give each of their pods a set of its own."""

    numbered_by = "labelset"

    def __init__(self, cluster_id: int, kind: Kind) -> None:
        self._cluster_id = cluster_id
        self._kind = kind
        super().__init__()

    def insert(self, fresh: Mapping[int, str]) -> None:
        table = connection.ops.quote_name(Label._meta.db_table)
        with connection.cursor() as cursor:
            run_for_each(
                cursor,
                f"INSERT INTO {table} (cluster_id, kind, labelset, key, value)"  # noqa: S608
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                list(self._labels(fresh)),
            )

    def rows(self) -> QuerySet[Label]:
        return Label.objects.filter(cluster_id=self._cluster_id, kind=self._kind.plural)

    def used(self) -> "QuerySet[Any, Any]":
        return self._kind.model._default_manager.filter(cluster_id=self._cluster_id).values("labelset")

    def _labels(self, sets: Mapping[int, str]) -> Iterator[tuple[int, str, int, str, str]]:
        for number, labels in sets.items():
            for key, value in _decoder.decode(labels).items():
                # What is no label cannot be selected by, and must not stop the others.
                if len(key) <= LONGEST_KEY and len(value) <= LONGEST_VALUE and "\0" not in key + value:
                    yield self._cluster_id, self._kind.plural, number, key, value


def met_by(requirement: Requirement, cluster_id: int, kind: Kind, column: Combinable = _LABELSET) -> Q:
    """The condition on rows of the kind that meet the requirement; `column` stands for their `labelset`.

    By the sets of labels that have the key, and one of the values where the requirement names some.
    """
    sets = Label.objects.filter(cluster=cluster_id, kind=kind.plural, key=requirement.key)
    if requirement.operator in (Operator.IN, Operator.NOT_IN):
        sets = sets.filter(value__in=requirement.values)
    elif requirement.operator in (Operator.GREATER, Operator.LESS):
        sets = sets.filter(value__in=_beyond(requirement, sets.values_list("value", flat=True).distinct()))
    held = Q(In(column, sets.values("labelset")))
    return ~held if requirement.operator in (Operator.ABSENT, Operator.NOT_IN) else held


def _beyond(requirement: Requirement, values: Iterable[str]) -> list[str]:
    """Those of the values that are whole numbers above, or below, the one that is asked for."""
    bound = int(requirement.values[0])
    numbers = [(value, int(value)) for value in values if WHOLE_NUMBER.fullmatch(value)]
    is_greater = requirement.operator is Operator.GREATER
    return [value for value, number in numbers if (number > bound if is_greater else number < bound)]
