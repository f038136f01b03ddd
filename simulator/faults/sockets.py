"""Faults in the websockets of commands. Source: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go"""

from simulator.faults.bodies import Body, Stream
from simulator.faults.faults import Parameters

_STATUS_CHANNEL = b"\x03"


class NoStatus(Body):
    """The command ends and nothing says how: every frame of the status channel is left out."""

    def __init__(self, parameters: Parameters) -> None:
        del parameters

    async def change(self, stream: Stream, data: bytes) -> bytes:
        return b"" if data.startswith(_STATUS_CHANNEL) else data
