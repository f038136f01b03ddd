"""Who asks, who he poses as, and what he may do."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.kubernetes_api import TABLE, KubernetesApi, Person
from tests.harness.waiting import eventually

JANE = Person("jane")
RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1"


def granted(api: KubernetesApi, place: str, rules: list[Any], **subject: str) -> None:
    """A role in the namespace and its binding."""
    path, group = f"{RBAC}/namespaces/{place}", "rbac.authorization.k8s.io"
    api.create(f"{path}/roles", {"metadata": {"name": "keeper"}, "rules": rules})
    role = {"apiGroup": group, "kind": "Role", "name": "keeper"}
    binding = {"metadata": {"name": "keepers"}, "roleRef": role, "subjects": [{"apiGroup": group, **subject}]}
    api.create(f"{path}/rolebindings", binding)


def review(api: KubernetesApi, kind: str, spec: Any, person: Person | None = None, path: str = REVIEWS) -> Any:
    """The status of a review."""
    group = path.removeprefix("/apis/").partition("/")[0]
    body = {"kind": kind, "apiVersion": f"{group}/v1", "spec": spec}
    answer = api.ask("POST", f"{path}/{kind.lower()}s", body=body, person=person)
    assert answer.code == 201, answer.body
    found = answer.json()
    assert (found["kind"], found["apiVersion"]) == (kind, f"{group}/v1")
    return found["status"]


def may(api: KubernetesApi, person: Person, **attributes: str) -> Any:
    return review(api, "SelfSubjectAccessReview", {"resourceAttributes": attributes}, person)


SCOPE = "at the cluster scope"
INSIDE = 'in the namespace "default"'
DEFAULT = "namespaces/default"


@pytest.mark.parametrize(
    ("method", "path", "what", "cannot", "group", "where"),
    [
        ("GET", "/api/v1/nodes", "nodes", 'list resource "nodes"', "", SCOPE),
        ("GET", f"/api/v1/{DEFAULT}/pods/web", 'pods "web"', 'get resource "pods"', "", INSIDE),
        ("GET", f"/api/v1/{DEFAULT}/pods/web/log", 'pods "web"', 'get resource "pods/log"', "", INSIDE),
        (
            *("PATCH", f"/apis/apps/v1/{DEFAULT}/deployments/web/scale", 'deployments.apps "web"'),
            *('patch resource "deployments/scale"', "apps", INSIDE),
        ),
        ("DELETE", f"/api/v1/{DEFAULT}", 'namespaces "default"', 'delete resource "namespaces"', "", INSIDE),
        ("DELETE", f"/api/v1/{DEFAULT}/pods", "pods", 'deletecollection resource "pods"', "", INSIDE),
        (
            *("GET", "/apis/planets.example.com/v1/moons", "moons.planets.example.com"),
            *('list resource "moons"', "planets.example.com", SCOPE),
        ),
    ],
)
def test_a_refusal_says_what_may_not_be_done(
    api: KubernetesApi, method: str, path: str, what: str, cannot: str, group: str, where: str
) -> None:
    words = f'{what} is forbidden: User "jane" cannot {cannot} in API group "{group}" {where}'
    assert api.ask(method, path, person=JANE).refusal == (403, "Forbidden", words)


def test_a_refusal_of_a_path(api: KubernetesApi) -> None:
    words = 'forbidden: User "jane" cannot get path "/metrics"'
    assert api.ask("GET", "/metrics", person=JANE).refusal == (403, "Forbidden", words)


def test_details_of_a_refusal(api: KubernetesApi) -> None:
    found = api.ask("GET", "/apis/apps/v1/namespaces/default/deployments/web", person=JANE).json()
    assert found["details"] == {"name": "web", "group": "apps", "kind": "deployments"}


def test_a_token_that_nobody_knows(api: KubernetesApi) -> None:
    assert api.ask("GET", "/api/v1/nodes", token="wrong").refusal == (401, "Unauthorized", "Unauthorized")


def test_without_a_token_one_is_anonymous(api: KubernetesApi) -> None:
    assert api.ask("GET", "/version", token="").code == 200
    code, reason, words = api.ask("GET", "/api/v1/nodes", token="").refusal
    assert (code, reason) == (403, "Forbidden")
    assert words.startswith('nodes is forbidden: User "system:anonymous" cannot list')


def test_posing_as_a_group_takes_a_user(api: KubernetesApi) -> None:
    answer = api.ask("GET", "/api/v1/nodes", headers={"Impersonate-Group": "crew"})
    assert answer.refusal == (400, "BadRequest", "requested [{Group  crew    }] without impersonating a user")


def test_who_am_i(api: KubernetesApi) -> None:
    jane = Person("jane", "crew", {"Scopes": "harbour"})
    found = review(api, "SelfSubjectReview", {}, jane, "/apis/authentication.k8s.io/v1")
    assert found == {
        "userInfo": {
            "username": "jane",
            "groups": ["crew", "system:authenticated"],
            "extra": {"scopes": ["harbour"]},
        }
    }


def test_a_service_account_has_its_groups(api: KubernetesApi) -> None:
    account = Person("system:serviceaccount:default:robot")
    found = review(api, "SelfSubjectReview", {}, account, "/apis/authentication.k8s.io/v1")
    assert found["userInfo"]["groups"] == [
        "system:serviceaccounts",
        "system:serviceaccounts:default",
        "system:authenticated",
    ]


@pytest.mark.parametrize(
    ("subject", "person"),
    [
        ({"kind": "User", "name": "jane"}, JANE),
        ({"kind": "Group", "name": "crew"}, Person("joe", "crew")),
        (
            {"kind": "ServiceAccount", "name": "robot", "apiGroup": ""},
            Person("system:serviceaccount:{namespace}:robot"),
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_role_in_a_namespace(api: KubernetesApi, namespace: str, subject: dict[str, str], person: Person) -> None:
    person = Person(person.user.format(namespace=namespace), person.group)
    if subject["kind"] == "ServiceAccount":
        subject = {**subject, "namespace": namespace}
    rules = [{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["configmaps", "pods/status"]}]
    granted(api, namespace, rules, **subject)
    path = f"/api/v1/namespaces/{namespace}"
    eventually(lambda: api.ask("GET", f"{path}/configmaps", person=person).code == 200)
    assert api.ask("GET", f"{path}/pods/web/status", person=person).code == 404
    for refused in (f"{path}/secrets", f"{path}/pods", "/api/v1/configmaps", "/api/v1/namespaces/default/configmaps"):
        assert api.ask("GET", refused, person=person).code == 403
    assert api.ask("DELETE", f"{path}/configmaps/one", person=person).code == 403


def test_a_role_for_some_names(api: KubernetesApi, namespace: str) -> None:
    rules = [{"verbs": ["*"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["mine"]}]
    granted(api, namespace, rules, kind="User", name="jane")
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    eventually(lambda: api.ask("GET", f"{path}/mine", person=JANE).code == 404)
    assert api.ask("GET", f"{path}/yours", person=JANE).code == 403
    assert api.ask("GET", path, person=JANE).code == 403
    assert api.ask("GET", path, person=JANE, query={"fieldSelector": "metadata.name=mine"}).code == 200


def test_may_i(api: KubernetesApi, namespace: str) -> None:
    rules = [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]
    granted(api, namespace, rules, kind="User", name="jane")
    asked = {"verb": "get", "resource": "pods", "namespace": namespace}
    eventually(lambda: may(api, JANE, **asked)["allowed"])
    binding = f'RoleBinding "keepers/{namespace}" of Role "keeper" to User "jane"'
    assert may(api, JANE, **asked) == {"allowed": True, "reason": f"RBAC: allowed by {binding}"}
    assert may(api, JANE, **{**asked, "verb": "delete"}) == {"allowed": False}
    asked_of = {"user": "jane", "resourceAttributes": asked}
    assert review(api, "SubjectAccessReview", asked_of)["allowed"]
    local = f"{REVIEWS}/namespaces/{namespace}/localsubjectaccessreviews"
    found = api.create(
        local,
        {
            "kind": "LocalSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": {"namespace": namespace},
            "spec": asked_of,
        },
    )
    assert found["status"]["allowed"]


def test_may_i_go_there(api: KubernetesApi) -> None:
    spec = {"nonResourceAttributes": {"verb": "get", "path": "/version"}}
    assert review(api, "SelfSubjectAccessReview", spec, JANE)["allowed"]
    spec = {"nonResourceAttributes": {"verb": "get", "path": "/metrics"}}
    assert review(api, "SelfSubjectAccessReview", spec, JANE) == {"allowed": False}


def test_all_that_i_may(api: KubernetesApi, namespace: str) -> None:
    rule = {"verbs": ["get"], "apiGroups": ["apps"], "resources": ["deployments"]}
    granted(api, namespace, [rule], kind="User", name="jane")

    def found_rules(person: Person) -> Any:
        return review(api, "SelfSubjectRulesReview", {"namespace": namespace}, person)

    eventually(lambda: rule in found_rules(JANE)["resourceRules"])
    found = found_rules(JANE)
    assert not found["incomplete"]
    assert any("/version" in item["nonResourceURLs"] for item in found["nonResourceRules"])
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    assert everything in found_rules(Person("joe", "system:masters"))["resourceRules"]
    assert everything not in found["resourceRules"]


def refusal(api: KubernetesApi, kind: str, spec: Any) -> tuple[int, str, str]:
    body = {"kind": kind, "apiVersion": "authorization.k8s.io/v1", "spec": spec}
    return api.ask("POST", f"{REVIEWS}/{kind.lower()}s", body=body).refusal


def test_a_review_of_nothing(api: KubernetesApi) -> None:
    code, reason, words = refusal(api, "SelfSubjectAccessReview", {})
    assert (code, reason) == (422, "Invalid")
    assert words == (
        '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: '
        "exactly one of nonResourceAttributes or resourceAttributes must be specified"
    )


def test_a_review_of_nobody(api: KubernetesApi) -> None:
    code, reason, words = refusal(
        api, "SubjectAccessReview", {"resourceAttributes": {"verb": "get", "resource": "pods"}}
    )
    assert (code, reason) == (422, "Invalid")
    assert words == (
        '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": '
        "at least one of user or group must be specified"
    )


def test_a_review_of_nowhere(api: KubernetesApi) -> None:
    assert refusal(api, "SelfSubjectRulesReview", {}) == (400, "BadRequest", "no namespace on request")


@pytest.fixture
def poser(api: KubernetesApi) -> Iterator[Person]:
    """Somebody who may do nothing but pose as jane."""
    name = f"poser-{secrets.token_hex(4)}"
    group = "rbac.authorization.k8s.io"
    rules = [{"verbs": ["impersonate"], "apiGroups": [""], "resources": ["users"], "resourceNames": ["jane"]}]
    api.create(f"{RBAC}/clusterroles", {"metadata": {"name": name}, "rules": rules})
    role = {"apiGroup": group, "kind": "ClusterRole", "name": name}
    subject = {"apiGroup": group, "kind": "User", "name": name}
    api.create(f"{RBAC}/clusterrolebindings", {"metadata": {"name": name}, "roleRef": role, "subjects": [subject]})
    yield Person(name)
    for plural in ("clusterrolebindings", "clusterroles"):
        api.delete(f"{RBAC}/{plural}/{name}")


def test_the_right_to_pose_is_asked_for_like_any_other(api: KubernetesApi, poser: Person) -> None:
    asked = {"verb": "impersonate", "resource": "users"}
    eventually(lambda: may(api, poser, **asked, name="jane")["allowed"])
    assert not may(api, poser, **asked, name="joe")["allowed"]


@pytest.mark.parametrize("accept", ["text/html", f"{TABLE.replace('v=v1', 'v=v9')}"])
def test_forms_that_cannot_be_made(api: KubernetesApi, accept: str) -> None:
    """The real server names more forms that it has."""
    code, reason, _ = api.ask("GET", "/api/v1/nodes", accept=accept).refusal
    assert (code, reason) == (406, "NotAcceptable")
