"""What analytics forgets when rows are deleted."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from analytics.models import ReviewDecision, ReviewReservation, RowHistory, Suspect


def findings_of_rows_remove(batch_id: uuid.UUID, rows: Collection[uuid.UUID]) -> None:
    """Remove what was found and decided about these rows, in the caller's transaction."""
    ReviewReservation.objects.filter(row__in=rows).delete()
    ReviewDecision.objects.filter(row__in=rows).delete()
    Suspect.objects.filter(row__in=rows).delete()
    RowHistory.objects.filter(row__in=rows).delete()
