"""Config maps, secrets, service accounts, leases, priority classes and custom resource definitions."""

from datetime import datetime
from typing import Any

from simulator.api.tables.cells import age, name, number, part, text
from simulator.api.tables.columns import PLAIN, Table, columns
from simulator.kinds import (
    CONFIG_MAPS,
    CUSTOM_RESOURCE_DEFINITIONS,
    LEASES,
    LIMIT_RANGES,
    PRIORITY_CLASSES,
    SECRETS,
    SERVICE_ACCOUNTS,
    Object,
)


def _config_map(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), len(part(obj, "data")) + len(part(obj, "binaryData")), age(obj, now)]


def _secret(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), text(obj, "type"), len(part(obj, "data")), age(obj, now)]


def _lease(obj: Object, now: datetime) -> list[Any]:
    return [name(obj), text(obj, "spec", "holderIdentity"), age(obj, now)]


def _priority_class(obj: Object, now: datetime) -> list[Any]:
    policy = text(obj, "preemptionPolicy", absent="PreemptLowerPriority")
    return [name(obj), number(obj, "value"), part(obj, "globalDefault") is True, age(obj, now), policy]


CREATED = Table(
    columns("Name", "Created At:date"), lambda obj, now: [name(obj), text(obj, "metadata", "creationTimestamp")]
)
"""For kinds that print the date instead of an age."""

TABLES = {
    CONFIG_MAPS: Table(columns("Name", "Data", "Age"), _config_map),
    CUSTOM_RESOURCE_DEFINITIONS: CREATED,
    LEASES: Table(columns("Name", "Holder", "Age"), _lease),
    LIMIT_RANGES: CREATED,
    PRIORITY_CLASSES: Table(
        columns("Name", "Value:integer", "Global-Default:boolean", "Age", "PreemptionPolicy"), _priority_class
    ),
    SECRETS: Table(columns("Name", "Type", "Data", "Age"), _secret),
    SERVICE_ACCOUNTS: PLAIN,
}
