"""Guessing passwords is stopped for a name at an address, and for nobody else."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

RIGHT, WRONG = "correct horse", "battery staple"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def _people() -> None:
    User.objects.create_user("ada", password=RIGHT)
    User.objects.create_user("grace", password=RIGHT)


def sign_in(name: str, password: str, *, address: str = HOME, **headers: str) -> int:
    """The status of the answer: 302 when signed in, 200 when the form comes again, 429 when locked out."""
    form = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post(reverse("sign-in"), form, headers=headers).status_code


def guess(name: str, times: int, *, address: str = HOME) -> list[int]:
    return [sign_in(name, WRONG, address=address) for _ in range(times)]


def test_five_wrong_passwords_lock_even_the_right_one_out() -> None:
    assert guess("ada", 5) == [200, 200, 200, 200, 429]
    assert sign_in("ada", RIGHT) == 429


def test_a_few_mistakes_are_forgotten_with_the_right_password() -> None:
    guess("ada", 4)
    assert sign_in("ada", RIGHT) == 302
    assert guess("ada", 4) == [200] * 4
    assert sign_in("ada", RIGHT) == 302


def test_the_owner_can_still_sign_in_from_another_address() -> None:
    guess("ada", 6)
    assert sign_in("ada", RIGHT, address=ELSEWHERE) == 302


def test_others_at_the_same_address_can_still_sign_in() -> None:
    guess("ada", 6)
    assert sign_in("grace", RIGHT) == 302


def test_made_up_proxy_headers_do_not_help() -> None:
    codes = [sign_in("ada", WRONG, **{"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(6)]
    assert codes[-1] == 429


def test_other_names_in_between_do_not_push_the_count_out() -> None:
    guess("ada", 4)
    for number in range(60):
        sign_in(f"nobody-{number}", WRONG)
    assert guess("ada", 1) == [429]


def test_the_page_says_what_happened_and_what_to_do() -> None:
    guess("ada", 4)
    page = Client(REMOTE_ADDR=HOME).post(reverse("sign-in"), {"username": "ada", "password": WRONG})
    assert "Wait 15 minutes" in page.content.decode()


def test_the_admin_is_guarded_alike() -> None:
    client = Client(REMOTE_ADDR=HOME)
    form = {"username": "ada", "password": WRONG}
    codes = [client.post(reverse("admin:login"), form).status_code for _ in range(5)]
    assert codes[-1] == 429
