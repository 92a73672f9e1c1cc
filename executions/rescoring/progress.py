"""How far the scoring anew of a batch's stored results is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Min, Q, Sum

from executions.models import Rescoring, RescoringStatus
from executions.models.rescoring import SCORING
from projects.models import Batch


class ScoringState(StrEnum):
    """Whether all figures of a batch are those of today's truth and options: only while it is running or has failed
    they are not. `never`: no worker ever had to score results anew."""

    NEVER = "never"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ScoringProgress:
    """Of the executions that still show their old figures: how many they are and how many of them could not be scored
    anew, how many of their results are done, and since when they wait. A result counts for each change of it."""

    executions: int
    failed_executions: int
    results: int
    results_done: int
    started_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Whether workers still have something to do."""
        return self.executions > self.failed_executions


def scoring_progress(batch: Batch) -> ScoringProgress:
    """What is being scored anew in a batch, and what could not be."""
    told = Rescoring.objects.filter(batch=batch, status__in=SCORING).aggregate(
        executions=Count("pk"),
        failed_executions=Count("pk", filter=Q(status=RescoringStatus.FAILED)),
        results=Sum("jobs_total", default=0),
        results_done=Sum("jobs_done", default=0),
        started_at=Min("created_at"),
    )
    return ScoringProgress(**told)


def scoring_error(batch: Batch) -> str:
    """What is said about the newest of what could not be scored anew."""
    failed = Rescoring.objects.filter(batch=batch, status=RescoringStatus.FAILED).order_by("-updated_at")
    return failed.values_list("error", flat=True).first() or ""


def last_scored(batch: Batch) -> Rescoring | None:
    """What was scored anew last; None where no worker ever did."""
    done = Rescoring.objects.filter(batch=batch, switched_at__isnull=False).exclude(status__in=SCORING)
    found: Rescoring | None = done.order_by("-switched_at").first()
    return found
