"""Addresses that cannot be meant: refused with 400, and the parameter named."""

import pytest
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    people.cluster("harbour")
    client.force_login(people.admin())
    return client


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("namespace", "../"),
        ("namespace", "a\x00b"),
        ("namespace", "a" * 10_000),
        ("node", "Node 1"),
        ("q", "a\x00b"),
        ("q", "a" * 10_000),
        ("labels", "tier=a b"),
        ("labels", "=web"),
        ("labels", "tier in (a"),
        ("labels", "x" * 10_000),
        ("owner", "ledger"),
        ("state", "excellent"),
        ("columns", "name,detail"),
        ("sort", "sealed_connection"),
        ("page", "2"),
        ("format", "xml"),
    ],
)
def test_it_is_refused_by_name(admin: Client, parameter: str, value: str) -> None:
    response = admin.get("/clusters/harbour/pods/", {parameter: value})
    assert response.status_code == 400
    assert parameter.encode() in response.content


def test_both_places_at_once_are_refused(admin: Client) -> None:
    assert admin.get("/clusters/harbour/pods/", {"after": "a", "before": "b"}).status_code == 400


def test_nodes_cannot_be_filtered_by_node(admin: Client) -> None:
    assert admin.get("/clusters/harbour/nodes/", {"node": "node1"}).status_code == 400


def test_a_kind_without_a_table_is_not_there(admin: Client) -> None:
    assert admin.get("/clusters/harbour/secrets/").status_code == 404


def test_a_mistyped_address_of_logs_is_one_line_in_our_log(admin: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert admin.get("/clusters/harbour/logs/", {"namespace": "UPPER"}).status_code == 400
    [line] = [record for record in caplog.records if record.name == "django.request"]
    assert "/clusters/harbour/logs/" in line.getMessage()
    assert not line.exc_info


@pytest.mark.parametrize("text", ["a\x00b", "a" * 10_000])
def test_the_palette_refuses_it_too(admin: Client, text: str) -> None:
    assert admin.get("/find/", {"q": text}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "pods/payments/..%2f..%2fnodes/",
        "pods/..%2f..%2fapi/web/yaml/",
        "nodes/..%2f/yaml/",
        "pods/payments/a%00b/",
        f"pods/payments/{'a' * 10_000}/",
    ],
)
def test_a_name_that_no_object_can_have_is_refused(admin: Client, path: str) -> None:
    assert admin.get(f"/clusters/harbour/{path}").status_code == 400
