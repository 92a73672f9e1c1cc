"""What the erasure of a person takes out of analytics."""

from __future__ import annotations

import uuid

from analytics.exporting.background.ordering import forget_file
from analytics.models import Export, ProjectBaseline, ReviewDecision, ReviewReservation, SavedFilter, Suspect
from mino.common.bulk import delete_in_chunks, update_in_chunks

AT_ONCE = 200


def analytics_erase(user_id: uuid.UUID) -> None:
    """Remove the person's exports with their files, and leave decisions, baselines and filters without them."""
    exports = Export.objects.filter(created_by=user_id)
    while found := list(exports[:AT_ONCE]):
        for export in found:
            forget_file(export)
        Export.objects.filter(pk__in=[export.pk for export in found]).delete()
    delete_in_chunks(ReviewReservation.objects.filter(user=user_id))
    update_in_chunks(ReviewDecision.objects.filter(user=user_id), user=None)
    update_in_chunks(Suspect.objects.filter(decided_by=user_id), decided_by=None)
    update_in_chunks(ProjectBaseline.objects.filter(set_by=user_id), set_by=None)
    update_in_chunks(SavedFilter.objects.filter(created_by=user_id), created_by=None)
