"""Scores stored results anew when the truth of their rows has changed."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Count, F, Q, QuerySet

from executions.engine.plan import UnreadablePlan, plan_of
from executions.evaluation.evaluate import ColumnSpec
from executions.models import Execution, Job, JobStatus
from executions.rescoring import ordering
from executions.rescoring.ordering import locked_executions, rescore_later, split
from executions.rescoring.scoring import FIELDS, Rescored, StoredResult, rescore
from executions.rescoring.writing import write_rescored
from mino.common.hooks import results_rescoring

logger = logging.getLogger(__name__)
NEEDED = (
    *("organization_id", "batch_id", "completed_jobs"),
    *("scoring_generation", "scoring_options", "staged_options"),
)
"""What is read of each execution of a batch, of which there may be thousands."""


def rescore_changed_truth(batch_id: uuid.UUID, changed: Mapping[uuid.UUID, Collection[str]]) -> None:
    """Score what all executions of the batch have stored about the changed cells, in the caller's transaction.

    `changed` are the names of columns by the ids of their rows. The executions are locked, in the engine's order: an
    attempt that ends meanwhile waits, and is then scored under the new truth by itself. Figures of an execution's end
    stay. Where many results are concerned, they are scored anew in the background.
    """
    executions = locked_executions(batch_id, *NEEDED)
    if not executions:
        return
    rows = list(changed)
    at_once: list[Execution] = []
    later = executions
    if len(rows) <= ordering.MAX_RESULTS:
        completed = Job.objects.filter(row__in=rows, status=JobStatus.COMPLETED).order_by().values_list("execution")
        at_once, later = split(executions, dict(completed.annotate(Count("pk"))))
    columns = {name for names in changed.values() for name in names}
    for execution in later:
        rescore_later(execution, columns, rows=rows)
    if at_once:
        _rescore(at_once, Job.objects.filter(row__in=rows, execution__in=at_once), changed)


def _rescore(
    executions: Sequence[Execution], jobs: QuerySet[Job], changed: Mapping[uuid.UUID, Collection[str]]
) -> None:
    generations = {one.pk: one.scoring_generation for one in executions}
    concerned = set(jobs.filter(_is_in_figures()).order_by().values_list("execution", flat=True).distinct())
    with results_rescoring.around(executions[0].batch_id, concerned, list(changed)):
        write_rescored(list(rescored_of(stored_results(jobs), generations, changed)))
        note_known_truth(jobs)


def _is_in_figures() -> Q:
    """Jobs whose execution has figures that change: by a result, or, once it has ended, by whether there is truth.

    The rows have their new truth already, the jobs do not know yet whether there is any.
    """
    has_result = Q(status__in=[JobStatus.COMPLETED, JobStatus.ERROR])
    return has_result | (Q(execution__finished_at__isnull=False) & ~Q(has_ground_truth=F("row__has_truth")))


def note_known_truth(jobs: QuerySet[Job]) -> None:
    """Let the jobs say whether their row has any truth."""
    for known in (True, False):
        jobs.filter(row__has_truth=known, has_ground_truth=not known).update(has_ground_truth=known)


def stored_results(jobs: QuerySet[Job]) -> Sequence[StoredResult]:
    """The results of the jobs that have one, locked."""
    completed = jobs.filter(status=JobStatus.COMPLETED).order_by("pk").select_for_update(of=("self",))
    return [StoredResult(*values) for values in completed.values_list(*FIELDS)]


def rescored_of(
    results: Iterable[StoredResult],
    generations: Mapping[uuid.UUID, int],
    changed: Mapping[uuid.UUID, Collection[str]],
) -> Iterable[Rescored]:
    """The results with new verdicts of their changed cells, named by row; each as its execution compares columns."""
    columns: dict[uuid.UUID, Sequence[ColumnSpec]] = {}
    for one in results:
        if one.execution_id not in columns:
            columns[one.execution_id] = _columns(one.execution_id, generations[one.execution_id])
        new = rescore(one, columns[one.execution_id], changed[one.row_id])
        if new.cells:
            yield new


def _columns(execution_id: uuid.UUID, generation: int) -> Sequence[ColumnSpec]:
    """The columns as the execution compares them; none, so that its verdicts stay, where they can't be read."""
    try:
        return plan_of(execution_id, generation).columns
    except UnreadablePlan as error:
        logger.warning("Results of execution %s keep their verdicts: %s", execution_id, error)
        return ()
