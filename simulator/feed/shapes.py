"""What pods look like in each of their states, with the fields that an API server would send."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

Object = dict[str, Any]

APPS = (
    *("checkout", "ledger", "catalog", "search", "basket", "payments"),
    *("sessions", "pricing", "shipping", "reviews", "gateway", "mailer"),
)
"""Names of workloads. Each has variables and images of its own."""

_SETTINGS = ("DATABASE_HOST", "CACHE_URL", "QUEUE_URL", "LOG_LEVEL")


class State(Enum):
    """In which state a pod is."""

    RUNNING = "running"
    RESTARTED = "restarted"
    NOT_READY = "not ready"
    CRASH_LOOP = "crash loop"
    UNSCHEDULABLE = "unschedulable"
    CREATING = "creating"
    PULLING = "pulling"
    TERMINATING = "terminating"


_READY = (State.RUNNING, State.RESTARTED, State.TERMINATING)
_STARTED = (*_READY, State.NOT_READY)
_NOT_STARTED = {"ready": False, "started": False}


def pod(app: str, state: State) -> Object:
    """A pod of two containers, without kind and apiVersion; its slots are those of `population.Pod`."""
    return {"metadata": _metadata(app, state), "spec": _spec(app, state), "status": _status(app, state)}


def _metadata(app: str, state: State) -> Object:
    leaving = {"deletionTimestamp": "«since»", "deletionGracePeriodSeconds": 30} if state is State.TERMINATING else {}
    return {
        "name": "«name»",
        "generateName": "«replica_set»-",
        "namespace": "«namespace»",
        "uid": "«uid»",
        "resourceVersion": "«version»",
        "generation": 1,
        "creationTimestamp": "«created»",
        **leaving,
        "labels": labels(app) | {"pod-template-hash": "«hash»"},
        "annotations": {
            "feed.pilothouse/born": "«born»",
            "prometheus.io/scrape": "true",
            "prometheus.io/port": "9102",
            "checksum/config": "«checksum»",
        },
        "ownerReferences": [
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": "«replica_set»",
                "uid": "«replica_set_uid»",
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
        "managedFields": _managed_fields(state),
    }


def labels(app: str) -> dict[str, str]:
    """The labels of a workload and its pods."""
    return {
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/instance": f"{app}-production",
        "app.kubernetes.io/version": "4.12.0",
        "app.kubernetes.io/managed-by": "Helm",
        "team": f"team-{len(app) % 5}",
    }


def _managed_fields(state: State) -> list[Object]:
    by_controller = {"f:metadata": _fields(_metadata_paths()), "f:spec": _fields(_spec_paths())}
    is_placed = state is not State.UNSCHEDULABLE
    status = _fields(_status_paths() if is_placed else {"conditions": ('{"type":"PodScheduled"}',)})
    return [
        _entry("kube-controller-manager", "«created»", by_controller),
        _entry("kubelet" if is_placed else "kube-scheduler", "«since»", {"f:status": status}, subresource="status"),
    ]


def _entry(manager: str, time: str, fields: Object, **more: str) -> Object:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


def _fields(paths: Any) -> Object:
    """The set of fields that a writer owns: https://kubernetes.io/docs/reference/using-api/server-side-apply/"""
    if isinstance(paths, dict):
        return {
            key if key.startswith(("k:", "v:", ".")) else f"f:{key}": _fields(below) for key, below in paths.items()
        }
    return {".": {}, **{f"k:{path}" if path.startswith("{") else f"f:{path}": {} for path in paths}} if paths else {}


def _metadata_paths() -> Object:
    return {
        "annotations": ("prometheus.io/scrape", "prometheus.io/port", "checksum/config"),
        "generateName": (),
        "labels": (*labels("x"), "pod-template-hash"),
        "ownerReferences": ('{"uid":"«replica_set_uid»"}',),
    }


def _spec_paths() -> Object:
    probe = {"failureThreshold": (), "httpGet": ("path", "port", "scheme"), "periodSeconds": (), "timeoutSeconds": ()}
    container = {
        "env": tuple(f'{{"name":"{name}"}}' for name in _SETTINGS),
        "image": (),
        "imagePullPolicy": (),
        "livenessProbe": probe,
        "name": (),
        "ports": ('{"containerPort":8080,"protocol":"TCP"}',),
        "readinessProbe": probe,
        "resources": {"limits": ("memory",), "requests": ("cpu", "memory")},
        "terminationMessagePath": (),
        "terminationMessagePolicy": (),
        "volumeMounts": ('{"mountPath":"/etc/settings"}', '{"mountPath":"/var/cache/app"}'),
    }
    return {
        "containers": {f'k:{{"name":"{name}"}}': container for name in ("web", "proxy")},
        "dnsPolicy": (),
        "enableServiceLinks": (),
        "restartPolicy": (),
        "schedulerName": (),
        "securityContext": ("fsGroup", "runAsNonRoot", "runAsUser"),
        "terminationGracePeriodSeconds": (),
        "volumes": ('{"name":"settings"}', '{"name":"cache"}'),
    }


def _status_paths() -> Object:
    kinds = ("ContainersReady", "Initialized", "PodReadyToStartContainers", "Ready")
    condition = {"lastProbeTime": (), "lastTransitionTime": (), "status": (), "type": ()}
    return {
        "conditions": {f'k:{{"type":"{kind}"}}': condition for kind in kinds},
        "containerStatuses": (),
        "hostIP": (),
        "hostIPs": (),
        "phase": (),
        "podIP": (),
        "podIPs": ('{"ip":"«ip»"}',),
        "startTime": (),
    }


def _spec(app: str, state: State) -> Object:
    placed = {} if state is State.UNSCHEDULABLE else {"nodeName": "«node»"}
    return {
        "volumes": [
            {"name": "settings", "configMap": {"name": f"{app}-settings", "defaultMode": 420}},
            {"name": "cache", "emptyDir": {"sizeLimit": "512Mi"}},
            {"name": "kube-api-access-«suffix»", "projected": _service_account_token()},
        ],
        "containers": [_container(app, "web", 8080), _container(app, "proxy", 9102)],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": app,
        "serviceAccount": app,
        **placed,
        "securityContext": {"runAsUser": 10001, "runAsNonRoot": True, "fsGroup": 10001},
        "schedulerName": "default-scheduler",
        "tolerations": [
            {
                "key": f"node.kubernetes.io/{taint}",
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 300,
            }
            for taint in ("not-ready", "unreachable")
        ],
        "priority": 0,
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
    }


def _service_account_token() -> Object:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    return {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [namespace]}},
        ],
        "defaultMode": 420,
    }


def _container(app: str, name: str, port: int) -> Object:
    return {
        "name": name,
        "image": image(app, name),
        "ports": [{"name": "http", "containerPort": port, "protocol": "TCP"}],
        "env": [*_settings(app), *_references(app)],
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [
            {"name": "settings", "readOnly": True, "mountPath": "/etc/settings"},
            {"name": "cache", "mountPath": "/var/cache/app"},
            {
                "name": "kube-api-access-«suffix»",
                "readOnly": True,
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
            },
        ],
        "livenessProbe": _probe("/healthz", port),
        "readinessProbe": _probe("/readyz", port),
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True},
    }


def _settings(app: str) -> Iterator[Object]:
    for name in _SETTINGS:
        yield {"name": name, "value": f"{app}-{name.lower().replace('_', '-')}.shop.svc"}


def _references(app: str) -> Iterator[Object]:
    yield {"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}
    yield {"name": "DATABASE_PASSWORD", "valueFrom": {"secretKeyRef": {"name": f"{app}-database", "key": "password"}}}


def _probe(path: str, port: int) -> Object:
    return {
        "httpGet": {"path": path, "port": port, "scheme": "HTTP"},
        "initialDelaySeconds": 5,
        "timeoutSeconds": 3,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    }


def image(app: str, name: str) -> str:
    """The image of a container."""
    return f"registry.example/shop/{app}-{name}:4.12.0"


def _status(app: str, state: State) -> Object:
    if state is State.UNSCHEDULABLE:
        message = "0/5000 nodes are available: 5000 Insufficient memory. preemption: 0/5000 nodes are available."
        placed = _condition("PodScheduled", "False", reason="Unschedulable", message=message)
        return {"phase": "Pending", "conditions": [placed], "qosClass": "Burstable"}
    return {
        "observedGeneration": 1,
        "phase": "Running" if state in (*_STARTED, State.CRASH_LOOP) else "Pending",
        "conditions": list(_conditions(state)),
        "hostIP": "«host_ip»",
        "hostIPs": [{"ip": "«host_ip»"}],
        "podIP": "«ip»",
        "podIPs": [{"ip": "«ip»"}],
        "startTime": "«created»",
        "containerStatuses": [_container_status(app, name, state) for name in ("proxy", "web")],
        "qosClass": "Burstable",
    }


def _conditions(state: State) -> Iterator[Object]:
    ready = "True" if state in _READY else "False"
    why = (
        {} if state in _READY else {"reason": "ContainersNotReady", "message": "containers with unready status: [web]"}
    )
    yield _condition("PodReadyToStartContainers", "False" if state is State.CREATING else "True")
    yield _condition("Initialized", "True")
    yield _condition("Ready", ready, since="«since»", **why)
    yield _condition("ContainersReady", ready, since="«since»", **why)
    yield _condition("PodScheduled", "True")


def _condition(kind: str, status: str, *, since: str = "«created»", **why: str) -> Object:
    return {
        "type": kind,
        "observedGeneration": 1,
        "status": status,
        "lastProbeTime": None,
        "lastTransitionTime": since,
        **why,
    }


def _container_status(app: str, name: str, state: State) -> Object:
    troubled = name == "web"
    status: Object = {"name": name, "state": {"running": {"startedAt": "«created»"}}, "lastState": {}}
    status |= {"ready": True, "restartCount": 0, "image": image(app, name)}
    status |= {"imageID": f"registry.example/shop/{app}-{name}@sha256:«checksum»", "started": True}
    status |= {"containerID": f"containerd://«{name}_id»"}
    if troubled:
        status |= _trouble(app, state)
    if state is State.CREATING:
        status |= _NOT_STARTED | {"state": {"waiting": {"reason": "ContainerCreating"}}}
    return status


def _trouble(app: str, state: State) -> Object:
    ended = {
        "terminated": {
            "exitCode": 1,
            "reason": "Error",
            "startedAt": "«created»",
            "finishedAt": "«since»",
            "containerID": "containerd://«web_id»",
        }
    }
    match state:
        case State.RESTARTED:
            return {"state": {"running": {"startedAt": "«since»"}}, "lastState": ended, "restartCount": "«#restarts»"}
        case State.CRASH_LOOP:
            message = "back-off 5m0s restarting failed container=web pod=«name»_«namespace»(«uid»)"
            waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
            return _NOT_STARTED | {"state": waiting, "lastState": ended, "restartCount": "«#restarts»"}
        case State.PULLING:
            message = f'Back-off pulling image "{image(app, "web")}"'
            return _NOT_STARTED | {"state": {"waiting": {"reason": "ImagePullBackOff", "message": message}}}
        case State.NOT_READY:
            return {"ready": False, "restartCount": "«#restarts»"}
        case _:
            return {"restartCount": "«#restarts»"}
