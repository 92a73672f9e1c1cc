"""Forms and bodies with more in them than they ask for: nobody gets more power by it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Guest, Membership, Organization, Role, User
from mino.tests.api.asking import browser, code_of
from mino.tests.api.places import ALL as OPERATIONS
from mino.tests.api.places import Place
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ALL, undone, url_of
from mino.tests.test_odd_input import filled_in
from projects.models import Project

pytestmark = pytest.mark.django_db
POWERS = {
    **dict.fromkeys(("is_staff", "is_superuser", "is_active"), "true"),
    **dict.fromkeys(("user", "user_id", "organization_id", "created_by", "id", "pk"), "1"),
    **dict.fromkeys(("groups", "user_permissions"), "1"),
}
"""What no form asks for: it is sent even where a page shows such a field."""

WANTED = {
    **POWERS,
    "is_private": "true",
    "role": "owner",
    "plan": "enterprise",
    "email": "thief@evil.example",
    "organization": "elsewhere",
    "slug": "mine",
    "suspended_at": "",
    "deleted_at": "",
    "password": "x",
}
"""What some forms ask for: it is sent to all others."""

MAY_CHANGE = {"project_visibility", "people_remove", "people_leave", "people_role", "guest_remove"}
"""What these do is to change who may what; the access matrix and the tests of members keep them in bounds."""


def powers(subjects: Subjects) -> list[object]:
    """Who may what, what organizations may, and who sees the project."""
    return [
        list(
            User.objects.order_by("pk").values_list("pk", "email", "is_staff", "is_superuser", "is_active", "password")
        ),
        list(Membership.objects.order_by("pk").values_list("pk", "role", "user_id", "organization_id")),
        list(Guest.objects.order_by("pk").values_list("pk", "user_id", "organization_id")),
        list(Organization.objects.order_by("pk").values_list("pk", "plan", "slug")),
        list(Project.objects.filter(pk=subjects.project.pk).values_list("organization_id", "is_private")),
    ]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMIN])
def test_no_form_gives_more_than_it_asks_for(subjects: Subjects, role: Role) -> None:
    client = Client()
    client.force_login(subjects.people[role], backend="django.contrib.auth.backends.ModelBackend")
    Organization.objects.update(plan="free")
    before, taken = powers(subjects), 0
    for address in ALL:
        url = url_of(address, subjects)
        fields = filled_in(client.get(url))
        extra = {name: value for name, value in WANTED.items() if name not in fields}
        with undone():
            answer = client.post(url, {**fields, **extra, **POWERS})
            assert answer.status_code < 500
            taken += answer.status_code == 302
            if address.name not in MAY_CHANGE:
                assert powers(subjects) == before, address.name
    assert taken > 50, "hardly any form is taken"


def test_who_signs_up_gets_no_more_than_an_account(owner: User, organization: Organization) -> None:
    given = {"name": "Ines", "email": "ines@evil.example", "password1": "a long enough one", "agreed": "on"}
    more = {"organization": str(organization.pk), "organization_id": str(organization.pk), "role": "owner"}
    Client().post("/accounts/signup/", {**WANTED, **more, **given})
    ines = User.objects.exclude(pk=owner.pk).get()
    assert ines.email == given["email"]
    assert (ines.is_staff, ines.is_superuser) == (False, False)
    assert not ines.memberships.exists()


@pytest.mark.parametrize(
    "place",
    [one for one in OPERATIONS if one.operation.takes and not one.operation.multipart],
    ids=lambda place: place.operation.name,
)
def test_no_body_may_hold_more_than_is_asked_for(
    place: Place, subjects: Subjects, owner: User, organization: Organization
) -> None:
    asker = browser(owner, organization)
    known = set(place.operation.takes().fields) if place.operation.takes else set()
    extra = [name for name in WANTED if name not in known]
    answer = asker(place.method, place.url(subjects), {**place.body, **{name: WANTED[name] for name in extra}})
    assert code_of(answer)
    assert {one["path"].rpartition(".")[2].strip("/") for one in answer.json()["details"]} >= set(extra)
