"""Lets an execution go over to its next scoring generation, in one transaction."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, F, Q, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import ColumnStatistic, Execution, FieldResult, Job, JobScore
from executions.rescoring.staging import SCORE
from mino.common.bulk import update_many

FIRST = Q(job__retry_count=0, job__requeue_count=0)


def switch(execution: Execution) -> None:
    """Show the staged verdicts: those of jobs, the statistics of columns and the counters. The execution is locked."""
    generation = execution.scoring_generation + 1
    counters = _counter_changes(execution, generation)
    update_many(ColumnStatistic, _statistic_changes(execution, generation), match=("execution_id", "column"), add=ADDED)
    _copy_scores(execution, generation)
    changes = {name: F(name) + change for name, change in counters.items() if change}
    Execution.objects.filter(pk=execution.pk).update(
        **changes,
        scoring_generation=generation,
        scoring_options=execution.staged_options,
        staged_options=None,
        updated_at=timezone.now(),
    )


ADDED = tuple(outcome.value for outcome in Outcome)


def _counter_changes(execution: Execution, generation: int) -> dict[str, int]:
    """By how much the counters of the execution change: one query over the staged scores and their jobs."""
    staged = JobScore.objects.filter(execution=execution, generation=generation)
    new, old = _sums(""), _sums("job__")
    values = staged.aggregate(
        **{f"new_{name}": value for name, value in new.items()}, **{f"old_{name}": value for name, value in old.items()}
    )
    return {name: (values[f"new_{name}"] or 0) - (values[f"old_{name}"] or 0) for name in new}


def _sums(prefix: str) -> dict[str, Any]:
    """The counters that verdicts make, as `executions.engine.tally.score_counts` adds them up."""
    verdict = f"{prefix}evaluation_result"
    good, gradable = (Cast(f"{prefix}{name}_fields", BigIntegerField()) for name in ("good", "gradable"))
    passed, failed = Q(**{verdict: EvaluationResult.PASSED.value}), Q(**{verdict: EvaluationResult.FAILED.value})
    return {
        "passed_jobs": Count("pk", filter=passed),
        "failed_jobs": Count("pk", filter=failed),
        "not_gradable_jobs": Count("pk", filter=Q(**{verdict: EvaluationResult.NOT_GRADABLE.value})),
        "first_attempt_passed_jobs": Count("pk", filter=passed & FIRST),
        "first_attempt_failed_jobs": Count("pk", filter=failed & FIRST),
        "graded_rows": Count("pk", filter=Q(**{f"{prefix}gradable_fields__gt": 0})),
        "good_fields": Sum(good),
        "gradable_fields": Sum(gradable),
        "good_fields_squared": Sum(good * good),
        "gradable_fields_squared": Sum(gradable * gradable),
        "good_times_gradable": Sum(good * gradable),
        "first_attempt_good_fields": Sum(good, filter=FIRST),
        "first_attempt_gradable_fields": Sum(gradable, filter=FIRST),
    }


def _statistic_changes(execution: Execution, generation: int) -> list[dict[str, Any]]:
    """By how much the outcomes of each column change: what comes with the generation, less what ends with it."""
    changes: dict[str, dict[str, int]] = {}
    cells = FieldResult.objects.filter(execution=execution).order_by()
    coming, ending = cells.filter(since_generation=generation), cells.filter(until_generation=generation)
    for found, sign in ((coming, 1), (ending, -1)):
        for column, outcome, count in found.values_list("column", "outcome").annotate(Count("pk")):
            changes.setdefault(column, dict.fromkeys(ADDED, 0))[outcome] += sign * count
    return [{"execution_id": execution.pk, "column": column, **counts} for column, counts in changes.items()]


def _copy_scores(execution: Execution, generation: int) -> None:
    """Give the jobs their staged verdicts, in one statement."""
    jobs, scores = (connection.ops.quote_name(model._meta.db_table) for model in (Job, JobScore))
    assignments = ", ".join(f"{name} = staged.{name}" for name in SCORE)
    statement = (
        f"UPDATE {jobs} SET {assignments} FROM {scores} AS staged "  # noqa: S608 - the models' own names
        f"WHERE staged.execution_id = %s AND staged.generation = %s AND {jobs}.id = staged.job_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [Execution._meta.pk.get_db_prep_value(execution.pk, connection), generation])
