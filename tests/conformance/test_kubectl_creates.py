"""Somebody creates things with kubectl and no file: it sends them as Protobuf."""

import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.manifests import deployment, pod
from tests.harness.kubectl import Kubectl, KubectlFailed
from tests.harness.kubernetes_api import KubernetesApi

RBAC = "rbac.authorization.k8s.io"
_NOBODY = '--overrides={"spec":{"schedulerName":"nobody"}}'
_CREATED: list[tuple[str, str, dict[str, Any]]] = [
    (
        "deployment shop --image=shop:1 --image=cart:2 --replicas=0",
        "deployment.apps/shop",
        {
            "spec.replicas": 0,
            "spec.selector": {"matchLabels": {"app": "shop"}},
            "spec.strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "spec.template.spec.containers.1.image": "cart:2",
            "spec.template.spec.containers.1.resources": {},
        },
    ),
    (
        "deployment shop --image=shop:1 --replicas=0 --port=80 -- serve --loud",
        "deployment.apps/shop",
        {
            "spec.template.spec.containers.0.command": ["serve", "--loud"],
            "spec.template.spec.containers.0.ports": [{"containerPort": 80, "protocol": "TCP"}],
        },
    ),
    (
        "job once --image=shop:1 -- count",
        "job.batch/once",
        {"spec.backoffLimit": 6, "spec.template.spec.containers.0.command": ["count"], "spec.suspend": False},
    ),
    (
        "cronjob nightly --image=shop:1 --schedule=0_3_*_*_*",
        "cronjob.batch/nightly",
        {"spec.schedule": "0 3 * * *", "spec.jobTemplate.spec.template.spec.restartPolicy": "OnFailure"},
    ),
    (
        "configmap colours --from-literal=sky=blue --from-literal=sea=",
        "configmap/colours",
        {"data": {"sky": "blue", "sea": ""}},
    ),
    ("configmap bare", "configmap/bare", {"data": None}),
    (
        "secret generic key --from-literal=word=Sesame",
        "secret/key",
        {"data": {"word": base64.b64encode(b"Sesame").decode()}, "type": "Opaque"},
    ),
    (
        "secret docker-registry pull --docker-server=example.invalid --docker-username=a --docker-password=b",
        "secret/pull",
        {"type": "kubernetes.io/dockerconfigjson"},
    ),
    (
        "service clusterip web --tcp=80:8080 --tcp=443",
        "service/web",
        {
            "spec.type": "ClusterIP",
            "spec.selector": {"app": "web"},
            "spec.ports": [
                {"name": "80-8080", "port": 80, "protocol": "TCP", "targetPort": 8080},
                {"name": "443", "port": 443, "protocol": "TCP", "targetPort": 443},
            ],
        },
    ),
    ("service clusterip web --clusterip=None --tcp=80:http", "service/web", {"spec.ports.0.targetPort": "http"}),
    ("service nodeport web --tcp=80", "service/web", {"spec.type": "NodePort"}),
    ("service loadbalancer web --tcp=80", "service/web", {"spec.type": "LoadBalancer", "status": {"loadBalancer": {}}}),
    (
        "service externalname alias --external-name=example.invalid",
        "service/alias",
        {"spec.externalName": "example.invalid", "spec.type": "ExternalName"},
    ),
    ("serviceaccount robot", "serviceaccount/robot", {"metadata.name": "robot"}),
    (
        "role reader --verb=get,list --resource=pods,deployments.apps --resource-name=web",
        f"role.{RBAC}/reader",
        {
            "rules": [
                {"apiGroups": [""], "resourceNames": ["web"], "resources": ["pods"], "verbs": ["get", "list"]},
                {
                    "apiGroups": ["apps"],
                    "resourceNames": ["web"],
                    "resources": ["deployments"],
                    "verbs": ["get", "list"],
                },
            ]
        },
    ),
    (
        "rolebinding readers --role=reader --user=jane --serviceaccount=default:robot",
        f"rolebinding.{RBAC}/readers",
        {
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "reader"},
            "subjects": [
                {"apiGroup": RBAC, "kind": "User", "name": "jane"},
                {"kind": "ServiceAccount", "name": "robot", "namespace": "default"},
            ],
        },
    ),
    (
        "poddisruptionbudget least --selector=app=web --min-available=50%",
        "poddisruptionbudget.policy/least",
        {"spec": {"minAvailable": "50%", "selector": {"matchLabels": {"app": "web"}}}},
    ),
    (
        "poddisruptionbudget most --selector=app=web --max-unavailable=1",
        "poddisruptionbudget.policy/most",
        {"spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}}},
    ),
    (
        "ingress door --rule=shop.example.com/cart*=cart:http,tls=cert --default-backend=web:80",
        "ingress.networking.k8s.io/door",
        {
            "spec.defaultBackend": {"service": {"name": "web", "port": {"number": 80}}},
            "spec.rules": [
                {
                    "host": "shop.example.com",
                    "http": {
                        "paths": [
                            {
                                "backend": {"service": {"name": "cart", "port": {"name": "http"}}},
                                "path": "/cart",
                                "pathType": "Prefix",
                            }
                        ]
                    },
                }
            ],
            "spec.tls": [{"hosts": ["shop.example.com"], "secretName": "cert"}],
        },
    ),
    ("quota few --hard=pods=3 --scopes=BestEffort", "resourcequota/few", {"spec.scopes": ["BestEffort"]}),
    (
        "quota small --hard=cpu=1500m,memory=2Gi,pods=3",
        "resourcequota/small",
        {"spec.hard": {"cpu": "1500m", "memory": "2Gi", "pods": "3"}},
    ),
]
_CLUSTER_WIDE: list[tuple[str, str, dict[str, Any]]] = [
    ("namespace NAME", "namespace/NAME", {"spec": {"finalizers": ["kubernetes"]}}),
    (
        "clusterrole NAME --verb=get --non-resource-url=/healthz",
        f"clusterrole.{RBAC}/NAME",
        {"rules": [{"nonResourceURLs": ["/healthz"], "verbs": ["get"]}]},
    ),
    (
        "clusterrole NAME --aggregation-rule=tier=front",
        f"clusterrole.{RBAC}/NAME",
        {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"tier": "front"}}]}},
    ),
    (
        "clusterrolebinding NAME --clusterrole=view --group=crew",
        f"clusterrolebinding.{RBAC}/NAME",
        {"subjects": [{"apiGroup": RBAC, "kind": "Group", "name": "crew"}]},
    ),
    (
        "priorityclass NAME --value=-7 --description=last",
        "priorityclass.scheduling.k8s.io/NAME",
        {"value": -7, "description": "last", "preemptionPolicy": "PreemptLowerPriority", "globalDefault": None},
    ),
]


@pytest.fixture
def kubectl(api: KubernetesApi, namespace: str) -> Kubectl:
    """kubectl in a fresh namespace."""
    return api.kubectl.within(namespace)


def at(obj: Any, path: str) -> Any:
    """What stands at `spec.rules.0`; None where nothing does."""
    for part in path.split("."):
        obj = obj[int(part)] if isinstance(obj, list) else obj.get(part)
    return obj


def check(kubectl: Kubectl, created: str, expected: dict[str, Any]) -> None:
    found = kubectl.json("get", created)
    assert {path: at(found, path) for path in expected} == expected


@pytest.mark.parametrize(("arguments", "created", "expected"), _CREATED, ids=[case[0] for case in _CREATED])
def test_create(kubectl: Kubectl, arguments: str, created: str, expected: dict[str, Any]) -> None:
    words = [word.replace("_", " ") for word in arguments.split()]
    assert kubectl("create", *words) == f"{created} created\n"
    check(kubectl, created, expected)


@pytest.fixture
def name(api: KubernetesApi) -> Iterator[str]:
    """A name for something outside of namespaces, which is deleted afterwards."""
    name = f"test-{secrets.token_hex(4)}"
    yield name
    for kind in ("namespace", "clusterrole", "clusterrolebinding", "priorityclass"):
        api.kubectl("delete", kind, name, "--ignore-not-found", "--wait=false")


@pytest.mark.parametrize(("arguments", "created", "expected"), _CLUSTER_WIDE, ids=[case[0] for case in _CLUSTER_WIDE])
def test_create_outside_of_namespaces(
    api: KubernetesApi, name: str, arguments: str, created: str, expected: dict[str, Any]
) -> None:
    created = created.replace("NAME", name)
    assert api.kubectl("create", *arguments.replace("NAME", name).split()) == f"{created} created\n"
    check(api.kubectl, created, expected)


def test_what_is_there_already(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "colours")
    with pytest.raises(KubectlFailed, match='configmaps "colours" already exists'):
        kubectl("create", "configmap", "colours")


def test_what_may_not_be(kubectl: Kubectl) -> None:
    with pytest.raises(KubectlFailed, match="a lowercase RFC 1123 subdomain must consist of"):
        kubectl("create", "configmap", "Colours")
    with pytest.raises(KubectlFailed, match=r'namespaces "nowhere" not found'):
        kubectl("create", "configmap", "colours", "--namespace=nowhere")


def test_dry_run(kubectl: Kubectl) -> None:
    assert (
        kubectl("create", "configmap", "colours", "--dry-run=server") == "configmap/colours created (server dry run)\n"
    )
    with pytest.raises(KubectlFailed, match='configmaps "colours" not found'):
        kubectl("get", "configmap", "colours")


def test_run(kubectl: Kubectl) -> None:
    options = ("--image=web:1", "--env=COLOUR=blue", "--port=80", "--labels=tier=front", "--restart=Never")
    assert kubectl("run", "web", *options, _NOBODY) == "pod/web created\n"
    found = kubectl.json("get", "pod", "web")
    assert found["metadata"]["labels"] == {"tier": "front"}
    (container,) = found["spec"]["containers"]
    assert container["env"] == [{"name": "COLOUR", "value": "blue"}]
    assert (container["ports"], container["resources"]) == ([{"containerPort": 80, "protocol": "TCP"}], {})
    assert (found["spec"]["restartPolicy"], found["spec"]["schedulerName"]) == ("Never", "nobody")


def test_expose_and_autoscale(api: KubernetesApi, namespace: str, kubectl: Kubectl) -> None:
    api.create(f"/apis/apps/v1/namespaces/{namespace}/deployments", deployment())
    assert kubectl("expose", "deployment", "web", "--port=80", "--target-port=http") == "service/web exposed\n"
    check(kubectl, "service/web", {"spec.ports.0.targetPort": "http", "spec.selector": {"app": "web"}})
    scaled = kubectl("autoscale", "deployment", "web", "--min=2", "--max=5", "--cpu=80%")
    assert scaled == "horizontalpodautoscaler.autoscaling/web autoscaled\n"
    cpu = {"name": "cpu", "target": {"averageUtilization": 80, "type": "Utilization"}}
    expected = {"spec.minReplicas": 2, "spec.maxReplicas": 5, "spec.metrics": [{"resource": cpu, "type": "Resource"}]}
    check(kubectl, "horizontalpodautoscaler/web", expected)


def test_auth_reconcile(namespace: str, kubectl: Kubectl) -> None:
    """It creates the role, and then updates it."""
    pods = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    nodes = {**pods, "resources": ["nodes"]}
    role = {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": "reader", "namespace": namespace}}
    for rules in ([pods], [pods, nodes]):
        told = kubectl("auth", "reconcile", "-f", "-", stdin=json.dumps({**role, "rules": rules}))
        assert told.startswith(f"role.{RBAC}/reader reconciled\n")
        check(kubectl, "role/reader", {"rules": rules})


def test_a_pod_is_evicted(api: KubernetesApi, namespace: str, kubectl: Kubectl) -> None:
    """With a grace period of its own, and as a deletion where evictions are not wanted."""
    node = f"node-{secrets.token_hex(4)}"
    api.create("/api/v1/nodes", {"metadata": {"name": node}})
    try:
        for way in ((), ("--disable-eviction",)):
            manifest = {**pod(), "spec": {"nodeName": node, "containers": pod()["spec"]["containers"]}}
            api.create(f"/api/v1/namespaces/{namespace}/pods", manifest)
            drained = kubectl("drain", node, "--force", "--grace-period=0", "--timeout=30s", *way)
            assert drained.endswith(f"node/{node} drained\n")
            assert kubectl("get", "pods") == ""
    finally:
        api.delete(f"/api/v1/nodes/{node}")
