"""Scores stored results anew when the truth of their rows has changed."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import QuerySet

from executions.engine.plan import UnreadablePlan, plan_of
from executions.evaluation.evaluate import ColumnSpec
from executions.models import Execution, Job, JobStatus
from executions.rescoring.scoring import FIELDS, Rescored, StoredResult, rescore
from executions.rescoring.writing import write_rescored
from mino.common.errors import InvalidState

logger = logging.getLogger(__name__)
MAX_RESULTS = 2_000
"""How many stored results one transaction scores anew: workers wait for it."""


def rescore_changed_truth(batch_id: uuid.UUID, changed: Mapping[uuid.UUID, Collection[str]]) -> None:
    """Score what all executions of the batch have stored about the changed cells, in the caller's transaction.

    `changed` are the names of columns by the ids of their rows. The executions are locked, in the engine's order: an
    attempt that ends meanwhile waits, and is then scored under the new truth by itself. Figures of an execution's end
    stay. Raises InvalidState when too many results are concerned.
    """
    locked = Execution.objects.filter(batch=batch_id).select_for_update().order_by("pk").values_list("pk", flat=True)
    if not list(locked):
        return
    jobs = Job.objects.filter(row__in=list(changed))
    _refuse_too_many(jobs.filter(status=JobStatus.COMPLETED).count())
    rescored = list(_rescored(_stored_results(jobs), changed))
    write_rescored(rescored)
    for known in (True, False):
        jobs.filter(row__has_truth=known, has_ground_truth=not known).update(has_ground_truth=known)


def _refuse_too_many(results: int) -> None:
    if results > MAX_RESULTS:
        raise InvalidState(
            f"This changes {results:,} stored results, and at most {MAX_RESULTS:,} can be scored anew at once. "
            "Change fewer rows at a time."
        )


def _stored_results(jobs: QuerySet[Job]) -> Sequence[StoredResult]:
    """The results of the jobs that have one, locked."""
    completed = jobs.filter(status=JobStatus.COMPLETED).order_by("pk").select_for_update(of=("self",))
    return [StoredResult(*values) for values in completed.values_list(*FIELDS)]


def _rescored(results: Iterable[StoredResult], changed: Mapping[uuid.UUID, Collection[str]]) -> Iterable[Rescored]:
    columns: dict[uuid.UUID, Sequence[ColumnSpec]] = {}
    for one in results:
        if one.execution_id not in columns:
            columns[one.execution_id] = _columns(one.execution_id)
        new = rescore(one, columns[one.execution_id], changed[one.row_id])
        if new.cells:
            yield new


def _columns(execution_id: uuid.UUID) -> Sequence[ColumnSpec]:
    """The columns as the execution froze them; none, so that its verdicts stay, where they can't be read any more."""
    try:
        return plan_of(execution_id).columns
    except UnreadablePlan as error:
        logger.warning("Results of execution %s keep their verdicts: %s", execution_id, error)
        return ()
