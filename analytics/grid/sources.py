"""Which index serves a question about the rows of a batch."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from analytics.grid import scanning
from analytics.grid.asking import Ask
from analytics.grid.scanning import Source
from executions.evaluation.verdict import EvaluationResult
from executions.models import ColumnStatistic, Execution, FieldResult, Job, JobStatus
from executions.queries.texts import job_text
from projects.models import Batch, Row
from projects.row_text import on_site, row_tagged, row_text

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
    return [Source(rows, "position", "pk", size, rest & _row_text(ask) & _site(ask) & _tagged(ask, "pk"))]


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
    rest = _rest(ask, but=narrowest) & _outcome(ask)
    values = {"status": next(iter(statuses), ""), "evaluation_result": ask.evaluation_result}
    jobs = Job.objects.filter(execution=execution)
    if narrowest == "error_code":
        jobs = jobs.filter(status=JobStatus.ERROR, error_code=ask.error_code)
    elif narrowest:
        jobs = jobs.filter(**{narrowest: values[narrowest]})
    return [Source(jobs, "position", "pk", size, rest)]


def job_condition(ask: Ask) -> Q:
    """What the filters ask of jobs beyond their own fields: an outcome, the address, a tag of the row."""
    return _outcome(ask) & _job_text(ask) & _site(ask) & _tagged(ask, "row_id")


def outcome_condition(column: str, outcomes: Sequence[str]) -> Q:
    """Jobs with a cell of one of the outcomes, in the column or, where it is empty, in any."""
    cells = FieldResult.objects.current().filter(job=OuterRef("pk"), outcome__in=outcomes)
    return Q(Exists(cells.filter(column=column) if column else cells))


def row_condition(ask: Ask) -> Q:
    """What the filters ask of rows without any execution."""
    has_truth = {"yes": Q(has_truth=True), "no": Q(has_truth=False)}.get(ask.truth, Q())
    return has_truth & _row_text(ask) & _site(ask) & _tagged(ask, "pk")


def ordered_source(execution: Execution, ask: Ask, statistics: Sequence[ColumnStatistic]) -> Source | None:
    """The jobs for an order that is not that of the rows; None where the question contradicts itself.

    What few jobs match is left to the database to sort; else an index gives all jobs in the order, and every condition
    is checked on them.
    """
    narrow = job_sources(execution, ask, statistics)
    jobs = Job.objects.filter(execution=execution)
    if len(narrow) == 1 and narrow[0].pick == "pk" and narrow[0].size <= scanning.MOST_READ:
        return narrow[0]
    size = sum(source.size for source in narrow)
    if narrow and size <= scanning.MOST_READ:
        ids = Q(pk__in=narrow[0].queryset.values("job_id"))
        for source in narrow[1:]:
            ids |= Q(pk__in=source.queryset.values("job_id"))
        return Source(jobs.filter(ids), "position", "pk", size, _rest(ask, but=""))
    statuses = _implied_statuses(ask)
    if len(statuses) > 1:
        return None
    rest = _rest(ask, but="") & _outcome(ask) & (Q(status=next(iter(statuses))) if statuses else Q())
    return Source(_within(jobs, ask), "position", "pk", execution.total_jobs, rest)


def _within(jobs: QuerySet[Job], ask: Ask) -> QuerySet[Job]:
    """Where the order is that of accuracy, its index gives the range."""
    if ask.sort.endswith("accuracy"):
        return jobs.filter(_accuracy(ask))
    return jobs


def matching_count(execution: Execution, ask: Ask, statistics: Sequence[ColumnStatistic]) -> int | None:
    """How many jobs match, where a counter knows it; None where only counting them could tell."""
    asked = ask.asked
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
    if ask.evaluation_result or ask.outcome or ask.accuracy_min is not None or ask.accuracy_max is not None:
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
    found = rest & _accuracy(ask, prefix) & _site(ask, prefix) & _tagged(ask, f"{prefix}row_id")
    return found & _job_text(ask, prefix)


def _accuracy(ask: Ask, prefix: str = "") -> Q:
    rest = Q()
    for bound, value in (("gte", ask.accuracy_min), ("lte", ask.accuracy_max)):
        if value is not None:
            rest &= Q(**{f"{prefix}accuracy__{bound}": value / 100})
    return rest


def _row_text(ask: Ask) -> Q:
    return Q(url__icontains=ask.search) | row_text(ask.search) if ask.search else Q()


def _job_text(ask: Ask, prefix: str = "") -> Q:
    return job_text(ask.search, prefix) if ask.search else Q()


def _site(ask: Ask, prefix: str = "") -> Q:
    return on_site(ask.site, prefix) if ask.site else Q()


def _tagged(ask: Ask, row: str) -> Q:
    return row_tagged(ask.tag, row) if ask.tag else Q()


def _outcome_source(execution: Execution, column: str, outcome: str, count: int, rest: Q) -> Source:
    cells = FieldResult.objects.current().filter(execution=execution, column=column, outcome=outcome)
    return Source(cells, "job_id", "job_id", count, rest)


def _outcome(ask: Ask) -> Q:
    return outcome_condition(ask.column, [ask.outcome]) if ask.outcome else Q()
