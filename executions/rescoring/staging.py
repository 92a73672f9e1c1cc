"""Scores a chunk of results anew and writes the verdicts beside those that readers still see."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from executions.engine.plan import specs_of
from executions.evaluation.evaluate import ColumnSpec
from executions.models import Execution, FieldResult, Job, JobScore, JobStatus, Rescoring, RescoringPart
from executions.models.execution import columns_with
from executions.rescoring.scoring import FIELDS, Rescored, StoredResult, rescore
from executions.rescoring.stored import new_cell, score_values, verdict_values
from mino.common.bulk import insert_many, update_many

CHUNK = 500
"""Results of one transaction: some tenths of a second, for which workers of the execution wait."""
SCORE = ("evaluation_result", "outcomes", "good_fields", "gradable_fields", "accuracy")
VERDICT = ("expected", "outcome", "score", "reason", "explanation")


@dataclass(slots=True)
class Chunk:
    """Some results with new verdicts, what has to be written of them, and the jobs that were looked at.

    `cursor` is where the next chunk begins, None behind the last one.
    """

    jobs: QuerySet[Job]
    seen: int
    cursor: int | None
    new_cells: list[dict[str, Any]] = field(default_factory=list)
    changed_cells: list[dict[str, Any]] = field(default_factory=list)
    outdated_cells: list[dict[str, Any]] = field(default_factory=list)
    new_scores: list[dict[str, Any]] = field(default_factory=list)
    changed_scores: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """How many cells get another verdict than they had."""
        return len(self.new_cells) + len(self.changed_cells)

    def write(self) -> None:
        """Write what has changed. The caller holds the execution's lock."""
        present = set(self.jobs.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        update_many(FieldResult, self.outdated_cells)
        insert_many(FieldResult, [one for one in self.new_cells if one["job_id"] in present])
        update_many(FieldResult, self.changed_cells)
        insert_many(JobScore, [one for one in self.new_scores if one["job_id"] in present])
        update_many(JobScore, self.changed_scores)


def next_chunk(rescoring: Rescoring, part: RescoringPart) -> Chunk:
    """Score the next results of a part anew; nothing is locked or written yet."""
    execution = rescoring.execution
    jobs, cursor = _jobs(execution, part)
    completed = jobs.filter(status=JobStatus.COMPLETED).order_by("position")
    results = [StoredResult(*values) for values in completed.values_list(*FIELDS)]
    staged = _staged_scores(rescoring, results)
    specs = specs_of(columns_with(execution.columns, execution.staged_options or {}))
    rescored = [_rescored(one, staged.get(one.id), specs, part.columns) for one in results]
    chunk = Chunk(jobs, len(results) if part.rows is None else len(part.rows[part.cursor :][:CHUNK]), cursor)
    _compare_cells(chunk, rescoring, rescored, part.columns)
    _compare_scores(chunk, rescoring, rescored, staged)
    return chunk


def _jobs(execution: Execution, part: RescoringPart) -> tuple[QuerySet[Job], int | None]:
    """The jobs of the next chunk, in any state, and where the one after it begins."""
    jobs = Job.objects.filter(execution=execution)
    if part.rows is not None:
        end = part.cursor + CHUNK
        return jobs.filter(row__in=part.rows[part.cursor : end]), end if end < len(part.rows) else None
    behind = jobs.filter(position__gt=part.cursor).order_by("position").values_list("position", flat=True)
    last = next(iter(behind[CHUNK - 1 : CHUNK]), None)
    found = jobs.filter(position__gt=part.cursor)
    return (found, None) if last is None else (found.filter(position__lte=last), last)


def _staged_scores(rescoring: Rescoring, results: Sequence[StoredResult]) -> Mapping[uuid.UUID, JobScore]:
    staged = JobScore.objects.filter(job__in=[one.id for one in results], generation=rescoring.generation)
    return {one.job_id: one for one in staged}


def _rescored(
    stored: StoredResult, staged: JobScore | None, columns: Sequence[ColumnSpec], changed: Sequence[str]
) -> Rescored:
    if staged is not None:
        stored = stored._replace(**{name: getattr(staged, name) for name in SCORE if name != "accuracy"})
    return rescore(stored, columns, changed)


def _compare_cells(chunk: Chunk, rescoring: Rescoring, rescored: Sequence[Rescored], columns: Sequence[str]) -> None:
    """Find the cells whose verdict is another one than the newest that is stored."""
    newest = FieldResult.objects.filter(
        job__in=[one.stored.id for one in rescored], column__in=columns, until_generation=None
    )
    values = newest.values_list("job_id", "column", "pk", "since_generation", *VERDICT)
    known = {(job_id, column): (pk, since, verdict) for job_id, column, pk, since, *verdict in values}
    generation = rescoring.generation
    for one in rescored:
        for name, cell in one.cells.items():
            pk, since, before = known.get((one.stored.id, name), (None, 0, None))
            after = verdict_values(one.stored.truth.get(name), cell)
            if before == [after[field] for field in VERDICT]:
                continue
            if since == generation:
                chunk.changed_cells.append({"id": pk, **after})
                continue
            if pk is not None:
                chunk.outdated_cells.append({"id": pk, "until_generation": generation})
            extracted = (one.stored.result or {}).get(name)
            cell_values = new_cell(one.stored.execution_id, one.stored.id, name, extracted, generation)
            chunk.new_cells.append({**cell_values, **after})


def _compare_scores(
    chunk: Chunk, rescoring: Rescoring, rescored: Sequence[Rescored], staged: Mapping[uuid.UUID, JobScore]
) -> None:
    """Find the jobs whose verdict is another one than the newest that is stored."""
    for one in rescored:
        after = score_values(one.score, one.outcomes)
        if all(getattr(one.stored, name) == after[name] for name in SCORE if name != "accuracy"):
            continue
        if score := staged.get(one.stored.id):
            chunk.changed_scores.append({"id": score.pk, **after})
        else:
            chunk.new_scores.append(
                {
                    "execution_id": rescoring.execution_id,
                    "job_id": one.stored.id,
                    "generation": rescoring.generation,
                    **after,
                }
            )
