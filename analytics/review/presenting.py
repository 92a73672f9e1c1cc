"""What a reviewer sees of a cell, and how far a review has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from analytics.models import ReviewDecision, Suspect, SuspectState
from analytics.review.queue import DISAGREEMENTS, Filter
from analytics.truth import Answer, answers_of
from executions.models import ColumnStatistic, Execution, FieldResult, Screenshot
from executions.services.accepting import acceptable
from executions.views.cells import clip, shown_value
from mino.common.values.columns import ColumnRole
from projects.models import Batch, Column, TruthNote, TruthRevision


@dataclass(frozen=True, slots=True)
class ReviewCell:
    """A cell as its review shows it. `truth` is the row's whole cell, `takes` what the answer would make of it (empty
    where it can't be written)."""

    result: FieldResult
    truth: str
    extracted: str
    takes: str
    source: str
    column: Column | None
    changed: TruthRevision | None
    suspect: Suspect | None
    picture: Screenshot | None
    answers: Sequence[Answer]
    notes: Sequence[TruthNote]

    @property
    def expected(self) -> str:
        """The truth as a page shows it."""
        return clip(self.truth)

    @property
    def differs(self) -> bool:
        """Whether both sides have a text whose differences are worth marking."""
        return bool(self.truth) and bool(self.extracted) and self.result.outcome == "wrong"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the disagreements are decided; `total` is None where it would have to be counted."""

    reviewed: int
    total: int | None

    @property
    def share(self) -> float:
        """The decided part, in percent, for a bar."""
        return 100 * self.reviewed / self.total if self.total else 0.0


def shown_cell(cell: FieldResult) -> ReviewCell:
    """A cell with what helps to decide: seven queries."""
    job, name = cell.job, cell.column
    column = job.batch.columns.filter(role=ColumnRole.GROUND_TRUTH, name=name).first()
    revisions = TruthRevision.objects.filter(row=job.row_id, column=name).select_related("user", "api_key")
    pictures = Screenshot.objects.filter(session__job=job).exclude(image="").order_by("-taken_at", "-id")
    suspects = Suspect.objects.filter(row=job.row_id, column=name, state=SuspectState.OPEN)
    notes = TruthNote.objects.filter(row=job.row_id, column=name).select_related("user", "api_key")
    return ReviewCell(
        result=cell,
        truth=str(job.row.truth.get(name) or ""),
        extracted=shown_value(cell.extracted),
        takes=clip((acceptable(column, job) if column else None) or ""),
        source=str(job.sources.get(name, "")),
        column=column,
        changed=revisions.order_by("-created_at", "-id").first(),
        suspect=suspects.first(),
        picture=pictures.first(),
        answers=answers_of(job.row, [column]) if column else [],
        notes=list(notes.order_by("-created_at", "-id")[:5]),
    )


def progress_of(execution: Execution, narrowed: Filter) -> Progress:
    """How far the review of an execution has come, by counters of its columns and the decisions.

    A decision that settled its cell took it from the disagreements; it counts all the same.
    """
    decisions = decisions_of(execution).filter(**narrowed.conditions)
    reviewed = decisions.count()
    if narrowed.reason or narrowed.shaped:
        return Progress(reviewed, None)
    statistics = ColumnStatistic.objects.filter(execution=execution)
    if narrowed.column:
        statistics = statistics.filter(column=narrowed.column)
    outcomes = [narrowed.outcome] if narrowed.outcome else list(DISAGREEMENTS)
    sums = statistics.aggregate(**{name: Sum(name, default=0) for name in outcomes})
    return Progress(reviewed, sum(sums.values()) + decisions.filter(is_settled=True).count())


def decisions_of(execution: Execution) -> QuerySet[ReviewDecision]:
    """What was decided in an execution and not undone."""
    return ReviewDecision.objects.filter(execution=execution, undone_at__isnull=True)


def can_be_reviewed(batch: Batch) -> bool:
    """Whether the batch holds any truth to review."""
    return batch.truth_row_count > 0
