"""Sign-up, sign-in, organizations and profile as a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Membership, Organization, Role, User
from mino.tests.factories import PASSWORD, GuestFactory, MembershipFactory, OrganizationFactory
from mino.tests.subjects import picture

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


def test_the_anonymous_find_the_landing_page(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert b"/accounts/signup/" in response.content


def test_who_signs_up_is_led_to_create_an_organization(client: Client) -> None:
    details = {
        "name": "Ines Marrow",
        "email": "Ines@Northlight.example",
        "password1": "a long enough one",
        "agreed": "on",
    }
    response = client.post("/accounts/signup/", details, follow=True)
    assert response.redirect_chain[-1][0] == "/organizations/new/"
    user = User.objects.get(email="ines@northlight.example")
    assert (user.name, user.initials) == ("Ines Marrow", "IM")


def test_an_address_signs_up_only_once_whatever_its_case(client: Client, owner: User) -> None:
    details = {"name": "Ines", "email": owner.email.upper(), "password1": "a long enough one", "agreed": "on"}
    response = client.post("/accounts/signup/", details)
    assert response.context["form"].errors["email"]
    assert User.objects.count() == 1


def test_sign_in_takes_the_address_in_any_case(client: Client, owner: User) -> None:
    response = client.post("/accounts/login/", {"login": owner.email.upper(), "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/o/northlight/"


def test_a_wrong_password_is_refused_in_words(client: Client, owner: User) -> None:
    response = client.post("/accounts/login/", {"login": owner.email, "password": "wrong"})
    assert response.status_code == 200
    assert b"not correct" in response.content


def test_a_forgotten_password_is_reset_by_mail(client: Client, owner: User) -> None:
    client.post("/accounts/password/reset/", {"email": owner.email})
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link
    form = client.get(link[0], follow=True)
    where = form.redirect_chain[-1][0]
    client.post(where, {"password1": "another long one", "password2": "another long one"})
    owner.refresh_from_db()
    assert owner.check_password("another long one")


def test_signing_out_ends_the_session(client_for: ClientFor, owner: User) -> None:
    browser = client_for(owner)
    browser.post("/accounts/logout/")
    assert browser.get("/profile/").status_code == 302


def test_who_creates_an_organization_owns_it(client_for: ClientFor, django_user_model: type[User]) -> None:
    user = django_user_model.objects.create_user("new@example.com", PASSWORD, terms_version=1, privacy_version=1)
    response = client_for(user).post("/organizations/new/", {"name": "Nordic Stores & Söhne", "slug": ""})
    assert response["Location"] == "/o/nordic-stores-sohne/"
    assert Membership.objects.get(user=user).role == Role.OWNER


def test_two_organizations_of_one_name_get_short_names_of_their_own(client_for: ClientFor, owner: User) -> None:
    OrganizationFactory(name="Demo", slug="demo")
    OrganizationFactory(name="Demo", slug="demo-2")
    response = client_for(owner).post("/organizations/new/", {"name": "Demo", "slug": ""})
    assert response["Location"] == "/o/demo-3/"


def test_a_short_name_that_is_taken_is_said_in_plain_words(client_for: ClientFor, owner: User) -> None:
    OrganizationFactory(name="Demo", slug="demo")
    response = client_for(owner).post("/organizations/new/", {"name": "Other", "slug": "demo"})
    assert response.context["form"].errors["slug"] == ["This short name is taken. Choose another."]


@pytest.mark.parametrize("slug", ["northlight", "Not a slug", "-x", "a" * 51])
def test_a_short_name_that_is_taken_or_malformed_is_refused_at_its_field(
    client_for: ClientFor, owner: User, slug: str
) -> None:
    response = client_for(owner).post("/organizations/new/", {"name": "Another", "slug": slug})
    assert response.status_code == 200
    assert response.context["form"].errors["slug"]
    assert Organization.objects.count() == 1


def test_the_front_page_leads_back_to_the_last_organization(client_for: ClientFor, owner: User) -> None:
    other = OrganizationFactory(name="Another", slug="another")
    MembershipFactory(user=owner, organization=other)
    browser = client_for(owner)
    browser.get("/o/northlight/settings/people/")
    assert browser.get("/")["Location"] == "/o/northlight/"
    browser.get("/o/another/settings/people/")
    assert browser.get("/")["Location"] == "/o/another/"


def test_the_switcher_lists_ones_organizations(client_for: ClientFor, owner: User) -> None:
    other = OrganizationFactory(name="Second home", slug="second")
    MembershipFactory(user=owner, organization=other)
    page = client_for(owner).get("/o/northlight/settings/people/").content.decode()
    assert "/o/second/" in page


def test_who_is_refused_is_led_to_where_they_can_go_on(client_for: ClientFor, viewer: User) -> None:
    second = OrganizationFactory(name="Second home", slug="second")
    MembershipFactory(user=viewer, organization=second)
    guest = GuestFactory(organization=OrganizationFactory(name="Third home", slug="third"), user=viewer)
    OrganizationFactory(name="Elsewhere", slug="elsewhere")
    browser = client_for(viewer)
    refused = browser.get("/o/northlight/settings/usage/")
    assert refused.status_code == 403
    links = re.findall(r'href="(/o/[^"]*)"', refused.text)
    assert links == ["/o/northlight/", "/o/second/", "/o/third/"]
    assert browser.get("/o/third/settings/people/").status_code == 403
    guest.delete()
    Membership.objects.filter(organization=second).delete()
    alone = browser.get("/o/northlight/settings/usage/").text
    assert "Back to Northlight Retail" in alone
    assert "Or go on to" not in alone


def test_people_are_listed_with_their_roles(client_for: ClientFor, viewer: User, admin: User) -> None:
    page = client_for(viewer).get("/o/northlight/settings/people/").content.decode()
    assert admin.email in page
    assert "Admin" in page


def test_a_profile_keeps_name_picture_and_time_zone(client_for: ClientFor, owner: User, viewer: User) -> None:
    image = SimpleUploadedFile("me.png", picture().read(), "image/png")
    browser = client_for(owner)
    browser.post("/profile/", {"name": "Ines", "time_zone": "Europe/Paris", "avatar": image})
    owner.refresh_from_db()
    assert (owner.name, owner.time_zone) == ("Ines", "Europe/Paris")
    seen = client_for(viewer).get(f"/profile/avatar/{owner.pk}/")
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/png")


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_is_replaced_or_taken_away_leaves_no_file(client_for: ClientFor, owner: User) -> None:
    def changed(**values: object) -> str:
        client_for(owner).post("/profile/", {"name": "Ines", **values})
        owner.refresh_from_db()
        return str(owner.avatar.name)

    first = changed(avatar=SimpleUploadedFile("me.png", picture().read(), "image/png"))
    assert changed() == first
    assert default_storage.exists(first)
    second = changed(avatar=SimpleUploadedFile("me.png", picture().read(), "image/png"))
    assert (default_storage.exists(first), default_storage.exists(second)) == (False, True)
    changed(**{"avatar-clear": "on"})
    assert not default_storage.exists(second)


def test_a_picture_that_is_lost_is_not_found(client_for: ClientFor, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(avatar="avatars/lost.png")
    assert client_for(owner).get(f"/profile/avatar/{owner.pk}/").status_code == 404


def test_a_picture_that_is_none_is_refused(client_for: ClientFor, owner: User) -> None:
    fake = SimpleUploadedFile("me.svg", b"<svg onload=alert(1)>", "image/svg+xml")
    response = client_for(owner).post("/profile/", {"name": "Ines", "avatar": fake})
    assert response.context["form"].errors["avatar"]


def test_pages_forbid_inline_scripts_styles_and_frames(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_settings_show_each_role_the_pages_that_it_may_open(
    client_for: ClientFor, viewer: User, admin: User
) -> None:
    agents = "/o/northlight/settings/agents/"
    assert agents not in client_for(viewer).get("/o/northlight/settings/people/").text
    page = client_for(admin).get(agents).text
    assert re.search(rf'<a href="{agents}" aria-current="page">', page)
    assert re.search(r'<a href="/o/northlight/settings/people/" >', page)
