"""What the end of an organization means for its projects."""

from __future__ import annotations

import uuid

from django.db import transaction

from mino.common.bulk import delete_in_chunks
from mino.common.errors import InvalidState
from projects.models import Batch, BatchStatus, Folder, Project, Tag, TaggedBatch, TaggedRow
from projects.services.deletion import purge_deleted


def projects_remove(organization_id: uuid.UUID) -> None:
    """Remove all projects of an organization whose grace is over, with what is in them, in chunks.

    Raises InvalidState while an execution of theirs has not ended.
    """
    # An import that still says so after the grace was lost on the way.
    Batch.objects.filter(organization=organization_id).update(status=BatchStatus.DELETING)
    Project.objects.filter(organization=organization_id).update(is_deleted=True)
    purge_deleted()
    if Project.objects.filter(organization=organization_id).exists():
        raise InvalidState("Some of its projects could not be removed yet.")
    delete_in_chunks(TaggedRow.objects.filter(tag__organization=organization_id))
    delete_in_chunks(TaggedBatch.objects.filter(tag__organization=organization_id))
    with transaction.atomic():
        Folder.objects.filter(organization=organization_id).delete()
        Tag.objects.filter(organization=organization_id).delete()
