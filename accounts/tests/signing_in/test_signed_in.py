"""Where one is signed in, and being signed out there."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from accounts.signing_in.signed_in import SEEN_AT, browser_name
from mino.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(user: User, program: str = FIREFOX) -> Client:
    """A browser in which the user has signed in by password."""
    client = Client(headers={"user-agent": program})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_each_browser_is_listed_and_can_be_signed_out(owner: User) -> None:
    here, there, third = signed_in(owner), signed_in(owner), signed_in(owner)
    page = here.get("/profile/security/")
    assert "Firefox on Windows" in page.text
    first, second, _ = page.context["signed_in"]
    assert first.is_current
    here.post("/profile/security/", {"end": second.id})
    assert sorted((is_signed_in(there), is_signed_in(third))) == [False, True]
    here.post("/profile/security/", {"end": "others"})
    assert (is_signed_in(here), is_signed_in(there), is_signed_in(third)) == (True, False, False)


def test_nobody_signs_others_out(owner: User, stranger: User) -> None:
    theirs, mine = signed_in(owner), signed_in(stranger)
    session = theirs.get("/profile/security/").context["signed_in"][0]
    mine.post("/profile/security/", {"end": session.id})
    mine.post("/profile/security/", {"end": "others"})
    assert is_signed_in(theirs)


def test_a_changed_password_signs_out_everywhere_else(owner: User) -> None:
    here, there = signed_in(owner), signed_in(owner)
    change = {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"}
    here.post("/accounts/password/change/", change)
    assert not is_signed_in(there)
    assert [one.is_current for one in here.get("/profile/security/").context["signed_in"]] == [True]


def test_a_browser_is_seen_when_it_comes_back_after_a_while(owner: User) -> None:
    here = signed_in(owner)
    before = UserSession.objects.get()
    here.get("/profile/")
    assert UserSession.objects.get().last_seen_at == before.last_seen_at
    session = here.session
    session[SEEN_AT] -= 3600
    session.save()
    here.get("/profile/")
    assert UserSession.objects.get().last_seen_at > before.last_seen_at


@pytest.mark.parametrize(
    ("program", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Linux"),
        ("curl/8.0", "A program"),
    ],
)
def test_a_browser_is_named_as_people_know_it(program: str, name: str) -> None:
    assert browser_name(program) == name
