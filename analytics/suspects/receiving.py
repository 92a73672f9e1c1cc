"""What is to be judged anew when executions end, truth changes, or columns are compared in another way."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from analytics.suspects.judging import columns_of, rows_judge
from analytics.suspects.scanning import scan_request
from executions.models import Execution
from projects.models import Batch

AT_ONCE = 200
"""Rows whose suspects are judged within the change of their truth; of more, a worker does it."""


def on_execution_finished(execution_id: uuid.UUID) -> None:
    """An execution brought results: look through its rows."""
    execution = (
        Execution.objects.select_related("batch").only("completed_jobs", "batch__truth_row_count").get(pk=execution_id)
    )
    if execution.completed_jobs and execution.batch.truth_row_count:
        scan_request(execution.batch_id, execution_id)


def on_truth_changed(batch_id: uuid.UUID, changed: Mapping[uuid.UUID, Collection[str]]) -> None:
    """Truth was changed: judge its rows at once, so that nobody is shown a suspect that was corrected."""
    if len(changed) > AT_ONCE:
        scan_request(batch_id, trusts_verdicts=False)
        return
    batch = Batch.objects.get(pk=batch_id)
    rows_judge(batch, columns_of(batch), list(changed), trusts_verdicts=False)


def on_options_changed(batch_id: uuid.UUID, columns: Collection[str]) -> None:
    """Columns are compared in another way from now on: look through all their rows."""
    if columns:
        scan_request(batch_id, trusts_verdicts=False)
