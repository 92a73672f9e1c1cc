"""Django admin: who gets in, and by which door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from mino.tests.factories import PASSWORD, UserFactory, add_second_factor, code_of_app

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def test_staff_sign_in_by_the_form_that_counts_failures(client: Client) -> None:
    add_second_factor(UserFactory(is_staff=True, is_superuser=True, email="staff@mino.example"))
    assert client.post("/admin/login/", {"username": "staff@mino.example", "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session
    where = client.get("/admin/", follow=True).redirect_chain[-1][0]
    assert where.startswith("/accounts/login/?next=%2Fadmin%2F")
    response = client.post(where, {"login": "staff@mino.example", "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    response = client.post("/accounts/2fa/authenticate/", {"code": code_of_app()}, follow=True)
    assert (response.redirect_chain[-1][0], response.status_code) == ("/admin/", 200)


def test_staff_without_a_second_factor_are_led_to_set_one_up(client_for: ClientFor) -> None:
    staff = client_for(UserFactory(is_staff=True, is_superuser=True, email="staff@mino.example"))
    response = staff.get("/admin/accounts/user/", follow=True)
    assert response.redirect_chain[-1][0] == "/profile/security/"
    assert "Django admin opens to staff with a second factor" in response.text


def test_an_owner_of_an_organization_is_no_staff(client_for: ClientFor, owner: User) -> None:
    assert client_for(owner).get("/admin/", follow=True).status_code == 403


def test_people_and_organizations_are_listed_for_staff(client_for: ClientFor, owner: User) -> None:
    staff = client_for(add_second_factor(UserFactory(is_staff=True, is_superuser=True, email="staff@mino.example")))
    for address, expected in (("user/", owner.email), ("organization/", "northlight")):
        assert expected in staff.get(f"/admin/accounts/{address}").content.decode()
    assert staff.get(f"/admin/accounts/user/{owner.pk}/change/").status_code == 200
