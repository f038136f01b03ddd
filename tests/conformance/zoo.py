"""An object of every sort that a table prints in its own way. No scheduler touches its pods."""

from typing import Any

from tests.harness.kubernetes_api import KubernetesApi
from tests.manifests import ago

Manifest = dict[str, Any]
CONTAINERS = [{"name": "one", "image": "example.invalid/one:1"}, {"name": "two", "image": "example.invalid/two:2"}]


def template(name: str, **spec: Any) -> Manifest:
    pod = {"schedulerName": "nobody", "containers": CONTAINERS, **spec}
    return {"metadata": {"labels": {"app": name, "tier": "front"}}, "spec": pod}


def selecting(name: str) -> Manifest:
    return {"matchLabels": {"tier": "front", "app": name}}


def workload(name: str, **spec: Any) -> Manifest:
    return {"metadata": {"name": name}, "spec": {"selector": selecting(name), "template": template(name), **spec}}


def job(name: str, **spec: Any) -> Manifest:
    return {"metadata": {"name": name}, "spec": {"template": template(name, restartPolicy="Never"), **spec}}


def cron_job(name: str, **spec: Any) -> Manifest:
    body = {"schedule": "0 3 * * *", "jobTemplate": {"spec": job(name)["spec"]}, **spec}
    return {"metadata": {"name": name}, "spec": body}


def service(name: str, *ports: int, **spec: Any) -> Manifest:
    listed = [{"name": f"p{port}", "port": port} for port in ports]
    return {"metadata": {"name": name}, "spec": {"ports": listed, **spec}}


def ingress(name: str, *hosts: str, **spec: Any) -> Manifest:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rules = [{**({"host": host} if host else {}), "http": {"paths": [path]}} for host in hosts]
    return {"metadata": {"name": name}, "spec": {"rules": rules, **spec}}


def autoscaler(name: str, *metrics: Manifest, **spec: Any) -> Manifest:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    body = {"scaleTargetRef": target, "maxReplicas": 9, "metrics": list(metrics), **spec}
    return {"metadata": {"name": name}, "spec": body}


def resource(name: str, **target: Any) -> Manifest:
    return {"type": "Resource", "resource": {"name": name, "target": target}}


def named(kind: str, **target: Any) -> Manifest:
    key = kind.lower()
    described = {"describedObject": {"kind": "Service", "name": "web"}} if kind == "Object" else {}
    return {"type": kind, key: {"metric": {"name": "requests"}, "target": target, **described}}


def slice_of(name: str, ports: list[Manifest], *addresses: str) -> Manifest:
    endpoints = [{"addresses": [address]} for address in addresses]
    return {"metadata": {"name": name}, "addressType": "IPv4", "ports": ports, "endpoints": endpoints}


CPU = resource("cpu", type="Utilization", averageUtilization=80)
MEMORY = resource("memory", type="AverageValue", averageValue="200Mi")
RBAC = "rbac.authorization.k8s.io"
OBJECTS: dict[str, list[Manifest]] = {
    "apps/v1 deployments": [
        workload("web", replicas=2),
        workload("idle", replicas=0),
        {
            "metadata": {"name": "picky"},
            "spec": {
                "selector": {
                    "matchLabels": {"app": "picky"},
                    "matchExpressions": [
                        {"key": "tier", "operator": "In", "values": ["front", "back"]},
                        {"key": "old", "operator": "DoesNotExist"},
                    ],
                },
                "template": template("picky"),
            },
        },
    ],
    "apps/v1 replicasets": [workload("lone", replicas=1)],
    "apps/v1 statefulsets": [workload("db", serviceName="db", replicas=1)],
    "apps/v1 daemonsets": [
        {
            "metadata": {"name": "agent"},
            "spec": {"selector": selecting("agent"), "template": template("agent", nodeSelector={"no": "node"})},
        }
    ],
    "v1 replicationcontrollers": [
        {"metadata": {"name": "old"}, "spec": {"replicas": 0, "selector": {"app": "old"}, "template": template("old")}}
    ],
    "batch/v1 jobs": [
        job("one-run"),
        job("three-runs", completions=3, parallelism=2),
        job("any-of-two", parallelism=2),
        job("waiting", suspend=True),
    ],
    "batch/v1 cronjobs": [cron_job("nightly"), cron_job("resting", suspend=True, timeZone="Europe/Berlin")],
    "v1 services": [
        service("plain", 80, selector={"app": "web", "tier": "front"}),
        service("ports", 80, 443, type="NodePort"),
        service("balanced", 80, type="LoadBalancer"),
        service("pending", 80, type="LoadBalancer"),
        service("headless", clusterIP="None"),
        service("outside", 80, externalIPs=["192.0.2.1", "192.0.2.2"]),
        {"metadata": {"name": "alias"}, "spec": {"type": "ExternalName", "externalName": "example.invalid"}},
    ],
    "v1 endpoints": [
        {"metadata": {"name": "none"}},
        {
            "metadata": {"name": "many"},
            "subsets": [
                {"addresses": [{"ip": f"192.0.2.{number}"} for number in range(1, 6)], "ports": [{"port": 80}]},
                {"addresses": [{"ip": "192.0.2.9"}]},
            ],
        },
    ],
    "discovery.k8s.io/v1 endpointslices": [
        slice_of("none", []),
        slice_of("few", [{"name": "a", "port": 80}, {"name": "b", "port": 81}], "192.0.2.1"),
        slice_of(
            "many",
            [{"name": f"p{port}", "port": port} for port in range(80, 85)],
            *(f"192.0.2.{n}" for n in range(1, 6)),
        ),
    ],
    "networking.k8s.io/v1 ingresses": [
        ingress("open", ""),
        ingress("hosts", "a.example.com", "b.example.com", ingressClassName="sea"),
        ingress("many", *(f"{letter}.example.com" for letter in "abcde"), tls=[{"hosts": ["a.example.com"]}]),
    ],
    "networking.k8s.io/v1 networkpolicies": [
        {"metadata": {"name": "all"}, "spec": {"podSelector": {}}},
        {"metadata": {"name": "some"}, "spec": {"podSelector": selecting("web")}},
    ],
    "v1 configmaps": [{"metadata": {"name": "mixed"}, "data": {"a": "1"}, "binaryData": {"b": "AA=="}}],
    "v1 secrets": [
        {"metadata": {"name": "opaque"}, "data": {"a": "AA==", "b": "AA=="}},
        {"metadata": {"name": "empty"}, "type": "example.com/empty"},
    ],
    "v1 serviceaccounts": [{"metadata": {"name": "robot"}}],
    "v1 persistentvolumeclaims": [
        {
            "metadata": {"name": "wanted"},
            "spec": {
                "accessModes": ["ReadWriteMany", "ReadOnlyMany"],
                "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "nowhere",
            },
        }
    ],
    "autoscaling/v2 horizontalpodautoscalers": [
        autoscaler("on-cpu", CPU, minReplicas=2),
        autoscaler("on-all", CPU, MEMORY, named("Pods", type="AverageValue", averageValue="10")),
        autoscaler("on-object", named("Object", type="Value", value="2k")),
        autoscaler("on-external", named("External", type="Value", value="5")),
        autoscaler("on-average", named("External", type="AverageValue", averageValue="5")),
    ],
    "policy/v1 poddisruptionbudgets": [
        {"metadata": {"name": "least"}, "spec": {"minAvailable": 0, "selector": selecting("web")}},
        {"metadata": {"name": "most"}, "spec": {"maxUnavailable": "50%", "selector": selecting("web")}},
    ],
    f"{RBAC}/v1 roles": [{"metadata": {"name": "reader"}, "rules": []}],
    f"{RBAC}/v1 rolebindings": [
        {
            "metadata": {"name": "readers"},
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "reader"},
            "subjects": [
                {"apiGroup": RBAC, "kind": "User", "name": "jane"},
                {"apiGroup": RBAC, "kind": "User", "name": "joe"},
                {"apiGroup": RBAC, "kind": "Group", "name": "crew"},
                {"kind": "ServiceAccount", "name": "robot", "namespace": "default"},
            ],
        }
    ],
    "coordination.k8s.io/v1 leases": [
        {"metadata": {"name": "held"}, "spec": {"holderIdentity": "somebody"}},
        {"metadata": {"name": "free"}},
    ],
    "v1 limitranges": [{"metadata": {"name": "limits"}, "spec": {"limits": []}}],
}
"""By version and plural; they go into a namespace."""

STATUSES: dict[tuple[str, str], Manifest] = {
    ("batch/v1 cronjobs", "resting"): {"lastScheduleTime": ago(hours=3)},
    ("v1 services", "balanced"): {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}, {"hostname": "lb.example.com"}]}},
    ("networking.k8s.io/v1 ingresses", "hosts"): {"loadBalancer": {"ingress": [{"ip": "192.0.2.8"}]}},
}
"""What no controller of the test cluster says."""


def collection(api_version_and_plural: str, namespace: str) -> str:
    version, plural = api_version_and_plural.split()
    return f"/{'apis' if '/' in version else 'api'}/{version}/namespaces/{namespace}/{plural}"


def fill(api: KubernetesApi, namespace: str) -> None:
    """Creates them all."""
    for where, objects in OBJECTS.items():
        path = collection(where, namespace)
        for obj in objects:
            api.create(path, obj)
            if status := STATUSES.get((where, obj["metadata"]["name"])):
                api.patch(f"{path}/{obj['metadata']['name']}/status", {"status": status})
