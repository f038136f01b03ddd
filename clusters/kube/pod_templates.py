"""What the pods of a workload share: their containers, init containers and volumes, and a little more.

They are the larger part of a pod, and the same bytes in each pod of a replica set but for the name of one volume. They
are therefore decoded once for all of them, and kept once.
https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
"""

from dataclasses import dataclass
from hashlib import blake2b, sha256

import msgspec

from clusters.kube.objects import Decoder, Metadata, Pod, PodSpec, PodStatus, WatchedPod, WatchedSpec, encode

MOST_KNOWN = 2000
"""Templates that are remembered, of about 10 kB each."""

_PIECE = 2047

_TOKEN_VOLUME, _TOKEN_LENGTH = b'"kube-api-access-', 5
# No name of a volume has such a character.
_NO_TOKEN = _TOKEN_VOLUME + b"#####"

_PARTS = b'{"containers":%b,"initContainers":%b,"volumes":%b,"restartPolicy":%b,"serviceAccountName":%b}'

_specs = Decoder(PodSpec)
_pods = Decoder(WatchedPod)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Some pods' containers and volumes: the number that names them, as they are kept, and decoded.

    Compared by identity, so that what follows from one can be remembered by it.
    """

    number: int
    kept: bytes
    spec: PodSpec


def take(pod: WatchedPod) -> tuple[Template, Pod, WatchedPod]:
    """The template of a pod that was watched, the pod as a whole, and what is kept for itself.

    That lacks what a row has in columns of their own: name, labels, node, its only owner, and their like.
    Raises msgspec.MsgspecError or UnicodeDecodeError for containers or volumes that cannot be decoded.
    """
    spec = pod.spec
    volumes = bytes(spec.volumes)
    token = _token(volumes)
    parts = _PARTS % (
        spec.containers or b"[]",
        spec.init_containers or b"[]",
        volumes or b"[]",
        spec.restart_policy or b'""',
        spec.service_account_name or b'""',
    )
    if token:
        parts = parts.replace(_TOKEN_VOLUME + token, _NO_TOKEN)
    template = _known.template(parts)
    own = WatchedSpec(
        ephemeral_containers=spec.ephemeral_containers,
        readiness_gates=spec.readiness_gates,
        resources=spec.resources,
        overhead=spec.overhead,
        token=token.decode(),
    )
    kept = WatchedPod(metadata=_without_columns(pod.metadata), spec=own, status=pod.status)
    return template, _whole(pod.metadata, spec.node_name, spec, pod.status, template.spec), kept


def read(columns: Metadata, node_name: str, own: bytes, template: bytes) -> Pod:
    """The pod from its row's columns, its row's detail and its template. Raises as `take` does."""
    pod = _pods.decode(own)
    metadata, token = pod.metadata, pod.spec.token.encode()
    metadata = msgspec.structs.replace(
        columns,
        generation=metadata.generation,
        deletion_timestamp=metadata.deletion_timestamp,
        annotations=metadata.annotations,
        owner_references=metadata.owner_references or columns.owner_references,
    )
    spec = _specs.decode(template.replace(_NO_TOKEN, _TOKEN_VOLUME + token) if token else template)
    return _whole(metadata, node_name, pod.spec, pod.status, spec)


def _without_columns(metadata: Metadata) -> Metadata:
    owners = metadata.owner_references
    return Metadata(
        generation=metadata.generation,
        deletion_timestamp=metadata.deletion_timestamp,
        annotations=metadata.annotations,
        owner_references=[] if len(owners) == 1 and owners[0].controller else owners,
    )


def _token(volumes: bytes) -> bytes:
    at = volumes.find(_TOKEN_VOLUME)
    if at < 0:
        return b""
    name, quote, _ = volumes[at + len(_TOKEN_VOLUME) :][: _TOKEN_LENGTH + 1].partition(b'"')
    return name if quote and len(name) == _TOKEN_LENGTH and name.isalnum() else b""


class _Known:
    """Templates by the digests of their parts."""

    def __init__(self) -> None:
        self._by_digest: dict[bytes, Template] = {}
        self._latest: tuple[bytes, Template] | None = None

    def template(self, parts: bytes) -> Template:
        """Of these parts. Lists come workload by workload, so that it mostly is the latest."""
        if self._latest and self._latest[0] == parts:
            return self._latest[1]
        key = _digest(parts)
        template = self._by_digest.get(key)
        if template is None:
            if len(self._by_digest) >= MOST_KNOWN:
                self._by_digest.clear()
            template = self._by_digest[key] = _template(parts)
        self._latest = parts, template
        return template


_known = _Known()


def _template(parts: bytes) -> Template:
    spec = _specs.decode(parts)
    # Not of the bytes as they came, which hold the values of variables.
    kept = encode(spec)
    return Template(int.from_bytes(blake2b(kept, digest_size=8).digest(), signed=True), kept, spec)


def _digest(parts: bytes) -> bytes:
    """Piece by piece: hashlib lets other threads run for 2048 bytes or more, and then waits for its turn."""
    digest = sha256()
    for start in range(0, len(parts), _PIECE):
        digest.update(parts[start : start + _PIECE])
    return digest.digest()


def _whole(metadata: Metadata, node_name: str, own: WatchedSpec, status: PodStatus, template: PodSpec) -> Pod:
    spec = PodSpec(
        containers=template.containers,
        init_containers=template.init_containers,
        volumes=template.volumes,
        node_name=node_name,
        ephemeral_containers=own.ephemeral_containers,
        restart_policy=template.restart_policy,
        service_account_name=template.service_account_name,
        readiness_gates=own.readiness_gates,
        resources=own.resources,
        overhead=own.overhead,
    )
    return Pod(metadata=metadata, spec=spec, status=status)
