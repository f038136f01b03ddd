"""What a person chooses is kept for him, and for nobody else."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.models import Preference
from tests import people
from tests.rows import page, pod

PODS = "/clusters/harbour/pods/"
pytestmark = [pytest.mark.django_db, pytest.mark.both_modes]


@pytest.fixture
def admin(client: Client) -> Client:
    pod(people.cluster("harbour"), "web-1")
    client.force_login(people.admin())
    return client


def heads(html: str) -> list[str]:
    """The titles of the table's columns; that of the boxes has none."""
    return [title for title in re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]*)', html) if title]


def test_the_columns_chosen_stay(admin: Client) -> None:
    response = admin.post("/preferences/", {"kind": "pods", "column": ["name", "ip"], "next": PODS})
    assert response["Location"] == PODS
    assert heads(page(admin, PODS)) == ["Name", "IP"]


def test_choosing_none_gives_back_the_first_ones(admin: Client) -> None:
    admin.post("/preferences/", {"kind": "pods", "column": ["name", "ip"]})
    admin.post("/preferences/", {"kind": "pods"})
    assert heads(page(admin, PODS)) == ["Status", "Name", "Namespace", "Ready", "Restarts", "Node", "Age"]


def test_columns_in_the_address_win(admin: Client) -> None:
    admin.post("/preferences/", {"kind": "pods", "column": ["name", "ip"]})
    assert heads(page(admin, f"{PODS}?columns=status,name")) == ["Status", "Name"]


def test_colours_and_row_height_stay(admin: Client) -> None:
    assert "data-bs-theme" not in page(admin, "/")
    admin.post("/preferences/", {"theme": "dark"})
    admin.post("/preferences/", {"density": "tight"})
    assert 'data-bs-theme="dark" data-density="tight"' in page(admin, "/")


def test_single_keys_can_be_turned_off(admin: Client) -> None:
    admin.post("/preferences/", {"keys": ""})
    assert 'data-keys="off"' in page(admin, "/")
    admin.post("/preferences/", {"keys": "", "single_keys": "on"})
    assert "data-keys" not in page(admin, "/").split("<body>")[0]


def test_nobody_else_sees_it(admin: Client) -> None:
    admin.post("/preferences/", {"theme": "dark"})
    admin.force_login(people.person("maria"))
    assert "data-bs-theme" not in page(admin, "/")


def test_two_tabs_that_knew_the_same_state_lose_nothing_of_each_other() -> None:
    maria = people.person("maria")
    Preference.keep(maria, theme=Preference.Theme.LIGHT)
    one, other = (User.objects.select_related("preference").get(pk=maria.pk) for _ in range(2))
    Preference.keep_columns(one, "pods", ["name", "ip"])
    Preference.keep_columns(other, "nodes", ["name"])
    Preference.keep(one, theme=Preference.Theme.DARK)
    Preference.keep(other, density=Preference.Density.TIGHT)
    kept = Preference.objects.get()
    assert kept.columns == {"pods": ["name", "ip"], "nodes": ["name"]}
    assert (kept.theme, kept.density) == (Preference.Theme.DARK, Preference.Density.TIGHT)


def test_two_tabs_can_both_be_the_first_to_choose() -> None:
    maria = people.person("maria")
    one, other = (User.objects.select_related("preference").get(pk=maria.pk) for _ in range(2))
    Preference.keep(one, theme=Preference.Theme.DARK)
    Preference.keep(other, density=Preference.Density.TIGHT)
    assert Preference.objects.get().theme == Preference.Theme.DARK


@pytest.mark.parametrize("choice", [{"theme": "pink"}, {"kind": "secrets"}, {"kind": "pods", "column": ["detail"]}])
def test_what_does_not_exist_cannot_be_chosen(admin: Client, choice: dict[str, object]) -> None:
    assert admin.post("/preferences/", choice).status_code == 400


def test_it_leads_to_no_other_site(admin: Client) -> None:
    response = admin.post("/preferences/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"
