"""Name and short name, and where old short names lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import AuditEntry, FormerSlug, Organization, User
from accounts.organizations.services import MOST_FORMER, organization_update
from accounts.services import organization_create
from mino.common.errors import AlreadyExists, InvalidInput

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
GENERAL = "/o/northlight/settings/"


def rename(organization: Organization, slug: str, user: User | None = None) -> Organization:
    return organization_update(organization=organization, user=user, name=organization.name, slug=slug)


def test_an_admin_renames_the_organization(client_for: ClientFor, admin: User, organization: Organization) -> None:
    browser = client_for(admin)
    response = browser.post(GENERAL, {"name": "Northern  Light", "slug": "northern-light"})
    assert response["Location"] == "/o/northern-light/settings/"
    assert "Northern Light" in browser.get(response["Location"]).text
    changes = AuditEntry.objects.get(event="organization.updated").changes
    assert changes == {"name": ["Northlight Retail", "Northern Light"], "slug": ["northlight", "northern-light"]}


def test_members_do_not(organization: Organization, member: User) -> None:
    with pytest.raises(PermissionDenied):
        rename(organization, "mine", member)


def test_an_old_short_name_leads_on(client_for: ClientFor, member: User, organization: Organization) -> None:
    rename(rename(organization, "second"), "third")
    browser = client_for(member)
    for old in ("northlight", "second"):
        response = browser.get(f"/o/{old}/projects/?page=%C3%A9")
        assert (response.status_code, response["Location"]) == (302, "/o/third/projects/?page=%C3%A9")
        response = browser.post(f"/o/{old}/projects/new/", {"name": "Kept"})
        assert (response.status_code, response["Location"]) == (307, "/o/third/projects/new/")
    assert browser.get("/o/third/projects/").status_code == 200


def test_an_old_short_name_tells_a_stranger_nothing(
    client: Client, client_for: ClientFor, stranger: User, organization: Organization
) -> None:
    rename(organization, "second")
    assert client_for(stranger).get("/o/northlight/").status_code == 404
    assert client.get("/o/northlight/")["Location"].startswith("/accounts/login/")


def test_an_old_short_name_is_reserved(stranger: User, organization: Organization, client_for: ClientFor) -> None:
    rename(organization, "second")
    with pytest.raises(AlreadyExists):
        organization_create(name="Thief", slug="northlight", owner=stranger)
    with pytest.raises(AlreadyExists):
        rename(Organization.objects.get(slug="elsewhere"), "northlight")
    assert not Organization.objects.filter(name="Thief").exists()
    client_for(stranger).post("/organizations/new/", {"name": "Northlight", "slug": ""})
    assert Organization.objects.get(name="Northlight").slug == "northlight-2"
    assert rename(organization, "northlight").slug == "northlight"
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["second"]


def test_only_the_newest_old_names_are_kept(organization: Organization) -> None:
    for number in range(MOST_FORMER + 2):
        organization = rename(organization, f"name-{number}")
    kept = set(FormerSlug.objects.values_list("slug", flat=True))
    assert len(kept) == MOST_FORMER
    assert "northlight" not in kept


@pytest.mark.parametrize("slug", ["", "-a", "Ä", "a b", "UPPER", "x" * 51, "a/b"])
def test_a_wrong_short_name_is_refused(organization: Organization, slug: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rename(organization, slug)
    assert refused.value.details[0].path == "slug"


def test_a_taken_short_name_is_told_at_its_field(client_for: ClientFor, admin: User, stranger: User) -> None:
    response = client_for(admin).post(GENERAL, {"name": "Northlight Retail", "slug": "elsewhere"})
    assert response.status_code == 422
    assert response.context["form"].errors["slug"]
    assert "Northlight Retail" in response.text
