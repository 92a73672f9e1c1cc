"""What analytics keep about a person: what they decided, saved and exported."""

from __future__ import annotations

import uuid

from django.db.models import Q

from accounts.models import User
from accounts.privacy.rows import made_rows, rows_of
from analytics.models import Export, ProjectBaseline, ReviewDecision, ReviewReservation, SavedFilter, Suspect
from mino.common.hooks import Section
from projects.models import Project


def analytics_export(user_id: uuid.UUID, section: Section) -> None:
    """Review decisions, suspects that they judged, baselines that they set, saved filters, and exports."""
    seen = Project.objects.visible_to(User.objects.get(pk=user_id)).values("pk")
    in_project, in_execution = Q(project__in=seen), Q(execution__project__in=seen)
    facts = ("id", "created_at")
    decisions = ReviewDecision.objects.filter(user=user_id)
    decided = ("execution_id", "row_id", "column", "decision", "before", "after", "note", "undone_at")
    section("review_decisions", made_rows(decisions, in_execution, facts, decided))
    held = ReviewReservation.objects.filter(user=user_id)
    section("review_reservations", rows_of(held, "execution_id", "row_id", "column", "expires_at"))
    suspects = Suspect.objects.filter(decided_by=user_id)
    judged = ("project_id", "row_id", "column", "truth", "value", "state")
    section("suspects_judged", made_rows(suspects, in_project, ("id", "decided_at"), judged))
    baselines = ProjectBaseline.objects.filter(set_by=user_id)
    section("baselines_set", made_rows(baselines, in_project, facts, ("project_id", "execution_id")))
    filters = SavedFilter.objects.filter(created_by=user_id)
    section("saved_filters", made_rows(filters, in_project, facts, ("project_id", "name", "query")))
    exports = Export.objects.filter(created_by=user_id)
    section("exports", made_rows(exports, in_project, facts, ("project_id", "title", "format", "status", "rows_done")))
