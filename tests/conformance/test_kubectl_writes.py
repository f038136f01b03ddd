"""Somebody works with kubectl."""

import json
import secrets
from collections.abc import Iterator

import pytest

from tests.conformance.manifests import config_map, deployment, pod
from tests.harness.kubectl import Kubectl, KubectlFailed
from tests.harness.kubernetes_api import KubernetesApi


@pytest.fixture
def kubectl(api: KubernetesApi, namespace: str) -> Kubectl:
    """kubectl in a fresh namespace."""
    return api.kubectl.within(namespace)


@pytest.fixture
def web(api: KubernetesApi, namespace: str, kubectl: Kubectl) -> Kubectl:
    """The same, with a deployment "web" that has no pods."""
    api.create(f"/apis/apps/v1/namespaces/{namespace}/deployments", deployment())
    return kubectl


@pytest.fixture
def node(api: KubernetesApi) -> Iterator[str]:
    """A node that is nothing but an object."""
    name = f"node-{secrets.token_hex(4)}"
    api.create("/api/v1/nodes", {"metadata": {"name": name}})
    yield name
    api.delete(f"/api/v1/nodes/{name}")


def test_create(kubectl: Kubectl) -> None:
    manifest = json.dumps(deployment("shop"))
    assert kubectl("create", "-f", "-", stdin=manifest) == "deployment.apps/shop created\n"
    with pytest.raises(KubectlFailed, match=r'deployments\.apps "shop" already exists'):
        kubectl("create", "-f", "-", stdin=manifest)


def test_expose(web: Kubectl) -> None:
    assert web("expose", "deployment", "web", "--port=80") == "service/web exposed\n"
    assert web.json("get", "service", "web")["spec"]["selector"] == {"app": "web"}


@pytest.mark.parametrize("way", ["--server-side=false", "--server-side"])
def test_apply(kubectl: Kubectl, way: str) -> None:
    def apply(**data: str) -> str:
        return kubectl("apply", way, "-f", "-", stdin=json.dumps(config_map(**data)))

    applied = {"--server-side": ["serverside-applied"] * 3}.get(way, ["created", "configured", "unchanged"])
    assert apply(sky="blue", sea="blue") == f"configmap/colours {applied[0]}\n"
    assert apply(sky="grey") == f"configmap/colours {applied[1]}\n"
    assert kubectl.json("get", "configmap", "colours")["data"] == {"sky": "grey"}
    assert apply(sky="grey") == f"configmap/colours {applied[2]}\n"


def test_apply_of_a_deployment(kubectl: Kubectl) -> None:
    manifest = deployment()
    assert kubectl("apply", "-f", "-", stdin=json.dumps(manifest)) == "deployment.apps/web created\n"
    assert kubectl("apply", "-f", "-", stdin=json.dumps(manifest)) == "deployment.apps/web unchanged\n"
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2"
    assert kubectl("apply", "-f", "-", stdin=json.dumps(manifest)) == "deployment.apps/web configured\n"
    assert kubectl("diff", "-f", "-", stdin=json.dumps(manifest)) == ""


def test_apply_from_client_side_to_server_side(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=json.dumps(config_map(sky="blue", sea="blue")))
    kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(config_map(sky="grey")))
    assert kubectl.json("get", "configmap", "colours")["data"] == {"sky": "grey"}


def test_a_conflict_is_told(kubectl: Kubectl) -> None:
    apply = ("apply", "--server-side", "-f", "-")
    kubectl(*apply, "--field-manager=painter", stdin=json.dumps(config_map(sky="blue")))
    with pytest.raises(KubectlFailed, match=r'conflict with "painter": \.data\.sky'):
        kubectl(*apply, stdin=json.dumps(config_map(sky="red")))
    kubectl(*apply, "--force-conflicts", stdin=json.dumps(config_map(sky="red")))


def test_a_field_that_is_none(kubectl: Kubectl) -> None:
    with pytest.raises(KubectlFailed, match=r'unknown field "spec\.replica"'):
        kubectl("create", "-f", "-", stdin=json.dumps(deployment(replica=1)))
    with pytest.raises(KubectlFailed, match=r"spec\.replicas: Invalid value: -1"):
        kubectl("create", "-f", "-", stdin=json.dumps(deployment(replicas=-1)))


def test_dry_runs(web: Kubectl) -> None:
    web("delete", "deployment", "web", "--dry-run=server")
    web("scale", "deployment", "web", "--replicas=3", "--dry-run=server")
    assert web.json("get", "deployment", "web")["spec"]["replicas"] == 0


def test_scale(web: Kubectl) -> None:
    web("patch", "deployment", "web", "-p", '{"spec": {"template": {"spec": {"nodeSelector": {"no": "where"}}}}}')
    assert web("scale", "deployment", "web", "--replicas=1") == "deployment.apps/web scaled\n"
    assert web.json("get", "deployment", "web")["spec"]["replicas"] == 1
    with pytest.raises(KubectlFailed, match="Expected replicas to be 5, was 1"):
        web("scale", "deployment", "web", "--current-replicas=5", "--replicas=2")


def test_set(web: Kubectl) -> None:
    assert web("set", "image", "deployment/web", "server=web:2") == "deployment.apps/web image updated\n"
    assert web("set", "env", "deployment/web", "COLOUR=blue") == "deployment.apps/web env updated\n"
    assert web("set", "resources", "deployment/web", "--limits=cpu=1") == (
        "deployment.apps/web resource requirements updated\n"
    )
    (container,) = web.json("get", "deployment", "web")["spec"]["template"]["spec"]["containers"]
    assert (container["image"], container["env"]) == ("web:2", [{"name": "COLOUR", "value": "blue"}])
    assert container["resources"] == {"limits": {"cpu": "1"}}


def test_rollouts(web: Kubectl) -> None:
    assert web("rollout", "restart", "deployment/web") == "deployment.apps/web restarted\n"
    template = web.json("get", "deployment", "web")["spec"]["template"]
    assert "kubectl.kubernetes.io/restartedAt" in template["metadata"]["annotations"]
    assert web("rollout", "pause", "deployment/web") == "deployment.apps/web paused\n"
    with pytest.raises(KubectlFailed, match="can't restart paused deployment"):
        web("rollout", "restart", "deployment/web")
    assert web("rollout", "resume", "deployment/web") == "deployment.apps/web resumed\n"


def test_label_and_annotate(web: Kubectl) -> None:
    assert web("label", "deployment", "web", "tier=front") == "deployment.apps/web labeled\n"
    with pytest.raises(KubectlFailed, match="already has a value"):
        web("label", "deployment", "web", "tier=back")
    assert web("label", "deployment", "web", "tier-") == "deployment.apps/web unlabeled\n"
    assert web("annotate", "deployment", "web", "why=so") == "deployment.apps/web annotated\n"
    metadata = web.json("get", "deployment", "web")["metadata"]
    assert (metadata.get("labels"), metadata["annotations"]["why"]) == (None, "so")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("merge", '{"spec": {"paused": true}}'),
        ("strategic", '{"spec": {"paused": true}}'),
        ("json", '[{"op": "add", "path": "/spec/paused", "value": true}]'),
    ],
)
def test_patch(web: Kubectl, kind: str, change: str) -> None:
    assert web("patch", "deployment", "web", "--type", kind, "-p", change) == "deployment.apps/web patched\n"
    assert (
        web("patch", "deployment", "web", "--type", kind, "-p", change) == "deployment.apps/web patched (no change)\n"
    )


def test_replace(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps(config_map(sky="blue")))
    assert kubectl("replace", "-f", "-", stdin=json.dumps(config_map(sky="red"))) == "configmap/colours replaced\n"


def test_delete(kubectl: Kubectl) -> None:
    for name in ("one", "two", "three"):
        manifest = config_map(name)
        manifest["metadata"]["labels"] = {"odd": str(name != "two").lower()}
        kubectl("create", "-f", "-", stdin=json.dumps(manifest))
    assert 'configmap "two" deleted' in kubectl("delete", "configmap", "two")
    kubectl("delete", "configmap", "-l", "odd=true")
    with pytest.raises(KubectlFailed, match='configmaps "one" not found'):
        kubectl("delete", "configmap", "one")
    kubectl("create", "-f", "-", stdin=json.dumps(pod()))
    assert 'pod "web" deleted' in kubectl("delete", "pod", "web")


def test_cordon(api: KubernetesApi, node: str) -> None:
    assert api.kubectl("cordon", node) == f"node/{node} cordoned\n"
    assert api.get(f"/api/v1/nodes/{node}")["spec"]["unschedulable"] is True
    assert api.kubectl("cordon", node) == f"node/{node} already cordoned\n"
    assert api.kubectl("uncordon", node) == f"node/{node} uncordoned\n"
    assert "unschedulable" not in api.get(f"/api/v1/nodes/{node}")["spec"]


def test_taint(api: KubernetesApi, node: str) -> None:
    assert api.kubectl("taint", "node", node, "for=tests:NoSchedule") == f"node/{node} tainted\n"
    taints = api.get(f"/api/v1/nodes/{node}")["spec"]["taints"]
    assert {"key": "for", "value": "tests", "effect": "NoSchedule"} in taints
