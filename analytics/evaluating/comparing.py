"""The verdict of an evaluation against an earlier execution."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import Organization
from analytics.comparison.asking import has_key, why_not
from analytics.comparison.baselines import baseline_of, margin_of
from analytics.comparison.checks import DOUBT
from analytics.comparison.computing import compute
from analytics.comparison.figures import Figures
from analytics.comparison.guards import checks
from analytics.comparison.judging import Judged, judge_all
from analytics.comparison.words import evidence, headline, left_out_words, name_of
from analytics.evaluating.arguments import BadInput, Request
from analytics.evaluating.workspace import find_organization
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Judgement, Verdict
from executions.models import Execution, ExecutionStatus
from mino.common.ui.formats import SPACE, THIN
from mino.common.values.columns import ColumnRole
from projects.models import Batch

MOST_DIGITS = 9


def find_baseline(request: Request) -> Execution | None:
    """The execution that --baseline or --compare names, by its number or id; None where none is named.

    Raises BadInput where the organization has no such execution, or it is still under way.
    """
    named = request.baseline or request.compare
    if not named:
        return None
    found = _named(named, find_organization(request.organization))
    if found is None:
        raise BadInput(f"There is no execution {named} in this organization. Its page tells its number.")
    if not found.is_finished:
        raise BadInput(f"Execution {found.number} is still under way. Wait until it has ended, then compare with it.")
    return found


def _named(text: str, organization: Organization | None) -> Execution | None:
    executions: QuerySet[Execution] = Execution.objects.filter(organization=organization)
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return executions.filter(number=int(text)).first()
    try:
        return executions.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        return None


def check_pairable(baseline: Execution, batch: Batch) -> None:
    """Raise BadInput where the rows of the batch can't be paired with the baseline's: before anything is run."""
    if baseline.batch_id == batch.pk:
        return
    if not (has_key(baseline) and batch.columns.filter(role=ColumnRole.KEY).exists()):
        raise BadInput(
            f"Execution {baseline.number} ran another batch, {baseline.batch.name}, and without keys in both the "
            "rows can't be paired. Name the key with --key-column, or an execution of the same file."
        )


def earlier(execution: Execution) -> Execution | None:
    """What --compare means without a value: the project's baseline if its rows can be paired with these, or else the
    newest completed execution of the same batch."""
    chosen = baseline_of(execution.project)
    if chosen and chosen.execution and not why_not([chosen.execution, execution]):
        return chosen.execution
    others: QuerySet[Execution] = Execution.objects.filter(batch=execution.batch_id, status=ExecutionStatus.COMPLETED)
    return others.exclude(pk=execution.pk).order_by("-created_at", "-id").first()


class Compared:
    """An execution against a baseline."""

    def __init__(self, baseline: Execution, execution: Execution) -> None:
        self.baseline, self.execution = baseline, execution
        self.margin = margin_of(execution.project)
        figures, _ = compute(baseline, execution)
        self.judged: Judged = judge_all([figures], self.margin)[0]

    @property
    def is_worse(self) -> bool:
        """Whether it is certainly worse."""
        return self.judged.judgement.verdict is Verdict.WORSE

    def lines(self) -> list[str]:
        """The verdict, what it rests on, what was left out, and what forbids a conclusion."""
        figures, name = self.judged.figures, name_of(self.execution, [self.baseline])
        told = [f"Against execution {self.baseline.number}: {headline(self.judged, name, self.margin)}"]
        told += [f"  {sentence}" for sentence in evidence(figures, self.margin)]
        if left := left_out_words(figures):
            told.append(f"  Left out: {', '.join(left)}.")
        found = checks(self.baseline, self.execution, figures)
        told += [f"  Note: {one.text} {one.conclusion}" for one in found if one.kind == DOUBT]
        return [_plain(line) for line in told]

    def as_json(self) -> dict[str, Any]:
        """The same for programs; differences are shares, -1 to 1."""
        figures: Figures = self.judged.figures
        return {
            "baseline": str(self.baseline.pk),
            "verdict": self.judged.judgement.verdict.value,
            "rows_needed": self.judged.judgement.rows_needed,
            "margin": self.margin,
            "pass_rate": _difference(figures.passing),
            "accuracy": _difference(figures.accuracy),
            "columns": {
                one.column.name: {**_difference(one.column.difference), **_judgement(one.judgement)}
                for one in self.judged.columns
            },
            "left_out": dict(figures.left_out),
        }


def _difference(one: Difference) -> Mapping[str, float | int | None]:
    return {
        "difference": one.value,
        "low": one.low,
        "high": one.high,
        "n": one.n,
        "p": one.p,
        "became_right": one.became_right,
        "became_wrong": one.became_wrong,
    }


def _judgement(one: Judgement) -> Mapping[str, str | int | None]:
    return {"verdict": one.verdict.value, "rows_needed": one.rows_needed}


def _plain(text: str) -> str:
    """With ordinary spaces: not every terminal has the narrow ones."""
    return text.replace(THIN, " ").replace(SPACE, " ")
