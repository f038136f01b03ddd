"""No route is open by accident: each declares its audience, and holds to it."""

import re

import pytest
from django.test import Client

from clusters.access import Access
from clusters.models import Role
from tests import people
from tests.routes import Route, http_routes

pytestmark = pytest.mark.both_modes

PUBLIC = {"sign-in/", "sign-out/", "healthz", "readyz"}
OWN_RULE = {"metrics"}
SHELLS = {"shells/", *(f"shells/<uuid:session>/{act}" for act in ("", "end/", "name/"))}
SIGNED_IN_WITHOUT_CLUSTER = {"", "find/", "preferences/", "ticket/", *SHELLS}
BY_PERMISSION = {
    "recordings/",
    *(f"recordings/<uuid:session>/{part}" for part in ("", "parts/", "parts/<int:number>/", "find/", "file/")),
}
ROUTES = list(http_routes("harbour"))
IN_A_CLUSTER = [route for route in ROUTES if "<slug:slug>" in route.pattern]

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern)
IN_A_NAMESPACE = [route for route in ROUTES if "<str:namespace>" in route.pattern]
each_cluster_route = pytest.mark.parametrize("route", IN_A_CLUSTER, ids=lambda route: route.pattern)

each_namespace_route = pytest.mark.parametrize("route", IN_A_NAMESPACE, ids=lambda route: route.pattern)

CLOSED = [route for route in ROUTES if route.pattern not in PUBLIC | OWN_RULE]
each_closed_route = pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.pattern)
NEVER_SERVED = 405


@pytest.mark.django_db
def test_a_page_for_one_person_is_kept_nowhere() -> None:
    people.cluster("harbour")
    client = Client()
    client.force_login(people.admin())
    for address in ("/", "/clusters/harbour/", "/clusters/harbour/pods/", "/clusters/harbour/pods/?format=csv"):
        assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.django_db
def test_a_page_and_the_part_of_it_that_a_filter_changes_are_told_apart() -> None:
    people.cluster("harbour")
    client = Client()
    client.force_login(people.admin())
    assert "HX-Request" in client.get("/clusters/harbour/pods/")["Vary"]


def bare(body: bytes) -> str:
    """The page without what differs from one request to the next."""
    changing = r'(csrfmiddlewaretoken" value|csrf-token" content|server-time" content|nonce)="[^"]*"'
    return re.sub(changing, "", body.decode())


@each_route
def test_it_declares_an_audience(route: Route) -> None:
    assert isinstance(getattr(route.callback, "access", None), Access), f"{route.pattern} declares nobody"


@each_route
def test_only_the_written_list_is_public(route: Route) -> None:
    assert route.callback.access.public == (route.pattern in PUBLIC)


@each_route
def test_a_route_outside_clusters_is_on_the_written_list(route: Route) -> None:
    assert route in IN_A_CLUSTER or route.pattern in PUBLIC | SIGNED_IN_WITHOUT_CLUSTER | OWN_RULE | BY_PERMISSION
    assert bool(route.callback.access.permission) == (route.pattern in BY_PERMISSION)
    assert route.callback.access.own_rule == (route.pattern in OWN_RULE)
    assert (route.callback.access.role is not None) == (route in IN_A_CLUSTER)


@each_closed_route
@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in(route: Route) -> None:
    people.cluster("harbour")
    answers = [Client().get(route.path), Client().post(route.path)]
    served = [answer for answer in answers if answer.status_code != NEVER_SERVED]
    assert served
    assert all(answer.status_code == 302 and answer["Location"].startswith("/sign-in/") for answer in served)


@each_cluster_route
@pytest.mark.django_db
def test_without_a_grant_the_cluster_is_not_there(route: Route) -> None:
    harbour, lab = people.cluster("harbour"), people.cluster("lab")
    people.pod(harbour, "payments", "checkout")
    nobody, tomas = people.person("nobody"), people.person("tomas")
    people.grant(tomas, lab, Role.ADMIN)
    for user in (nobody, tomas):
        client = Client()
        client.force_login(user)
        hidden = client.get(route.path)
        absent = client.get(route.path.replace("harbour", "atlantis"))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert bare(hidden.content).replace("harbour", "") == bare(absent.content).replace("atlantis", "")


@each_namespace_route
@pytest.mark.django_db
def test_a_grant_in_another_namespace_opens_nothing_here(route: Route) -> None:
    harbour, maria = people.cluster("harbour"), people.person("maria")
    people.pod(harbour, "payments", "checkout")
    people.grant(maria, harbour, Role.ADMIN, "web")
    client = Client()
    client.force_login(maria)
    assert client.get(route.path).status_code == 404


@pytest.mark.parametrize("pattern", sorted(OWN_RULE))
@pytest.mark.django_db
def test_a_route_with_a_rule_of_its_own_is_not_there_for_others(pattern: str) -> None:
    nobody = Client()
    nobody.force_login(people.person("nobody"))
    assert [client.get(f"/{pattern}").status_code for client in (Client(), nobody)] == [404, 404]


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.pattern in BY_PERMISSION], ids=lambda route: route.pattern
)
@pytest.mark.django_db
def test_without_the_permission_a_route_that_asks_for_one_is_not_there(route: Route) -> None:
    harbour, maria = people.cluster("harbour"), people.person("maria")
    people.grant(maria, harbour, Role.ADMIN)
    client = Client()
    client.force_login(maria)
    assert client.get(route.path).status_code == 404
