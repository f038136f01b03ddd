"""Somebody creates objects: what the server fills in, and what it refuses, word for word."""

from typing import Any

import pytest

from tests.conformance.manifests import config_map, deployment, pod
from tests.harness.kubernetes_api import Json, KubernetesApi

SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
MISMATCH = "`selector` does not match template `labels`"


def path(namespace: str, plural: str = "configmaps") -> str:
    groups = {"deployments": "/apis/apps/v1", "jobs": "/apis/batch/v1", "cronjobs": "/apis/batch/v1"}
    return f"{groups.get(plural, '/api/v1')}/namespaces/{namespace}/{plural}"


def test_a_new_object_comes_back_with_what_the_server_knows(api: KubernetesApi, namespace: str) -> None:
    answer = api.ask("POST", path(namespace), body=config_map(sky="blue"))
    created = answer.json()
    assert answer.code == 201
    assert (created["kind"], created["data"]) == ("ConfigMap", {"sky": "blue"})
    assert {"uid", "resourceVersion", "creationTimestamp"} <= set(created["metadata"])
    assert "generation" not in created["metadata"]
    (entry,) = created["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"], entry["apiVersion"]) == ("conformance", "Update", "v1")
    assert entry["fieldsV1"] == {"f:data": {".": {}, "f:sky": {}}}


def test_a_field_manager_can_be_named(api: KubernetesApi, namespace: str) -> None:
    answer = api.ask("POST", path(namespace), body=config_map(), query={"fieldManager": "painter"})
    created = api.ask("POST", path(namespace), body=config_map("b", a="1"), query={"fieldManager": "painter"}).json()
    assert answer.code == 201
    assert [entry["manager"] for entry in created["metadata"]["managedFields"]] == ["painter"]


def test_a_name_is_made_from_its_beginning(api: KubernetesApi, namespace: str) -> None:
    body: Json = {"metadata": {"generateName": "map-"}}
    names = {api.create(path(namespace), body)["metadata"]["name"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("map-") and len(name) == 9 for name in names)


def test_a_dry_run_shows_what_would_be(api: KubernetesApi, namespace: str) -> None:
    answer = api.ask("POST", path(namespace), body=config_map(sky="blue"), query={"dryRun": "All"})
    assert answer.code == 201
    assert answer.json()["metadata"]["uid"]
    assert "resourceVersion" not in answer.json()["metadata"]
    assert api.ask("GET", f"{path(namespace)}/colours").code == 404


def test_a_deployment_gets_its_defaults(api: KubernetesApi, namespace: str) -> None:
    created = api.create(path(namespace, "deployments"), deployment())
    spec = created["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}
    assert (spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]) == (10, 600)
    assert spec["template"]["spec"] == {
        "containers": [
            {
                "name": "server",
                "image": "web:1",
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "imagePullPolicy": "IfNotPresent",
            }
        ],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
    }
    assert (created["metadata"]["generation"], created["status"]) == (1, {})


def test_fields_that_came_by_default_belong_to_whoever_created(api: KubernetesApi, namespace: str) -> None:
    created = api.create(path(namespace, "deployments"), deployment())
    owned = created["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]
    assert owned["f:strategy"] == {
        "f:type": {},
        "f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}},
    }
    container = owned["f:template"]["f:spec"]["f:containers"]['k:{"name":"server"}']
    assert set(container) >= {".", "f:image", "f:imagePullPolicy", "f:name", "f:resources"}


def test_a_pod_gets_its_defaults(api: KubernetesApi, namespace: str) -> None:
    limits = {"cpu": "1", "memory": "64Mi"}
    container = {"name": "server", "image": "web", "resources": {"limits": limits}, "ports": [{"containerPort": 80}]}
    created = api.create(path(namespace, "pods"), pod(containers=[container]))
    (found,) = created["spec"]["containers"]
    assert found["imagePullPolicy"] == "Always"
    assert found["resources"]["requests"] == limits
    assert found["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert created["spec"]["serviceAccountName"] == "default"
    assert (created["status"]["phase"], created["status"]["qosClass"]) == ("Pending", "Guaranteed")


def test_a_service_gets_an_address(api: KubernetesApi, namespace: str) -> None:
    body = {"metadata": {"name": "web"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}
    spec = api.create(path(namespace, "services"), body)["spec"]
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    (port,) = spec["ports"]
    assert 30000 <= port.pop("nodePort") <= 32767
    assert port == {"port": 80, "protocol": "TCP", "targetPort": 80}
    assert (spec["sessionAffinity"], spec["externalTrafficPolicy"]) == ("None", "Cluster")


def test_a_job_knows_its_pods(api: KubernetesApi, namespace: str) -> None:
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "work", "image": "work:1"}]}}
    body = {"metadata": {"name": "work"}, "spec": {"suspend": True, "template": template}}
    created = api.create(path(namespace, "jobs"), body)
    uid = created["metadata"]["uid"]
    assert created["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    assert created["spec"]["template"]["metadata"]["labels"]["job-name"] == "work"
    assert (created["spec"]["completions"], created["spec"]["backoffLimit"]) == (1, 6)


def test_a_secret_is_encoded(api: KubernetesApi, namespace: str) -> None:
    created = api.create(path(namespace, "secrets"), {"metadata": {"name": "key"}, "stringData": {"word": "open"}})
    assert (created["data"], created["type"]) == ({"word": "b3Blbg=="}, "Opaque")
    assert "stringData" not in created


def test_a_client_cannot_set_the_status(api: KubernetesApi, namespace: str) -> None:
    body = {**deployment(), "status": {"replicas": 7}}
    assert api.create(path(namespace, "deployments"), body)["status"] == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"metadata": {}}, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'),
        (
            config_map("Big_Name"),
            f'ConfigMap "Big_Name" is invalid: metadata.name: Invalid value: "Big_Name": {SUBDOMAIN}',
        ),
        (
            {"metadata": {"name": "m", "finalizers": ["mine"]}},
            (
                'ConfigMap "m" is invalid: metadata.finalizers[0]: Invalid value: "mine": '
                "name is neither a standard finalizer name nor is it fully qualified"
            ),
        ),
        (
            {"metadata": {"name": "m", "labels": {"a": "b c"}}},
            (
                'ConfigMap "m" is invalid: metadata.labels: Invalid value: "b c": a valid label must be an empty '
                "string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            ),
        ),
        (
            config_map("m", **{"a/b": "c"}),
            (
                'ConfigMap "m" is invalid: data[a/b]: Invalid value: "a/b": a valid config key must consist of '
                "alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used "
                "for validation is '[-._a-zA-Z0-9]+')"
            ),
        ),
    ],
)
def test_metadata_that_is_refused(api: KubernetesApi, namespace: str, body: Json, expected: str) -> None:
    assert api.ask("POST", path(namespace), body=body).refusal == (422, "Invalid", expected)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"replicas": -1}, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        (
            {"selector": {"matchLabels": {"app": "other"}}},
            f'spec.template.metadata.labels: Invalid value: {{"app":"web"}}: {MISMATCH}',
        ),
        (
            {"selector": None, "template": None},
            (
                f"[spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: {MISMATCH}, "
                "spec.template.spec.containers: Required value]"
            ),
        ),
        (
            {"selector": {}},
            "spec.selector: Invalid value: {}: empty selector is invalid for deployment",
        ),
    ],
)
def test_deployments_that_are_refused(api: KubernetesApi, namespace: str, spec: Json, expected: str) -> None:
    refusal = api.ask("POST", path(namespace, "deployments"), body=deployment(**spec)).refusal
    assert refusal == (422, "Invalid", f'Deployment.apps "web" is invalid: {expected}')


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"containers": []}, "spec.containers: Required value"),
        ({"containers": [{"name": "a"}]}, "spec.containers[0].image: Required value"),
        (
            {"containers": [{"name": "a", "image": "x"}, {"name": "a", "image": "y"}]},
            'spec.containers[1].name: Duplicate value: "a"',
        ),
        (
            {"containers": [{"name": "a", "image": "x", "ports": [{"containerPort": 70000}]}]},
            "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        ),
        (
            {"containers": [{"name": "a", "image": "x", "volumeMounts": [{"name": "disk", "mountPath": "/d"}]}]},
            'spec.containers[0].volumeMounts[0].name: Not found: "disk"',
        ),
        (
            {"containers": [{"name": "a", "image": "x", "imagePullPolicy": "Perhaps"}]},
            (
                'spec.containers[0].imagePullPolicy: Unsupported value: "Perhaps": supported values: '
                '"Always", "IfNotPresent", "Never"'
            ),
        ),
        (
            {
                "containers": [
                    {"name": "a", "image": "x", "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
                ]
            },
            'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        ),
        (
            {"restartPolicy": "Sometimes", "dnsPolicy": "Mine"},
            (
                '[spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", '
                '"Never", spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", '
                '"ClusterFirst", "Default", "None"]'
            ),
        ),
    ],
)
def test_pods_that_are_refused(api: KubernetesApi, namespace: str, spec: Json, expected: str) -> None:
    refusal = api.ask("POST", path(namespace, "pods"), body=pod(**spec)).refusal
    assert refusal == (422, "Invalid", f'Pod "web" is invalid: {expected}')


def test_each_fault_is_a_cause(api: KubernetesApi, namespace: str) -> None:
    answer = api.ask("POST", path(namespace, "pods"), body=pod(containers=[{"name": "a"}, {"name": "a"}]))
    details = answer.json()["details"]
    assert (details["kind"], details["name"]) == ("Pod", "web")
    assert [(cause["reason"], cause["field"]) for cause in details["causes"]] == [
        ("FieldValueRequired", "spec.containers[0].image"),
        ("FieldValueRequired", "spec.containers[1].image"),
        ("FieldValueDuplicate", "spec.containers[1].name"),
    ]


def test_schedules_and_policies_of_jobs_are_read(api: KubernetesApi, namespace: str) -> None:
    template = {"spec": {"containers": [{"name": "work", "image": "work:1"}]}}
    job = {"metadata": {"name": "work"}, "spec": {"template": template}}
    words = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
    assert api.ask("POST", path(namespace, "jobs"), body=job).refusal[2] == f'Job.batch "work" is invalid: {words}'
    never = {"spec": {"template": {"spec": {**template["spec"], "restartPolicy": "Never"}}}}
    cron_job = {"metadata": {"name": "work"}, "spec": {"schedule": "daily", "jobTemplate": never}}
    words = 'spec.schedule: Invalid value: "daily": expected exactly 5 fields, found 1: [daily]'
    refusal = api.ask("POST", path(namespace, "cronjobs"), body=cron_job).refusal
    assert refusal[2] == f'CronJob.batch "work" is invalid: {words}'


def test_services_that_are_refused(api: KubernetesApi, namespace: str) -> None:
    body: Json = {"metadata": {"name": "web"}, "spec": {}}
    words = 'Service "web" is invalid: spec.ports: Required value'
    assert api.ask("POST", path(namespace, "services"), body=body).refusal == (422, "Invalid", words)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"),
        (b'{"a', "couldn't get version/kind; json parse error: unexpected end of JSON input ({\"a)"),
    ],
)
def test_bodies_that_are_no_objects(api: KubernetesApi, namespace: str, body: bytes, expected: str) -> None:
    words = f"the object provided is unrecognized (must be of type ConfigMap): {expected}"
    answer = api.ask("POST", path(namespace), body=body)
    assert answer.refusal == (400, "BadRequest", words)


CANNOT = 'Deployment in version "v1" cannot be handled as a Deployment: '


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"replicas": "three"},
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            {"replicas": 1.5},
            "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            {"template": []},
            "json: cannot unmarshal array into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec",
        ),
    ],
)
def test_values_of_the_wrong_type(api: KubernetesApi, namespace: str, change: Json, expected: str) -> None:
    answer = api.ask("POST", path(namespace, "deployments"), body=deployment(**change))
    assert answer.refusal == (400, "BadRequest", CANNOT + expected)


def test_unknown_fields_are_warned_of_and_dropped(api: KubernetesApi, namespace: str) -> None:
    answer = api.ask("POST", path(namespace, "deployments"), body=deployment(replica=3))
    assert answer.code == 201
    assert answer.headers["Warning"] == '299 - "unknown field \\"spec.replica\\""'
    assert "replica" not in answer.json()["spec"]


def test_unknown_fields_are_refused_on_demand(api: KubernetesApi, namespace: str) -> None:
    strict = {"fieldValidation": "Strict"}
    answer = api.ask("POST", path(namespace, "deployments"), body=deployment(replica=3, other=1), query=strict)
    words = 'strict decoding error: unknown field "spec.replica", unknown field "spec.other"'
    assert answer.refusal == (400, "BadRequest", CANNOT + words)


def test_unknown_fields_can_go_unmentioned(api: KubernetesApi, namespace: str) -> None:
    body = {**config_map(), "dat": {"a": "b"}}
    answer = api.ask("POST", path(namespace), body=body, query={"fieldValidation": "Ignore"})
    assert (answer.code, answer.headers.get("Warning")) == (201, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"dryRun": "Some"}, 'dryRun: Unsupported value: ["Some"]: supported values: "All"'),
        (
            {"fieldValidation": "Lax"},
            'fieldValidation: Unsupported value: "Lax": supported values: "", "Ignore", "Strict", "Warn"',
        ),
    ],
)
def test_options_that_are_none(api: KubernetesApi, namespace: str, query: dict[str, str], expected: str) -> None:
    words = f'CreateOptions.meta.k8s.io "" is invalid: {expected}'
    assert api.ask("POST", path(namespace), body=config_map(), query=query).refusal == (422, "Invalid", words)


def test_what_does_not_fit_the_path(api: KubernetesApi, namespace: str) -> None:
    elsewhere: Json = {"metadata": {"name": "m", "namespace": "default"}}
    words = "the namespace of the provided object does not match the namespace sent on the request"
    assert api.ask("POST", path(namespace), body=elsewhere).refusal == (400, "BadRequest", words)
    words = "converting (v1.Pod) to (apps.Deployment): unknown conversion"
    refusal = api.ask("POST", path(namespace, "deployments"), body=pod()).refusal
    assert refusal == (400, "BadRequest", f'Pod in version "v1" cannot be handled as a Deployment: {words}')


def test_a_version_on_a_new_object(api: KubernetesApi, namespace: str) -> None:
    """The real server takes the fault for its own and gives no reason."""
    body: Json = {"metadata": {"name": "m", "resourceVersion": "4"}}
    words = "resourceVersion should not be set on objects to be created"
    assert api.ask("POST", path(namespace), body=body).refusal == (500, "", words)


def test_what_exists_already(api: KubernetesApi, namespace: str) -> None:
    api.create(path(namespace, "deployments"), deployment())
    refusal = api.ask("POST", path(namespace, "deployments"), body=deployment()).refusal
    assert refusal == (409, "AlreadyExists", 'deployments.apps "web" already exists')


def test_a_namespace_must_exist(api: KubernetesApi) -> None:
    refusal = api.ask("POST", path("nonesuch"), body=config_map()).refusal
    assert refusal == (404, "NotFound", 'namespaces "nonesuch" not found')


def test_a_namespace_that_goes_takes_nothing_new(api: KubernetesApi, namespace: str) -> None:
    held: Any = {"metadata": {"name": "held", "finalizers": ["test.example/hold"]}}
    api.create(path(namespace), held)
    api.ask("DELETE", f"/api/v1/namespaces/{namespace}")
    answer = api.ask("POST", path(namespace), body=config_map("late"))
    words = f"unable to create new content in namespace {namespace} because it is being terminated"
    assert answer.refusal == (403, "Forbidden", f'configmaps "late" is forbidden: {words}')
    assert answer.json()["details"]["causes"][0]["reason"] == "NamespaceTerminating"
    api.patch(f"{path(namespace)}/held", {"metadata": {"finalizers": None}})
