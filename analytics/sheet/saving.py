"""Saves the cells that were changed in the sheet, and says how it went as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from executions.models import Job, JobStatus
from projects.models import Batch
from projects.services.truth import TruthSet, truth_set
from projects.services.truth_cells import CellChange, Doubter, TruthOutdated, columns_of, refuse_many


def sheet_save(batch: Batch, changes: Sequence[CellChange], user: User, reason: str) -> dict[str, Any]:
    """Save all cells or none. Raises what `truth_set` raises."""
    done = truth_set(batch=batch, changes=changes, user=user, reason=reason)
    return {
        "told": _told(done),
        "values": [{"row": str(one.row_id), "column": one.column, "value": one.after or ""} for one in done.revisions],
        "doubts": [{"row": str(one.row_id), "column": one.column, "message": one.message} for one in done.cell_doubts],
    }


def _told(done: TruthSet) -> str:
    if not done.cells:
        return "Nothing has changed: the truth is that already."
    what = "1 cell of truth is" if done.cells == 1 else f"{done.cells:,} cells of truth are"
    rows = {one.row_id for one in done.revisions}
    has_results = Job.objects.filter(row__in=rows, status=JobStatus.COMPLETED).exists()
    return f"{what} changed.{' Stored results are scored anew.' if has_results else ''}"


def sheet_doubts(batch: Batch, changes: Sequence[CellChange]) -> list[dict[str, str]]:
    """Doubts about values that are not saved yet. Raises InvalidInput."""
    refuse_many(changes)
    doubter = Doubter(columns_of(batch, changes).values())
    found = [(one, doubter(one.column, (one.value or "").strip() or None)) for one in changes]
    return [{"row": str(one.row_id), "column": one.column, "message": doubt} for one, doubt in found if doubt]


def outdated_cells(error: TruthOutdated) -> list[dict[str, Any]]:
    """The cells that somebody else changed meanwhile, with what they hold by now."""
    return [
        {"row": str(change.row_id), "column": change.column, "theirs": str(row.truth.get(change.column) or "")}
        for change, row in error.outdated
    ]
