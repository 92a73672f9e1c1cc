"""Makes truth of what an agent answered, or of the knowledge that there is nothing to find."""

from __future__ import annotations

from accounts.permissions import Principal
from executions.evaluation.accepting import truth_of_answer
from executions.evaluation.evaluate import ColumnSpec
from executions.evaluation.values import split_values
from executions.models import Job, JobStatus
from mino.common.errors import InvalidInput, InvalidState
from mino.common.values.columns import ColumnRole, ColumnType
from projects.models import Column, Row
from projects.services.alternatives import with_alternative
from projects.services.truth import TruthSet, truth_set
from projects.services.truth_cells import CellChange, Seen


def answer_accept(
    *, job: Job, column: str, user: Principal | None, reason: str = "", seen: str | Seen | None = Seen.ANYTHING
) -> TruthSet:
    """Make a job's answer in one column the truth of its row, as the column's options of today read it.

    Raises InvalidState when the job has no answer, InvalidInput when no cell can say what was answered, and what
    `truth_set` raises.
    """
    found = _answered_column(job, column)
    value = acceptable(found, job) if found else None
    if found is not None and value is None:
        raise InvalidInput(f"The answer in {column} can't be written as truth. Edit the truth by hand.")
    reason = reason.strip() or f"The answer of execution {job.execution.number}"
    return truth_set(batch=job.batch, changes=[CellChange(job.row_id, column, value, seen)], user=user, reason=reason)


def answer_add(
    *, job: Job, column: str, user: Principal | None, reason: str = "", seen: str | Seen | None = Seen.ANYTHING
) -> TruthSet:
    """Let a job's answer be right beside what the cell of truth holds. Raises what `answer_accept` raises."""
    found = _answered_column(job, column)
    value = addable(found, job) if found else None
    if found is None or value is None:
        raise InvalidInput(f"The answer in {column:.100} can't be accepted as well. Edit the truth by hand.")
    if seen is Seen.ANYTHING:
        seen = Row.objects.values_list("truth", flat=True).get(pk=job.row_id).get(column)
    cell = str(seen) if seen else None
    for one in split_values(value, found.matching.alternatives):
        cell = with_alternative(found, cell, one)
    reason = reason.strip() or f"The answer of execution {job.execution.number} is right as well"
    return truth_set(batch=job.batch, changes=[CellChange(job.row_id, column, cell, seen)], user=user, reason=reason)


def _answered_column(job: Job, name: str) -> Column | None:
    """The column of truth of that name, if there is one. Raises InvalidState when the job has no answer."""
    if job.status != JobStatus.COMPLETED or job.result is None:
        raise InvalidState(f"Row {job.row_position} gave no answer in this execution.")
    column: Column | None = job.batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=name).first()
    return column


def acceptable(column: Column, job: Job) -> str | None:
    """The cell of truth that makes a job's answer right, None where there is none."""
    spec = ColumnSpec(column.name, ColumnType(column.type), column.matching)
    return truth_of_answer(spec, (job.result or {}).get(column.name))


def addable(column: Column, job: Job) -> str | None:
    """What a job's answer adds to a cell that accepts another value already; None where the column has no alternatives.

    An answer that says that there is nothing adds the text for that.
    """
    has_alternatives = bool(column.matching.alternatives) and column.matching.multiple != "all"
    return acceptable(column, job) if has_alternatives else None
