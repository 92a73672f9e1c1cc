"""Which index serves a question about the rows of a batch."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from analytics.grid.asking import Ask
from analytics.grid.scanning import Source
from executions.evaluation.verdict import EvaluationResult
from executions.models import ColumnStatistic, Execution, FieldResult, Job, JobStatus
from projects.models import Batch, Row

VERDICT_COUNTERS = {
    EvaluationResult.PASSED.value: "passed_jobs",
    EvaluationResult.FAILED.value: "failed_jobs",
    EvaluationResult.NOT_GRADABLE.value: "not_gradable_jobs",
}


def row_sources(batch: Batch, ask: Ask) -> list[Source]:
    """For the rows of a batch themselves, without any execution."""
    rows, size, rest = Row.objects.filter(batch=batch), batch.row_count, Q()
    if ask.truth == "yes":
        rows, size = rows.filter(has_truth=True), batch.truth_row_count
    elif ask.truth == "no":
        rest &= Q(has_truth=False)
    if ask.search:
        rest &= Q(url__icontains=ask.search)
    return [Source(rows, "position", "pk", size, rest)]


def job_sources(execution: Execution, ask: Ask, statistics: Sequence[ColumnStatistic]) -> list[Source]:
    """For the jobs of an execution; none where the question contradicts itself.

    The narrowest condition becomes the source, the others are checked on what it gives.
    """
    statuses = _implied_statuses(ask)
    if len(statuses) > 1:
        return []
    conditions = _indexed_conditions(execution, ask, statuses)
    narrowest = min(conditions, key=lambda condition: conditions[condition], default="")
    size = conditions.get(narrowest, execution.total_jobs)
    asked = [one for one in statistics if ask.outcome and ask.column in ("", one.column)]
    outcomes = {one.column: int(getattr(one, ask.outcome)) for one in asked}
    if ask.outcome and sum(outcomes.values()) <= size:
        rest = _rest(ask, but="", prefix="job__")
        return [_outcome_source(execution, name, ask.outcome, count, rest) for name, count in outcomes.items() if count]
    rest = _rest(ask, but=narrowest)
    if ask.outcome:
        rest &= _has_outcome(ask)
    values = {"status": next(iter(statuses), ""), "evaluation_result": ask.evaluation_result}
    jobs = Job.objects.filter(execution=execution)
    if narrowest == "error_code":
        jobs = jobs.filter(status=JobStatus.ERROR, error_code=ask.error_code)
    elif narrowest:
        jobs = jobs.filter(**{narrowest: values[narrowest]})
    return [Source(jobs, "position", "pk", size, rest)]


def matching_count(execution: Execution, ask: Ask, statistics: Sequence[ColumnStatistic]) -> int | None:
    """How many jobs match, where a counter knows it; None where only counting them could tell."""
    asked = [
        name
        for name in ("status", "evaluation_result", "outcome", "error_code", "truth", "search")
        if getattr(ask, name)
    ]
    if not asked:
        return execution.total_jobs
    if asked == ["status"]:
        return int(getattr(execution, f"{ask.status}_jobs"))
    if asked == ["evaluation_result"]:
        return int(getattr(execution, VERDICT_COUNTERS[ask.evaluation_result]))
    if asked == ["outcome"] and (ask.column or len(statistics) == 1):
        return sum(int(getattr(one, ask.outcome)) for one in statistics if ask.column in ("", one.column))
    return None


def _implied_statuses(ask: Ask) -> set[str]:
    """The states a job must have for all of the filters: only completed jobs have results, only failed ones errors."""
    statuses = {ask.status} if ask.status else set()
    if ask.evaluation_result or ask.outcome:
        statuses.add(JobStatus.COMPLETED.value)
    if ask.error_code:
        statuses.add(JobStatus.ERROR.value)
    return statuses


def _indexed_conditions(execution: Execution, ask: Ask, statuses: set[str]) -> dict[str, int]:
    """The filters that an index of jobs serves, with how many jobs they leave at most; the more telling ones first."""
    conditions = {}
    if ask.error_code:
        conditions["error_code"] = execution.error_jobs
    if ask.evaluation_result:
        conditions["evaluation_result"] = int(getattr(execution, VERDICT_COUNTERS[ask.evaluation_result]))
    if statuses:
        conditions["status"] = int(getattr(execution, f"{next(iter(statuses))}_jobs"))
    return conditions


def _rest(ask: Ask, *, but: str, prefix: str = "") -> Q:
    """All filters but the one that is the source; the state is left out, since it is the source or implied."""
    rest = Q()
    if ask.evaluation_result and but != "evaluation_result":
        rest &= Q(**{f"{prefix}evaluation_result": ask.evaluation_result})
    if ask.error_code and but != "error_code":
        rest &= Q(**{f"{prefix}status": JobStatus.ERROR, f"{prefix}error_code": ask.error_code})
    if ask.truth:
        rest &= Q(**{f"{prefix}has_ground_truth": ask.truth == "yes"})
    if ask.search:
        rest &= Q(**{f"{prefix}url__icontains": ask.search})
    return rest


def _outcome_source(execution: Execution, column: str, outcome: str, count: int, rest: Q) -> Source:
    cells = FieldResult.objects.filter(execution=execution, column=column, outcome=outcome)
    return Source(cells, "job_id", "job_id", count, rest)


def _has_outcome(ask: Ask) -> Q:
    cells = FieldResult.objects.filter(job=OuterRef("pk"), outcome=ask.outcome)
    return Q(Exists(cells.filter(column=ask.column) if ask.column else cells))
