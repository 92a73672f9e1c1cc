"""The folders and tags of a project's page, and the search over all projects."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Organization, User
from mino.tests.factories import BatchFactory, ProjectFactory
from projects.models import Batch, Folder, Project, Tag, TaggedBatch
from projects.services.folders import batches_move, folder_create
from projects.services.tags import batches_tag, tag_create

ClientFor = Callable[[User], Client]


@pytest.fixture
def inner(project: Project) -> Folder:
    """The folder Catalogues / 2026."""
    outer = folder_create(project=project, user=None, name="Catalogues")
    return folder_create(project=project, user=None, name="2026", parent=outer)


@pytest.fixture
def tag(organization: Organization) -> Tag:
    """A tag."""
    return tag_create(organization=organization, user=None, name="Gold truth", colour="#b98900")


def page_of(project: Project) -> str:
    return reverse("project", args=[project.organization.slug, project.pk])


def names(response: object) -> list[str]:
    return [line.batch.name for line in response.context["rows"]]  # type: ignore[attr-defined]


def test_a_folder_shows_its_batches_and_those_below(
    project: Project, batch: Batch, inner: Folder, viewer: User, client_for: ClientFor
) -> None:
    BatchFactory(project=project, name="Loose")
    batches_move(project=project, user=None, batches=[batch], folder=inner)
    client, address = client_for(viewer), page_of(project)
    assert names(client.get(address)) == ["Loose", "Spring catalogue"]
    assert names(client.get(address, {"folder": str(inner.parent_id)})) == ["Spring catalogue"]
    assert names(client.get(address, {"folder": "none"})) == ["Loose"]
    page = client.get(address, {"folder": str(inner.pk)})
    assert [(one.place.full_name, one.count) for one in page.context["folders"]] == [
        ("Catalogues", 1),
        ("Catalogues / 2026", 1),
    ]
    assert "Delete folder" not in page.content.decode(), "viewers are offered nothing that would be refused"


def test_a_batch_is_found_by_its_tag_and_by_part_of_it(
    project: Project, batch: Batch, tag: Tag, viewer: User, client_for: ClientFor
) -> None:
    BatchFactory(project=project, name="Untagged")
    batches_tag(project=project, user=None, batches=[batch], tag=tag)
    client = client_for(viewer)
    for address in (page_of(project), reverse("batch_search", args=["northlight"])):
        assert names(client.get(address, {"tag": "gold TRUTH"})) == ["Spring catalogue"]
        assert names(client.get(address, {"search": "GOLD"})) == ["Spring catalogue"]
        assert names(client.get(address, {"search": "catalog", "tag": "Gold truth"})) == ["Spring catalogue"]
        assert names(client.get(address, {"search": "nothing", "tag": "Gold truth"})) == []


def test_the_search_sees_only_what_the_person_sees(
    project: Project, batch: Batch, viewer: User, admin: User, client_for: ClientFor
) -> None:
    BatchFactory(project=ProjectFactory(), name="Spring of another organization")
    Project.objects.filter(pk=project.pk).update(is_private=True)
    address = reverse("batch_search", args=["northlight"])
    assert names(client_for(viewer).get(address, {"search": "spring"})) == []
    assert names(client_for(admin).get(address, {"search": "spring"})) == ["Spring catalogue"]


@pytest.mark.parametrize("name", ["project", "batch_search"])
def test_many_batches_folders_and_tags_ask_no_more_questions(
    project: Project,
    inner: Folder,
    tag: Tag,
    viewer: User,
    client_for: ClientFor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    name: str,
) -> None:
    for number in range(12):
        folder = folder_create(project=project, user=None, name=f"Folder {number}", parent=inner)
        batch = BatchFactory(project=project)
        batches_move(project=project, user=None, batches=[batch], folder=folder)
        batches_tag(project=project, user=None, batches=[batch], tag=tag)
    address = page_of(project) if name == "project" else reverse(name, args=["northlight"])
    client = client_for(viewer)
    with django_assert_max_num_queries(20 if name == "project" else 11):
        assert len(names(client.get(address))) == 12


def test_ticked_batches_are_moved_tagged_and_untagged(
    project: Project, batch: Batch, inner: Folder, tag: Tag, member: User, client_for: ClientFor
) -> None:
    client, address = client_for(member), reverse("batches_arrange", args=["northlight", project.pk])
    ticked = {"batch": [str(batch.pk)], "folder": str(inner.pk), "tag": str(tag.pk), "back": "search=spring&x=1"}
    answer = client.post(address, {**ticked, "act": "move"})
    assert answer["Location"] == f"{page_of(project)}?search=spring"
    assert Batch.objects.get(pk=batch.pk).folder == inner
    client.post(address, {**ticked, "act": "tag"})
    assert TaggedBatch.objects.get().tag == tag
    client.post(address, {**ticked, "act": "untag"})
    assert not TaggedBatch.objects.exists()
    client.post(address, {**ticked, "act": "move", "folder": ""})
    assert Batch.objects.get(pk=batch.pk).folder is None


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"act": "move"}, "No batch is chosen"),
        ({"act": "move", "batch": "BATCH", "folder": "00000000-0000-0000-0000-000000000000"}, "not there any more"),
        ({"act": "tag", "batch": "BATCH"}, "No tag is chosen"),
        ({"act": "tag", "batch": "BATCH", "tag": "00000000-0000-0000-0000-000000000000"}, "not there any more"),
    ],
)
def test_what_cannot_be_done_with_ticked_batches_is_said(
    project: Project, batch: Batch, member: User, client_for: ClientFor, posted: dict[str, str], told: str
) -> None:
    values = {name: str(batch.pk) if value == "BATCH" else value for name, value in posted.items()}
    address = reverse("batches_arrange", args=["northlight", project.pk])
    assert told in client_for(member).post(address, values, follow=True).content.decode()


def test_folders_are_made_renamed_moved_and_deleted_by_forms(
    project: Project, inner: Folder, member: User, client_for: ClientFor
) -> None:
    client = client_for(member)
    answer = client.post(
        reverse("folder_create", args=["northlight", project.pk]), {"name": "Spring", "parent": inner.pk}
    )
    spring = Folder.objects.get(name="Spring")
    assert (spring.parent, answer["Location"]) == (inner, f"{page_of(project)}?folder={spring.pk}")
    client.post(reverse("folder_rename", args=["northlight", spring.pk]), {"name": "Summer"})
    client.post(reverse("folder_move", args=["northlight", spring.pk]), {"parent": ""})
    spring.refresh_from_db()
    assert (spring.name, spring.parent) == ("Summer", None)
    refused = client.post(
        reverse("folder_move", args=["northlight", inner.parent_id]), {"parent": inner.pk}, follow=True
    )
    assert "into itself" in refused.content.decode()
    client.post(reverse("folder_delete", args=["northlight", spring.pk]))
    assert not Folder.objects.filter(pk=spring.pk).exists()


def test_tags_are_managed_on_a_page_of_their_own(
    organization: Organization, tag: Tag, member: User, viewer: User, client_for: ClientFor
) -> None:
    client = client_for(member)
    client.post(reverse("tag_create", args=["northlight"]), {"name": "Baseline", "colour": "#123456"})
    client.post(reverse("tag_change", args=["northlight", tag.pk]), {"name": "<b>", "colour": "#ffffff"})
    page = client.get(reverse("tag_list", args=["northlight"]))
    assert [one.name for one, _ in page.context["rows"]] == ["<b>", "Baseline"]
    assert "&lt;b&gt;" in page.content.decode()
    assert "<b></span>" not in page.content.decode()
    refused = client.post(reverse("tag_create", args=["northlight"]), {"name": "BASELINE", "colour": "#1"}, follow=True)
    assert "Write a colour" in refused.content.decode()
    assert "Make tag" not in client_for(viewer).get(reverse("tag_list", args=["northlight"])).content.decode()
    client.post(reverse("tag_delete", args=["northlight", tag.pk]))
    assert Tag.objects.get().name == "Baseline"
