"""What the erasure of a person takes out of projects: who made things. What was made belongs to the organization."""

from __future__ import annotations

import uuid

from mino.common.bulk import delete_in_chunks, update_in_chunks
from projects.models import Batch, BatchImport, InstructionVersion, Project, TruthNote, TruthRevision
from projects.models.project import ProjectUserObjectPermission


def projects_erase(user_id: uuid.UUID) -> None:
    """Leave projects, batches, imports, instructions, changes of the truth and notes without their author."""
    delete_in_chunks(ProjectUserObjectPermission.objects.filter(user=user_id))
    for made in (Project, Batch, BatchImport, InstructionVersion):
        update_in_chunks(made._default_manager.filter(created_by=user_id), created_by=None)
    for written in (TruthRevision, TruthNote):
        update_in_chunks(written._default_manager.filter(user=user_id), user=None)
