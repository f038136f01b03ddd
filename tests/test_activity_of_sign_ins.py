"""Signing in, out and failing to leaves a row that says who and from where."""

import pytest
from django.conf import settings
from django.test import Client

from clusters.models import Activity
from tests import people

pytestmark = [pytest.mark.django_db, pytest.mark.both_modes]
Act = Activity.Act


def acts() -> list[tuple[str, str, str | None]]:
    return list(Activity.objects.order_by("id").values_list("act", "username", "address"))


def sign_in(client: Client, username: str, password: str) -> None:
    client.post("/sign-in/", {"username": username, "password": password})


def test_a_sign_in_and_a_sign_out_are_noted() -> None:
    people.person("maria")
    client = Client(REMOTE_ADDR="192.0.2.7")
    sign_in(client, "maria", people.PASSWORD)
    client.post("/sign-out/")
    assert acts() == [(Act.SIGNED_IN, "maria", "192.0.2.7"), (Act.SIGNED_OUT, "maria", "192.0.2.7")]


def test_a_failed_sign_in_keeps_the_name_and_never_the_password() -> None:
    people.person("maria")
    sign_in(Client(REMOTE_ADDR="192.0.2.8"), "maria", "hunter2-canary")
    assert acts() == [(Act.SIGN_IN_FAILED, "maria", "192.0.2.8")]
    assert "hunter2-canary" not in str(list(Activity.objects.values()))


def test_a_name_that_nobody_has_is_not_kept_since_it_may_be_a_password() -> None:
    sign_in(Client(REMOTE_ADDR="192.0.2.8"), "hunter2-canary", "maria")
    assert acts() == [(Act.SIGN_IN_FAILED, "(unknown)", "192.0.2.8")]


@pytest.mark.parametrize("username", ["maria", "nobody"])
def test_guessing_on_while_locked_out_writes_no_more_rows(username: str) -> None:
    people.person("maria")
    for attempt in range(30):
        sign_in(Client(REMOTE_ADDR="192.0.2.66"), username, f"guess {attempt}")
    assert len(acts()) == settings.AXES_FAILURE_LIMIT


def test_too_many_failures_lock_the_name_at_that_address_only() -> None:
    people.person("maria")
    attacker, maria = Client(REMOTE_ADDR="192.0.2.66"), Client(REMOTE_ADDR="192.0.2.7")
    for attempt in range(30):
        sign_in(attacker, "maria", f"guess {attempt}")
    sign_in(attacker, "maria", people.PASSWORD)
    assert "_auth_user_id" not in attacker.session, "the right password does not open a locked door"
    sign_in(maria, "maria", people.PASSWORD)
    assert "_auth_user_id" in maria.session, "the victim still signs in from elsewhere"


def test_a_deactivated_user_cannot_sign_in() -> None:
    maria = people.person("maria")
    maria.is_active = False
    maria.save()
    client = Client()
    sign_in(client, "maria", people.PASSWORD)
    assert "_auth_user_id" not in client.session
