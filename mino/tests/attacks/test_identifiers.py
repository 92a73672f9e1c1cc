"""The owner of an organization names in addresses what belongs to another one: all of it is unknown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Role, User
from mino.tests.factories import MembershipFactory
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import IN_ORGANIZATION, undone
from projects.models import Batch, Folder, Project, Tag

pytestmark = pytest.mark.django_db
NO_IDENTIFIERS = {"slug", "number", "agent", "token", "product_slug"}


@pytest.fixture
def own(subjects: Subjects, stranger: User) -> Subjects:
    """One of everything of the organization whose owner attacks; all of `subjects` is the other's."""
    for model in (Project, Batch, Folder, Tag):
        model.objects.update(name=f"Northlight's {model.__name__}")
    elsewhere = Organization.objects.get(slug="elsewhere")
    people: dict[str, User] = {
        role: MembershipFactory(organization=elsewhere, role=role).user
        for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER)
    }
    return Subjects(elsewhere, {**people, Role.OWNER: stranger}, subjects.stranger)


@pytest.fixture
def attacker(own: Subjects) -> Client:
    """The browser of the owner of the other organization."""
    client = Client()
    client.force_login(own.people[Role.OWNER], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_in_addresses(subjects: Subjects, own: Subjects, attacker: Client) -> None:
    found = []
    for address in IN_ORGANIZATION:
        values = {name: own.value(name) for name in address.parameters}
        for name in set(address.parameters) - NO_IDENTIFIERS:
            url = reverse(address.name, kwargs={**values, name: subjects.value(name)})
            for method in ("GET", "POST"):
                with undone():
                    status = attacker.generic(method, url).status_code
                if status not in (404, 405):
                    found.append((address.name, name, method, status))
    assert found == []
