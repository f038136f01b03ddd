"""What a kubelet remembers of a pod beside its status. All of it may be lost: the status tells enough to go on."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Pull:
    """An image on its way, or one that cannot be had."""

    since: datetime
    until: datetime
    delay: float = 0.0
    """Seconds of the last back-off."""
    failed: bool = False


@dataclass
class BackOff:
    """When a container that ended is started again."""

    delay: float
    until: datetime
    told: bool = False


@dataclass
class Memory:
    """Of one pod. The dictionaries are by container."""

    sandbox_at: datetime | None = None
    pulls: dict[str, Pull] = field(default_factory=dict)
    back_offs: dict[str, BackOff] = field(default_factory=dict)
    stops: dict[str, datetime] = field(default_factory=dict)
    unhealthy: dict[str, datetime] = field(default_factory=dict)
    used: dict[str, datetime] = field(default_factory=dict)
    """When a process was last seen for the sake of which a container goes on."""
    mount_told: datetime | None = None
