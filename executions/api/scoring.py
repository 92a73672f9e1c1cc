"""How far the scoring anew of a batch's results is, and trying again what failed."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.rescoring.progress import ScoringState, last_scored, scoring_error, scoring_progress
from executions.rescoring.sweeping import rescorings_retry
from mino.common.api.operation import operation
from mino.common.api.serializers import Given
from mino.common.errors import InvalidState
from projects.api.finding import find_batch
from projects.models import Batch


class ScoringGiven(Given):
    """Whether the figures of a batch are final: those of today's truth and of how its columns are compared today."""

    example: ClassVar[Any] = {
        "id": "019c1a63-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
        "status": "running",
        "executions": 2,
        "failed_executions": 0,
        "results": 12000,
        "results_done": 4500,
        "error": "",
        "started_at": "2026-01-09T14:30:00Z",
        "finished_at": None,
    }

    id = serializers.UUIDField(help_text="Of the batch.")
    status = serializers.ChoiceField(
        choices=[one.value for one in ScoringState],
        required=False,
        help_text="All figures are final when it is `done`, or `never`: then a worker never had to score any.",
    )
    executions = serializers.IntegerField(required=False, help_text="That still show their old figures.")
    failed_executions = serializers.IntegerField(
        required=False, help_text="Those among them that could not be scored anew; they wait until it is tried again."
    )
    results = serializers.IntegerField(required=False, help_text="Of these executions, once for each change.")
    results_done = serializers.IntegerField(required=False, help_text="How many of them are done.")
    error = serializers.CharField(
        allow_blank=True, required=False, help_text="Why the newest of what failed did; empty: nothing has failed."
    )
    started_at = serializers.DateTimeField(
        allow_null=True, required=False, help_text="When it was asked for: by the first change that is not seen yet."
    )
    finished_at = serializers.DateTimeField(
        allow_null=True, required=False, help_text="When the last execution showed its new figures; null: not yet."
    )


class ScoringView(ApiView):
    """Base of the endpoints about scoring anew."""

    heading = "Ground truth"

    def shown(self, batch: Batch) -> Response:
        """How far it is now."""
        told = _told(batch)
        return self.in_time(self.answer(told, ScoringGiven), is_done=told["status"] != ScoringState.RUNNING)


class Scoring(ScoringView):
    """How far the scoring anew is."""

    @operation(
        "scoring_read",
        "Read how far scoring anew is",
        scope=Scope.READ_RESULTS,
        answers=ScoringGiven,
        takes_time=True,
    )
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Whether a worker is still scoring results of a batch anew: 202 with `Retry-After` until all figures are new.

        A change of truth, or of how a column is compared, that concerns more than 2,000 results is scored by a worker.
        Each execution shows its old figures until all of its results are done. If that fails it keeps them until it is
        tried again, or until a further change is made.
        """
        return self.shown(find_batch(request, batch_id))


class ScoringRetry(ScoringView):
    """Scoring anew once more what failed."""

    @operation(
        "scoring_retry",
        "Try again to score anew",
        scope=Scope.WRITE_GROUND_TRUTH,
        answers=ScoringGiven,
        takes_time=True,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID) -> Response:
        """Have a worker go on with all executions whose results could not be scored anew. Refused where there are none.

        Read `scoring` until it is done.
        """
        batch = find_batch(request, batch_id)
        if not rescorings_retry(batch=batch, user=request.user):
            raise InvalidState("Nothing has failed that could be tried again. Read how far scoring anew is.")
        return self.shown(batch)


def _told(batch: Batch) -> dict[str, Any]:
    progress = scoring_progress(batch)
    told = {"id": batch.pk, **asdict(progress), "error": "", "finished_at": None}
    if progress.executions:
        status = ScoringState.RUNNING if progress.is_running else ScoringState.FAILED
        return {**told, "status": status, "error": scoring_error(batch) if progress.failed_executions else ""}
    last = last_scored(batch)
    if last is None:
        return {**told, "status": ScoringState.NEVER}
    return {**told, "status": ScoringState.DONE, "started_at": last.created_at, "finished_at": last.switched_at}
