"""Events of the core group: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/

The older API gives firstTimestamp, lastTimestamp and count; the newer eventTime and, for repeats, a series.
"""

from datetime import datetime

import msgspec

from clusters.kube.objects.meta import Metadata, Struct


class ObjectReference(Struct):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class EventSource(Struct):
    component: str = ""
    host: str = ""


class EventSeries(Struct):
    count: int = 0
    last_observed_time: datetime | None = None


class Event(Struct):
    metadata: Metadata
    involved_object: ObjectReference = msgspec.field(default_factory=ObjectReference)
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int = 0
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: EventSeries | None = None
    source: EventSource = msgspec.field(default_factory=EventSource)
    reporting_component: str = ""
    reporting_instance: str = ""
