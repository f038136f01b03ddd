"""Asking the API server whether our credentials may do something.

https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
"""

import msgspec

from clusters.kube.client import Client
from clusters.kube.errors import NotKubernetes

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class _Status(msgspec.Struct):
    allowed: bool = False


class _Review(msgspec.Struct):
    status: _Status = msgspec.field(default_factory=_Status)


async def is_allowed(client: Client, verb: str, subresource: str, *, namespace: str, pod: str = "") -> bool:
    """Whether the verb is allowed now on a subresource such as `exec` of the pod, or of every pod of the namespace.

    Raises KubeError where the server does not say.
    """
    asked = {"verb": verb, "resource": "pods", "subresource": subresource, "namespace": namespace, "name": pod}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    answer = await client.post(_PATH, msgspec.json.encode(body))
    try:
        return msgspec.json.decode(answer, type=_Review).status.allowed
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotKubernetes(f"What answers at {client.host} does not review access.") from None
