"""Which container a request for a log or a command means, and what is refused before anything is opened.

Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/strategy.go
"""

from simulator.api.routing import Call
from simulator.cluster import SimulatedCluster
from simulator.errors import BadRequest
from simulator.kinds import PODS, Object


def pod_of(cluster: SimulatedCluster, call: Call) -> Object:
    """The pod in the path. Raises NotFound."""
    return cluster.storage.get(PODS, call.info.name, call.info.namespace)


def container_of(pod: Object, asked: str) -> str:
    """The name of the container, which may be left out where there is only one. Raises BadRequest."""
    spec, name = pod["spec"], pod["metadata"]["name"]
    own = _names(spec, "containers")
    if asked:
        if asked not in own + _names(spec, "initContainers") + _names(spec, "ephemeralContainers"):
            raise BadRequest(f"container {asked} is not valid for pod {name}")
        return asked
    if len(own) == 1:
        return own[0]
    said = f"a container name must be specified for pod {name}"
    if own:
        said += f", choose one of: [{' '.join(own)}]"
    if init := _names(spec, "initContainers"):
        said += f" or one of the init containers: [{' '.join(init)}]"
    raise BadRequest(said)


def _names(spec: Object, kind: str) -> list[str]:
    return [container["name"] for container in spec.get(kind) or ()]


def flag(call: Call, name: str) -> bool:
    """A boolean option as it is converted for these resources: whatever is not "false" or "0" is true."""
    text = call.info.query.get(name)
    return text is not None and text != "0" and text.lower() != "false"
