"""The figures of executions as plain values: what the pages draw, for programs.

Several executions of the same rows tell no more about the rows than one does: intervals of what they give together
count each row once, and where cells of a row are counted, these as one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from analytics.charts.outcomes import ColumnSum, column_sums
from analytics.charts.scope import Scope
from analytics.models import ExecutionRollUp
from analytics.rollups.latency import added, quantile
from executions.evaluation.verdict import Outcome
from executions.models import Execution
from mino.common.values.share import Share

Rolled = Sequence[tuple[Execution, ExecutionRollUp]]


def overview(scope: Scope) -> dict[str, Any]:
    """The figures of a scope together, and by column. Without roll-ups there is no coverage and no latency yet."""
    sums = column_sums(scope)
    return {
        "executions_counted": len(scope.executions),
        "executions_total": scope.total,
        "as_of": scope.as_of,
        "is_behind": scope.is_behind,
        "accuracy": _accuracy(scope.executions),
        "pass_rate": _pass_rate(scope.executions),
        "rows": _rows(scope.executions),
        "outcomes": {name.value: sum(one.outcomes[name] for one in sums) for name in Outcome},
        "error_codes": _errors(scope.executions),
        "coverage": _coverage(scope.roll_ups()),
        "latency": _latency(scope.roll_ups()),
        "costs": _costs(scope.executions),
        "columns": [_column(one) for one in sums],
    }


def by_execution(scope: Scope) -> list[dict[str, Any]]:
    """How it went from one execution to the next, the oldest first."""
    return [
        {
            "execution_id": one.pk,
            "number": one.number,
            "batch_id": one.batch_id,
            "instruction_version": one.instruction_version.number,
            "agent": one.agent,
            "type": one.type,
            "status": one.status,
            "accuracy": one.accuracy,
            "pass_rate": one.pass_rate,
            "error_rows": one.error_jobs,
            "created_at": one.created_at,
        }
        for one in scope.executions
    ]


def _accuracy(executions: Sequence[Execution]) -> Share:
    if len(executions) == 1:
        return executions[0].accuracy
    good, n = (sum(getattr(one, name) for one in executions) for name in ("good_fields", "gradable_fields"))
    return _pooled(good, n, executions, lambda one: one.graded_rows)


def _pass_rate(executions: Sequence[Execution]) -> Share:
    passed, failed = (sum(getattr(one, name) for one in executions) for name in ("passed_jobs", "failed_jobs"))
    return _pooled(passed, passed + failed, executions, lambda one: one.passed_jobs + one.failed_jobs)


def _pooled(good: int, n: int, executions: Sequence[Execution], jobs_of: Callable[[Execution], int]) -> Share:
    """A share whose interval counts each row once: so many as the largest execution of each batch has at least."""
    largest: dict[uuid.UUID, float] = {}
    for one in executions:
        largest[one.batch_id] = max(largest.get(one.batch_id, 0), jobs_of(one) / one.repeats)
    rows = sum(largest.values())
    return Share.of(good, n, max(1.0, n / rows) if rows else 1.0)


def _rows(executions: Sequence[Execution]) -> dict[str, int]:
    counters = {
        "total": "total_jobs",
        "passed": "passed_jobs",
        "failed": "failed_jobs",
        "not_gradable": "not_gradable_jobs",
        "error": "error_jobs",
        "skipped": "skipped_jobs",
        "stopped": "stopped_jobs",
    }
    return {name: sum(getattr(one, counter) for one in executions) for name, counter in counters.items()}


def _errors(executions: Sequence[Execution]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for one in executions:
        for code, count in one.error_counts.items():
            counts[code] = counts.get(code, 0) + count
    most_first = sorted(counts, key=lambda code: (-counts[code], code))
    ended = sum(one.completed_jobs + one.error_jobs for one in executions)
    return [
        {
            "code": code,
            "rows": counts[code],
            "share": _pooled(
                min(counts[code], ended), ended, executions, lambda one: one.completed_jobs + one.error_jobs
            ),
        }
        for code in most_first
        if counts[code] > 0
    ]


def _coverage(rolled: Rolled) -> dict[str, Share] | None:
    known = [(one, roll_up) for one, roll_up in rolled if one.total_jobs]
    if not known:
        return None
    executions = [one for one, _ in known]
    with_truth = {one.pk: roll_up.with_truth for one, roll_up in known}
    total = sum(one.total_jobs for one in executions)
    answered = sum(min(roll_up.answered, one.total_jobs) for one, roll_up in known)
    both = sum(roll_up.answered_with_truth for _, roll_up in known)
    return {
        "rows": _pooled(answered, total, executions, lambda one: one.total_jobs),
        "rows_with_truth": _pooled(both, sum(with_truth.values()), executions, lambda one: with_truth[one.pk]),
    }


def _latency(rolled: Rolled) -> dict[str, Any] | None:
    counts = added(roll_up.latency for _, roll_up in rolled)
    if not counts:
        return None
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    return {"n": sum(counts.values()), **{name: quantile(counts, share) for name, share in shares.items()}}


def _costs(executions: Sequence[Execution]) -> list[dict[str, Any]]:
    """By currency; executions that cost nothing don't count."""
    paid = [one for one in executions if one.cost]
    return [_cost(currency, [one for one in paid if one.currency == currency]) for currency in _currencies(paid)]


def _currencies(paid: Sequence[Execution]) -> list[str]:
    return sorted({one.currency for one in paid})


def _cost(currency: str, paid: Sequence[Execution]) -> dict[str, Any]:
    total = sum((one.cost for one in paid), Decimal(0))
    results, passed = sum(one.completed_jobs for one in paid), sum(one.passed_jobs for one in paid)
    return {
        "currency": currency,
        "total": total,
        "per_result": total / results if results else None,
        "per_passed": total / passed if passed else None,
    }


def _column(one: ColumnSum) -> dict[str, Any]:
    return {"column": one.name, **one.outcomes, "accuracy": one.accuracy}
