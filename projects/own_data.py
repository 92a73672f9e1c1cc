"""What projects keep about a person: what they made in them."""

from __future__ import annotations

import uuid

from django.db.models import Q

from accounts.models import User
from accounts.privacy.rows import made_rows, rows_of
from mino.common.hooks import Section
from projects.models import Batch, BatchImport, InstructionVersion, Project, TruthNote, TruthRevision
from projects.models.project import ProjectUserObjectPermission


def projects_export(user_id: uuid.UUID, section: Section) -> None:
    """Projects, batches and instructions that they made, their changes of the truth, and what they were granted."""
    seen = Project.objects.visible_to(User.objects.get(pk=user_id)).values("pk")
    facts = ("id", "created_at")
    grants = ProjectUserObjectPermission.objects.filter(user=user_id)
    section("grants", rows_of(grants, "content_object_id", "permission__codename"))
    own = Project.objects.filter(created_by=user_id)
    section("projects_created", made_rows(own, Q(pk__in=seen), facts, ("name", "description")))
    in_project = Q(project__in=seen)
    versions = InstructionVersion.objects.filter(created_by=user_id)
    text = ("project_id", "number", "text", "change_description")
    section("instructions_written", made_rows(versions, in_project, facts, text))
    batches = Batch.objects.filter(created_by=user_id)
    section("batches_created", made_rows(batches, in_project, facts, ("project_id", "name", "source_name")))
    imports = BatchImport.objects.filter(created_by=user_id)
    section("imports", made_rows(imports, in_project, facts, ("project_id", "source_name", "status")))
    in_batch = Q(batch__project__in=seen)
    cell = ("batch_id", "row_id", "column")
    revisions = TruthRevision.objects.filter(user=user_id)
    section("truth_changes", made_rows(revisions, in_batch, facts, (*cell, "before", "after", "reason")))
    section("truth_notes", made_rows(TruthNote.objects.filter(user=user_id), in_batch, facts, (*cell, "text")))
