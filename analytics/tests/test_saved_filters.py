"""Filters of the grid that people keep for a project."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from analytics.grid import saving
from analytics.grid.saving import saved_filter_create, saved_filter_delete, saved_filter_rename
from analytics.models import SavedFilter
from mino.common.errors import AlreadyExists, InvalidInput, InvalidState
from mino.tests.factories import MembershipFactory
from projects.models import Batch, Project

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]


@pytest.fixture
def other(project: Project) -> User:
    """Another member."""
    membership = MembershipFactory(organization=project.organization, role=Role.MEMBER)
    user: User = membership.user
    return user


@pytest.fixture
def kept(project: Project, member: User) -> SavedFilter:
    return saved_filter_create(project=project, user=member, name="Failed shops", query="?status=error&after=9")


def test_only_what_filters_or_orders_is_kept(kept: SavedFilter, project: Project, member: User) -> None:
    assert kept.query == "status=error"
    query = "execution=3&column=price&outcome=wrong&sort=-accuracy&search=%00a&accuracy_min=200"
    one = saved_filter_create(project=project, user=member, name="Wrong prices", query=query)
    assert one.query == "column=price&outcome=wrong&search=a&sort=-accuracy"


@pytest.mark.parametrize(("name", "query"), [("", "status=error"), ("x" * 101, "status=error"), ("x", "after=3")])
def test_what_can_not_be_kept_is_told(project: Project, member: User, name: str, query: str) -> None:
    with pytest.raises(InvalidInput):
        saved_filter_create(project=project, user=member, name=name, query=query)


def test_names_are_unique_in_a_project_and_there_is_an_end(
    kept: SavedFilter, project: Project, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AlreadyExists):
        saved_filter_create(project=project, user=member, name="Failed shops", query="status=queued")
    another = saved_filter_create(project=project, user=member, name="Another", query="status=queued")
    with pytest.raises(AlreadyExists):
        saved_filter_rename(kept=another, user=member, name="Failed shops")
    monkeypatch.setattr(saving, "MOST", 2)
    with pytest.raises(InvalidState):
        saved_filter_create(project=project, user=member, name="Third", query="status=queued")


def test_its_maker_and_admins_change_a_filter_and_nobody_else(
    kept: SavedFilter, member: User, other: User, admin: User, viewer: User
) -> None:
    for user in (other, viewer):
        with pytest.raises(PermissionDenied):
            saved_filter_rename(kept=kept, user=user, name="Mine")
        with pytest.raises(PermissionDenied):
            saved_filter_delete(kept=kept, user=user)
    saved_filter_rename(kept=kept, user=member, name="Errors")
    saved_filter_rename(kept=kept, user=admin, name="All errors")
    assert SavedFilter.objects.get().name == "All errors"
    saved_filter_delete(kept=kept, user=member)
    assert not SavedFilter.objects.exists()


def test_everybody_who_sees_the_project_finds_and_applies_it(
    kept: SavedFilter, batch: Batch, viewer: User, client_for: ClientFor
) -> None:
    client = client_for(viewer)
    page = client.get(reverse("batch", args=["northlight", batch.pk])).text
    assert 'href="?execution=none&amp;status=error"' in page
    assert "Failed shops" in page
    assert "Save this filter" not in page
    told = client.get(reverse("saved_filters", args=["northlight", kept.project_id])).text
    assert "Failed shops" in told
    assert "Rename" not in told


def test_a_filter_is_kept_renamed_and_deleted_from_pages(
    project: Project, batch: Batch, member: User, client_for: ClientFor
) -> None:
    client = client_for(member)
    here = reverse("batch", args=["northlight", batch.pk]) + "?truth=no"
    assert "Save this filter" in client.get(here).text
    create = reverse("saved_filter_create", args=["northlight", project.pk])
    answer = client.post(create, {"name": "No truth", "query": "truth=no", "next": here})
    assert answer.headers["Location"] == here
    kept = SavedFilter.objects.get()
    client.post(reverse("saved_filter_rename", args=["northlight", kept.pk]), {"name": "Unknown"})
    assert SavedFilter.objects.get().name == "Unknown"
    told = client.post(create, {"name": "Unknown", "query": "truth=no"}, follow=True).text
    assert "There is a filter named Unknown already." in told
    client.post(reverse("saved_filter_delete", args=["northlight", kept.pk]))
    assert not SavedFilter.objects.exists()


def test_other_organizations_do_not_find_it(kept: SavedFilter, stranger: User, client_for: ClientFor) -> None:
    client = client_for(stranger)
    assert client.post(reverse("saved_filter_delete", args=["northlight", kept.pk])).status_code == 404
    assert SavedFilter.objects.exists()
