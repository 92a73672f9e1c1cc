"""Changes to batches that are ready."""

from __future__ import annotations

from django.db import transaction

from accounts.audit import record
from accounts.permissions import Principal, require
from projects.models import Batch
from projects.services.checks import checked_description, checked_name


def batch_update(*, batch: Batch, user: Principal | None, name: str, description: str) -> Batch:
    """Rename and describe a batch. Raises InvalidInput or PermissionDenied."""
    if user is not None:
        require(user, "projects.change", batch.project)
    before = {"name": batch.name, "description": batch.description}
    batch.name = checked_name(name, "the batch a name")
    batch.description = checked_description(description)
    after = {"name": batch.name, "description": batch.description}
    with transaction.atomic():
        batch.save(update_fields=["name", "description", "updated_at"])
        record("batch.updated", batch, organization=batch.organization_id, before=before, after=after, by=user)
    return batch
