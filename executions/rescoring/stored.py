"""How verdicts are stored: the rows of cells and of staged scores."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from executions.engine.attempt import Finished
from executions.evaluation.verdict import CellVerdict, RowScore, RowVerdict
from executions.rescoring.meanwhile import Staged


def verdict_values(expected: str | None, cell: CellVerdict) -> dict[str, Any]:
    """What a cell stores of its verdict."""
    return {
        "expected": expected,
        "outcome": cell.outcome.value,
        "score": cell.score,
        "reason": cell.reason.value if cell.reason else "",
        "explanation": cell.explanation,
    }


def score_values(score: RowScore | RowVerdict, outcomes: Mapping[str, str]) -> dict[str, Any]:
    """What a job stores of the verdict on its row."""
    return {
        "evaluation_result": score.result.value,
        "outcomes": dict(outcomes),
        "good_fields": score.good,
        "gradable_fields": score.gradable,
        "accuracy": score.good / score.gradable if score.gradable else None,
    }


def row_values(verdict: RowVerdict) -> dict[str, Any]:
    """What a job stores of a whole verdict."""
    return score_values(verdict, {name: cell.outcome.value for name, cell in verdict.cells.items()})


NO_SCORE: Mapping[str, Any] = {
    "evaluation_result": None,
    "outcomes": {},
    "good_fields": 0,
    "gradable_fields": 0,
    "accuracy": None,
}
"""What a job without any verdict stores."""


def cells_of(finished: Finished, staged: Staged | None, generation: int) -> Iterator[dict[str, Any]]:
    """The cells of a result that has just come: those of today's `generation`, and the next one's where they differ."""
    if finished.verdict is None:
        return
    attempt = finished.attempt
    for name, cell in finished.verdict.cells.items():
        today = verdict_values(attempt.truth.get(name), cell)
        later = verdict_values(staged.truth.get(name), staged.verdict.cells[name]) if staged else today
        of_cell = new_cell(attempt.plan.execution_id, attempt.job_id, name, finished.data.get(name), generation)
        yield {**of_cell, **today, "until_generation": None if later == today else generation + 1}
        if later != today:
            yield {**of_cell, **later, "since_generation": generation + 1}


def new_cell(execution_id: uuid.UUID, job_id: uuid.UUID, column: str, extracted: Any, since: int) -> dict[str, Any]:
    """A cell without its verdict, valid from a scoring generation on."""
    return {
        "execution_id": execution_id,
        "job_id": job_id,
        "column": column,
        "extracted": extracted,
        "since_generation": since,
        "until_generation": None,
    }


def scores_of(finished: Finished, staged: Staged | None, generation: int) -> Iterator[dict[str, Any]]:
    """The verdict on a result that has just come under the generation after `generation`, where it is another one."""
    if finished.verdict is None or staged is None:
        return
    later = row_values(staged.verdict)
    if later != row_values(finished.verdict):
        attempt = finished.attempt
        yield {
            "execution_id": attempt.plan.execution_id,
            "job_id": attempt.job_id,
            "generation": generation + 1,
            **later,
        }
