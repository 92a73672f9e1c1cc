"""Changes to tags, and to what has them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.models import Organization
from accounts.permissions import Principal, require
from mino.common.bulk import delete_in_chunks
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState
from mino.common.values.colours import read_colour
from projects.models import Batch, Project, Row, Tag, TaggedBatch, TaggedRow
from projects.models.tag import MAX_TAG_NAME
from projects.services.checks import checked_text, wrong

MAX_TAGS = 200
"""How many an organization may have: pages offer all of them."""
COLOURS = ("#0e7490", "#2f80ed", "#7c5cd6", "#c0428a", "#c2410c", "#b98900", "#3f8f4f", "#5b6770")
"""Offered one after another to new tags."""


def tag_create(*, organization: Organization, user: Principal | None, name: str, colour: str) -> Tag:
    """Make a tag of the organization. `colour` is `#rrggbb`.

    Raises InvalidInput, AlreadyExists when there is one of that name in whatever case, or PermissionDenied.
    """
    _check(organization, user)
    tag = Tag(organization=organization)
    _fill(tag, name, colour)
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if Tag.objects.filter(organization=organization).count() >= MAX_TAGS:
            raise wrong("name", f"An organization has at most {MAX_TAGS} tags. Delete some first.")
        _save(tag, is_new=True)
        record("tag.created", tag, organization=organization, after=_shown(tag), by=user)
    return tag


def tag_change(*, tag: Tag, user: Principal | None, name: str, colour: str) -> Tag:
    """Give a tag another name and colour. Raises what `tag_create` raises."""
    _check(tag.organization, user)
    before = _shown(tag)
    _fill(tag, name, colour)
    if (after := _shown(tag)) != before:
        with transaction.atomic():
            _save(tag)
            record("tag.changed", tag, organization=tag.organization_id, before=before, after=after, by=user)
    return tag


def tag_delete(*, tag: Tag, user: Principal | None) -> None:
    """Delete a tag, and take it from all batches and rows that have it. Again changes nothing.

    Raises PermissionDenied.
    """
    _check(tag.organization, user)
    delete_in_chunks(TaggedRow.objects.filter(tag=tag))  # maybe a million: chunk by chunk, before the last lock
    delete_in_chunks(TaggedBatch.objects.filter(tag=tag))
    with transaction.atomic():
        if Tag.objects.filter(pk=tag.pk).delete()[0]:
            record("tag.deleted", tag, organization=tag.organization_id, before=_shown(tag), by=user)


def batches_tag(
    *, project: Project, user: Principal | None, batches: Iterable[Batch], tag: Tag, on: bool = True
) -> int:
    """Put a tag on batches of the project, or with `on` false take it off; answers how many are changed by that.

    Raises InvalidInput for a tag of another organization, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change", project)
    _check_tag(tag, project.organization_id)
    ids = [batch.pk for batch in batches if batch.project_id == project.pk]
    with transaction.atomic():
        found = TaggedBatch.objects.filter(tag=tag, batch__in=ids)
        if on:
            missing = set(ids) - set(found.values_list("batch", flat=True))
            _hold(tag)
            made = [TaggedBatch(tag=tag, batch_id=pk) for pk in missing]
            TaggedBatch.objects.bulk_create(made, ignore_conflicts=True)
        changed = len(missing) if on else int(found.delete()[0])
        _record("batch", project, tag, user, changed, on=on)
        return changed


def batch_tags_set(*, batch: Batch, user: Principal | None, tags: Iterable[Tag]) -> None:
    """Give a batch these tags and no others. Two at once wait for each other: the batch has the tags of one of them.

    Raises what `batches_tag` raises, and InvalidState for a batch that is gone.
    """
    if user is not None:
        require(user, "projects.change", batch.project)
    wanted = {tag.pk: tag for tag in tags}
    with transaction.atomic():
        if not Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk).exists():
            raise InvalidState(f"The batch “{batch.name}” was deleted a moment ago.")
        there = {tag.pk: tag for tag in batch.tags.all()}
        changed = {pk: tag for pk, tag in (there | wanted).items() if (pk in there) != (pk in wanted)}
        for pk in sorted(changed):  # always in this order, so that changes of several batches don't wait in a circle
            batches_tag(project=batch.project, user=user, batches=[batch], tag=changed[pk], on=pk in wanted)


def rows_tag(*, batch: Batch, user: Principal | None, rows: Collection[uuid.UUID], tag: Tag, on: bool = True) -> int:
    """Put a tag on some hundreds of rows of a batch, or take it off; answers how many are changed by that.

    Raises InvalidInput for a tag of another organization, or PermissionDenied.
    """
    if user is not None:
        require(user, "projects.change", batch.project)
    _check_tag(tag, batch.organization_id)
    with transaction.atomic():
        found = TaggedRow.objects.filter(batch=batch, tag=tag, row__in=rows)
        if on:
            there = set(Row.objects.filter(batch=batch, pk__in=rows).values_list("pk", flat=True))
            missing = there - set(found.values_list("row", flat=True))
            _hold(tag)
            made = [TaggedRow(tag=tag, batch=batch, row_id=pk) for pk in sorted(missing)]
            TaggedRow.objects.bulk_create(made, ignore_conflicts=True)
        changed = len(missing) if on else int(found.delete()[0])
        _record("row", batch, tag, user, changed, on=on)
        return changed


def _shown(tag: Tag) -> dict[str, str]:
    """The tag as the audit trail shows it."""
    return {"name": tag.name, "colour": tag.colour}


def _record(noun: str, subject: Project | Batch, tag: Tag, user: Principal | None, count: int, *, on: bool) -> None:
    if count:
        action = f"{noun}.tagged" if on else f"{noun}.untagged"
        before, after = (None, {"tag": tag.name}) if on else ({"tag": tag.name}, None)
        record(action, subject, organization=tag.organization_id, before=before, after=after, by=user, count=count)


def _check(organization: Organization, user: Principal | None) -> None:
    if user is not None:
        require(user, "accounts.change_tags", organization)


def _check_tag(tag: Tag, organization_id: uuid.UUID) -> None:
    if tag.organization_id != organization_id:
        raise InvalidInput(
            "This tag belongs to another organization.", details=[Detail("tag", "Choose a tag of this organization.")]
        )


def _hold(tag: Tag) -> None:
    """Keep the tag from being deleted meanwhile."""
    if not Tag.objects.select_for_update(no_key=True).filter(pk=tag.pk).exists():
        raise InvalidState(f"The tag “{tag.name}” was deleted a moment ago.")


def _fill(tag: Tag, name: str, colour: str) -> None:
    one_line = " ".join(name.split())
    tag.name = checked_text("name", one_line, what="the tag a name", minimum=1, maximum=MAX_TAG_NAME)
    tag.folded = tag.name.casefold()
    try:
        tag.colour = read_colour(colour)
    except ValueError as error:
        raise wrong("colour", str(error)) from None


def _save(tag: Tag, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            tag.save(force_insert=is_new)
    except IntegrityError:
        message = f"There is already a tag “{tag.name}”. Choose another name."
        raise AlreadyExists(message, details=[Detail("name", message)]) from None
