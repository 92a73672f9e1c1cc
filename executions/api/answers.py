"""Taking the answer of a job as truth."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from executions.api.finding import find_job
from executions.services.accepting import answer_accept, answer_add
from mino.common.api.errors import about
from mino.common.api.fields import Boolean, Text
from mino.common.api.operation import operation
from mino.common.api.serializers import Taken
from mino.common.values.clean import clean_text
from projects.api.cells import SeenValue, about_cell
from projects.api.truth import TruthChanged, changed
from projects.services.truth import MAX_REASON
from projects.services.truth_cells import Seen


class AnswerTaken(Taken):
    """Which cell is to hold what was answered, and what it held when you looked at it."""

    example: ClassVar[Any] = {"column": "price", "seen": "24.50", "reason": "The shop raised it"}

    column = Text(max_length=200, help_text="A column of truth.")
    as_alternative = Boolean(
        default=False,
        help_text="Whether the answer is right beside what the cell holds, instead of replacing it. The column needs a "
        "sign that separates alternatives.",
    )
    seen = SeenValue()
    reason = Text(
        max_length=MAX_REASON, allow_blank=True, default="", help_text="Left out: that it is the execution's answer."
    )


class AnswerTaking(ApiView):
    """Taking the answer of one job."""

    heading = "Ground truth"

    @operation(
        "answer_take",
        "Take an answer as truth",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=AnswerTaken,
        answers=TruthChanged,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, job_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Make what a completed job answered in one column the truth of its row. Stored results are scored anew,
        as when truth is set.

        With `as_alternative` the cell accepts the answer as well, and what it held stays right.

        A cell that holds the answer already is left alone, so the same request again changes nothing.
        """
        job = find_job(request, job_id)
        require(request.user, "projects.change_ground_truth", job.project)
        take = answer_add if values["as_alternative"] else answer_accept
        with about("column"), about_cell():
            done = take(
                job=job,
                column=clean_text(values["column"]),
                user=request.user,
                reason=values["reason"],
                seen=values.get("seen", Seen.ANYTHING),
            )
        return self.answer(changed(done), TruthChanged)
