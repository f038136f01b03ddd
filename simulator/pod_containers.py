"""The containers within a pod, of whichever kind: its own, init and ephemeral ones."""

from simulator.kinds import Object


def status_of(pod: Object, name: str) -> Object | None:
    """The status of a container of any kind."""
    status = pod.get("status", {})
    kinds = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
    return next((each for kind in kinds for each in status.get(kind) or () if each["name"] == name), None)


def spec_of(pod: Object, name: str) -> Object | None:
    """The specification of a container of any kind."""
    kinds = ("containers", "initContainers", "ephemeralContainers")
    return next((each for kind in kinds for each in pod["spec"].get(kind) or () if each["name"] == name), None)
