"""Field selectors: each kind knows the fields that it knows on a real server, and refuses others in the same words."""

import pytest

from simulator.kinds import KINDS, Kind
from tests.harness.kubernetes_api import KubernetesApi

LISTED = [kind for kind in KINDS if "list" in kind.verbs and kind.group != "metrics.k8s.io"]
FIELDS = (
    *("metadata.name", "metadata.namespace", "spec.nodeName", "spec.unschedulable", "spec.type", "spec.clusterIP"),
    *("spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "spec.signerName"),
    *("status.phase", "status.podIP", "status.nominatedNodeName", "status.replicas", "status.successful", "type"),
    *("involvedObject.name", "involvedObject.uid", "involvedObject.kind", "reason", "source", "reportingComponent"),
    *("metadata.labels", "metadata.uid", "spec.replicas"),
)


def refusals(api: KubernetesApi, kind: Kind) -> dict[str, str]:
    """What is said of the fields that the kind does not know."""
    path = f"/{'apis' if kind.group else 'api'}/{kind.api_version}/{kind.plural}"
    found = {}
    for field in FIELDS:
        answer = api.ask("GET", path, query={"fieldSelector": f"{field}=x", "limit": 1})
        if answer.code != 200:
            found[field] = answer.refusal[2]
    return found


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.plural)
def test_a_kind_knows_the_same_fields(simulated_api: KubernetesApi, real_api: KubernetesApi, kind: Kind) -> None:
    assert refusals(simulated_api, kind) == refusals(real_api, kind)
