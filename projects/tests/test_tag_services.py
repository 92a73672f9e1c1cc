"""Tags of an organization, on batches and on rows."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import Organization, User
from mino.common.errors import AlreadyExists, InvalidInput, InvalidState
from mino.tests.factories import BatchFactory, OrganizationFactory
from mino.tests.races import overtaken
from projects.models import Batch, Tag, TaggedBatch, TaggedRow
from projects.services import tags as services

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag(organization: Organization) -> Tag:
    """A tag."""
    return services.tag_create(organization=organization, user=None, name="Gold truth", colour="#e0b020")


def test_a_name_is_unique_without_regard_to_case(organization: Organization, tag: Tag, member: User) -> None:
    with pytest.raises(AlreadyExists, match="gold TRUTH"):
        services.tag_create(organization=organization, user=member, name="gold  TRUTH", colour="#000000")
    services.tag_create(organization=organization, user=member, name="Straße", colour="#000")
    with pytest.raises(AlreadyExists):
        services.tag_create(organization=organization, user=member, name="STRASSE", colour="#000")
    services.tag_create(organization=OrganizationFactory(), user=None, name="gold truth", colour="#000000")


@pytest.mark.parametrize(
    ("name", "colour", "field"),
    [("", "#123456", "name"), ("x" * 51, "#123456", "name"), ("x", "red", "colour"), ("x", "#12345g", "colour")],
)
def test_what_is_wrong_is_said_at_its_field(organization: Organization, name: str, colour: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.tag_create(organization=organization, user=None, name=name, colour=colour)
    assert refused.value.details[0].path == field


def test_a_tag_gets_another_name_and_colour(tag: Tag, member: User) -> None:
    services.tag_change(tag=tag, user=member, name="GOLD", colour="#ABC")
    tag.refresh_from_db()
    assert (tag.name, tag.folded, tag.colour) == ("GOLD", "gold", "#aabbcc")


def test_batches_are_tagged_once_and_untagged(batch: Batch, tag: Tag, member: User) -> None:
    both: list[Batch] = [batch, BatchFactory(project=batch.project)]

    def change(on: bool) -> int:
        return services.batches_tag(project=batch.project, user=member, batches=both, tag=tag, on=on)

    assert change(on=True) == 2
    assert change(on=True) == 0
    assert list(batch.tags.all()) == [tag]
    assert change(on=False) == 2
    assert not TaggedBatch.objects.exists()


def test_a_batch_has_the_tags_that_it_is_given_and_no_others(batch: Batch, tag: Tag, member: User) -> None:
    other = services.tag_create(organization=batch.organization, user=None, name="b", colour="#000")
    services.batch_tags_set(batch=batch, user=member, tags=[tag, tag])
    assert list(batch.tags.all()) == [tag]
    services.batch_tags_set(batch=batch, user=member, tags=[other])
    assert list(batch.tags.all()) == [other]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only there are rows locked")
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_batch_has_the_tags_of_the_last() -> None:
    batch = BatchFactory()
    tags = [services.tag_create(organization=batch.organization, user=None, name=one, colour="#000") for one in "abc"]

    def give(some: list[Tag]) -> None:
        services.batch_tags_set(batch=batch, user=None, tags=some)

    overtaken(change=lambda: give(tags[:2]), act=lambda: give(tags[:0:-1]))
    assert list(batch.tags.all()) == tags[1:]


def test_rows_are_tagged_once_and_untagged(batch: Batch, tag: Tag, member: User) -> None:
    ids = list(batch.rows.values_list("pk", flat=True))
    elsewhere = BatchFactory(project=batch.project, rows=1).rows.get().pk
    assert services.rows_tag(batch=batch, user=member, rows=[*ids[:2], elsewhere], tag=tag) == 2
    assert services.rows_tag(batch=batch, user=member, rows=ids, tag=tag) == 1
    assert services.rows_tag(batch=batch, user=member, rows=ids[:1], tag=tag, on=False) == 1
    assert set(TaggedRow.objects.values_list("row", flat=True)) == set(ids[1:])


def test_a_deleted_tag_is_taken_from_everything(batch: Batch, tag: Tag, member: User) -> None:
    services.batches_tag(project=batch.project, user=member, batches=[batch], tag=tag)
    services.rows_tag(batch=batch, user=member, rows=[row.pk for row in batch.rows.all()], tag=tag)
    services.tag_delete(tag=tag, user=member)
    assert not TaggedBatch.objects.exists()
    assert not TaggedRow.objects.exists()
    assert batch.rows.count() == 3
    with pytest.raises(InvalidState):
        services.batches_tag(project=batch.project, user=member, batches=[batch], tag=tag)


def test_a_tag_of_another_organization_is_refused(batch: Batch) -> None:
    foreign = services.tag_create(organization=OrganizationFactory(), user=None, name="x", colour="#000")
    with pytest.raises(InvalidInput):
        services.batches_tag(project=batch.project, user=None, batches=[batch], tag=foreign)
    with pytest.raises(InvalidInput):
        services.rows_tag(batch=batch, user=None, rows=[], tag=foreign)


def test_viewers_change_no_tags(batch: Batch, tag: Tag, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        services.tag_create(organization=batch.organization, user=viewer, name="x", colour="#000")
    with pytest.raises(PermissionDenied):
        services.tag_change(tag=tag, user=viewer, name="x", colour="#000")
    with pytest.raises(PermissionDenied):
        services.tag_delete(tag=tag, user=viewer)
    with pytest.raises(PermissionDenied):
        services.batches_tag(project=batch.project, user=viewer, batches=[batch], tag=tag)
    with pytest.raises(PermissionDenied):
        services.batch_tags_set(batch=batch, user=viewer, tags=[])
    with pytest.raises(PermissionDenied):
        services.rows_tag(batch=batch, user=viewer, rows=[], tag=tag)
