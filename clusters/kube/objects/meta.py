"""What every Kubernetes object has."""

from datetime import datetime

import msgspec


class Struct(msgspec.Struct, rename="camel", omit_defaults=True, gc=False, kw_only=True):
    """Base of all structs: Kubernetes' camelCase outside, unknown fields skipped, no cycles for the collector."""


class OwnerReference(Struct):
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/"""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None


class Annotations(Struct):
    """The few annotations that we read; the others may hold anything, and are not kept."""

    revision: str = msgspec.field(default="", name="deployment.kubernetes.io/revision")


class Metadata(Struct):
    """ObjectMeta."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    labels: dict[str, str] = {}
    annotations: Annotations | None = None
    owner_references: list[OwnerReference] = []

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that manages the object, if one does."""
        for owner in self.owner_references:
            if owner.controller:
                return owner
        return None


class Condition(Struct):
    """One condition of any kind's status."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


class WithConditions(Struct):
    """A status with conditions, at most one of each type."""

    conditions: list[Condition] = []

    def condition(self, kind: str) -> Condition | None:
        """The condition of that type, if it is reported."""
        for condition in self.conditions:  # a loop, since a generator costs three times as much on the hot path
            if condition.type == kind:
                return condition
        return None
