"""No socket is open by accident: each declares its audience, and holds to it."""

from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from clusters.access import Access
from clusters.models import Role
from clusters.threads import write
from dashboard.routing import websocket_urlpatterns
from tests import people
from tests.routes import Route, socket_routes

pytestmark = pytest.mark.both_modes

ROUTES = list(socket_routes("harbour"))
IN_A_CLUSTER = [route for route in ROUTES if "<slug:slug>" in route.pattern]
IN_A_NAMESPACE = [route for route in ROUTES if "<str:namespace>" in route.pattern]
SIGNED_IN_WITHOUT_CLUSTER = {"ws/changes/", "ws/shells/<uuid:session>/"}

each_socket = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.pattern)
each_namespace_socket = pytest.mark.parametrize("route", IN_A_NAMESPACE, ids=lambda route: route.pattern)
each_cluster_socket = pytest.mark.parametrize("route", IN_A_CLUSTER, ids=lambda route: route.pattern)


async def opens(path: str, user: Any) -> bool:
    """Whether the socket is accepted."""
    socket = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path)
    socket.scope["user"] = user
    if user.is_authenticated:
        socket.scope["session"] = await write(people.session, user)
    accepted, _ = await socket.connect(timeout=5)
    await socket.disconnect()
    return bool(accepted)


@each_socket
def test_it_declares_an_audience_and_is_not_public(route: Route) -> None:
    access = getattr(route.callback.consumer_class, "access", None)
    assert isinstance(access, Access)
    assert not access.public
    assert (access.role is not None) == (route in IN_A_CLUSTER)
    assert route in IN_A_CLUSTER or route.pattern in SIGNED_IN_WITHOUT_CLUSTER


@each_socket
@pytest.mark.django_db(transaction=True)
async def test_a_stranger_is_refused(route: Route) -> None:
    await write(people.cluster, "harbour")
    assert not await opens(route.path, AnonymousUser())


@each_cluster_socket
@pytest.mark.django_db(transaction=True)
async def test_without_a_grant_it_is_refused_like_one_that_is_not_there(route: Route) -> None:
    harbour, lab = await write(people.cluster, "harbour"), await write(people.cluster, "lab")
    await write(people.pod, harbour, "payments", "checkout")
    tomas = await write(people.person, "tomas")
    await write(people.grant, tomas, lab, Role.ADMIN)
    assert not await opens(route.path, tomas)
    assert not await opens(route.path.replace("harbour", "atlantis"), tomas)


@each_socket
@pytest.mark.django_db(transaction=True)
async def test_with_its_role_in_the_namespace_it_opens(route: Route) -> None:
    assert await opens_with(route, route.callback.consumer_class.access.role or Role.SHELL, "payments")


@each_namespace_socket
@pytest.mark.django_db(transaction=True)
async def test_with_the_role_in_another_namespace_it_is_refused(route: Route) -> None:
    assert not await opens_with(route, Role.ADMIN, "shop")


@each_namespace_socket
@pytest.mark.django_db(transaction=True)
async def test_with_a_lesser_role_it_is_refused(route: Route) -> None:
    assert not await opens_with(route, Role(route.callback.consumer_class.access.role - 1), "payments")


async def opens_with(route: Route, role: Role, namespace: str) -> bool:
    """Whether it opens for maria, whose only grant this is."""
    harbour = await write(people.cluster, "harbour")
    await write(people.pod, harbour, "payments", "checkout")
    maria = await write(people.person, "maria")
    await write(people.grant, maria, harbour, role, namespace)
    await write(people.shell, maria, harbour, "payments")
    return await opens(route.path, maria)
