"""A service account gets a token with kubectl, and somebody uses it."""

import pytest

from tests.harness.kubectl import Kubectl, KubectlFailed
from tests.harness.kubernetes_api import KubernetesApi
from tests.harness.waiting import eventually


@pytest.fixture
def kubectl(api: KubernetesApi, namespace: str) -> Kubectl:
    """kubectl in a fresh namespace with a service account "robot"."""
    kubectl = api.kubectl.within(namespace)
    kubectl("create", "serviceaccount", "robot")
    return kubectl


_OVERRIDES = '{"spec": {"serviceAccountName": "robot", "schedulerName": "nobody"}}'


def code_with(api: KubernetesApi, token: str) -> int:
    return api.ask("GET", "/api", token=token).code


def wait_until_refused(api: KubernetesApi, token: str) -> None:
    """The real server remembers for ten seconds that a token was good."""
    eventually(lambda: code_with(api, token) == 401, seconds=30)


def test_whose_it_is(api: KubernetesApi, namespace: str, kubectl: Kubectl) -> None:
    token = kubectl("create", "token", "robot", "--duration=20m").strip()
    code, _, words = api.ask("GET", "/api/v1/nodes", token=token).refusal
    assert code == 403
    assert words.startswith(f'nodes is forbidden: User "system:serviceaccount:{namespace}:robot" cannot list')
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    user = api.ask("POST", path, body=review, token=token).json()["status"]["userInfo"]
    assert user["uid"] == kubectl.json("get", "serviceaccount", "robot")["metadata"]["uid"]
    assert user["groups"] == [
        "system:serviceaccounts",
        f"system:serviceaccounts:{namespace}",
        "system:authenticated",
    ]
    assert list(user["extra"]) == ["authentication.kubernetes.io/credential-id"]


def test_what_it_is_asked_for(api: KubernetesApi, namespace: str, kubectl: Kubectl) -> None:
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/robot/token"
    answer = api.create(path, {"spec": {"expirationSeconds": 700}})
    expected = {"audiences": ["https://kubernetes.default.svc"], "boundObjectRef": None, "expirationSeconds": 700}
    assert answer["spec"] == expected
    assert (answer["kind"], answer["metadata"]["name"], set(answer["status"])) == (
        "TokenRequest",
        "robot",
        {"token", "expirationTimestamp"},
    )


def test_one_that_was_changed(api: KubernetesApi, kubectl: Kubectl) -> None:
    head, claims, signature = kubectl("create", "token", "robot").strip().split(".")
    other = "A" if claims[20] != "A" else "B"
    for changed in (f"{claims[:20]}{other}{claims[21:]}.{signature}", f"{claims}.", f"{claims}.é", claims):
        assert code_with(api, f"{head}.{changed}") == 401


def test_it_ends_with_the_account(api: KubernetesApi, kubectl: Kubectl) -> None:
    token = kubectl("create", "token", "robot").strip()
    assert code_with(api, token) == 200
    kubectl("delete", "serviceaccount", "robot")
    wait_until_refused(api, token)


@pytest.mark.parametrize("kind", ["Secret", "Pod"])
def test_it_ends_with_what_it_is_bound_to(api: KubernetesApi, kubectl: Kubectl, kind: str) -> None:
    if kind == "Pod":
        kubectl("run", "key", "--image=key:1", "--overrides", _OVERRIDES)
    else:
        kubectl("create", "secret", "generic", "key")
    token = kubectl("create", "token", "robot", f"--bound-object-kind={kind}", "--bound-object-name=key").strip()
    assert code_with(api, token) == 200
    kubectl("delete", kind, "key")
    wait_until_refused(api, token)


def test_it_is_for_somebody_else(api: KubernetesApi, kubectl: Kubectl) -> None:
    assert code_with(api, kubectl("create", "token", "robot", "--audience=elsewhere").strip()) == 401


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("nobody", 'serviceaccounts "nobody" not found'),
        ("robot --duration=1s", "may not specify a duration less than 10 minutes"),
        ("robot --bound-object-kind=Secret --bound-object-name=none", 'secrets "none" not found'),
    ],
)
def test_it_is_refused(kubectl: Kubectl, arguments: str, words: str) -> None:
    with pytest.raises(KubectlFailed, match=words):
        kubectl("create", "token", *arguments.split())
