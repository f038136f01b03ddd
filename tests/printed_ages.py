"""Ages as kubectl printed them a moment ago."""

from datetime import UTC, datetime

from clusters.kube.printing import human_duration

TOLERANCE_SECONDS = 60


def is_age(printed: str, moment: datetime) -> bool:
    """Whether `printed` is how we would have written the age of `moment` at some second of the last minute."""
    now = (datetime.now(UTC) - moment).total_seconds()
    return printed in {human_duration(max(0, now - passed)) for passed in range(TOLERANCE_SECONDS)}
