"""Review: the answers of an execution that differ from the truth, and what is decided about them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from analytics.api.review_shapes import ReviewCellGiven, ReviewDecisionGiven, ReviewGiven, ReviewSaid
from analytics.models import Decision
from analytics.review.deciding import CHANGE, Said, cell_decide, decision_undo
from analytics.review.presenting import can_be_reviewed, decisions_of, progress_of
from analytics.review.queue import DISAGREEMENTS, REASONS, Filter, Queue, find_cell
from analytics.review.shapes import Shaped, shaped_cells
from executions.api.finding import find_execution, refuse_column_not_compared
from executions.models import Execution, FieldResult
from mino.common.api.cursors import Key
from mino.common.api.errors import ApiError, about, at_place, invalid
from mino.common.api.filters import IdFilter, ListFilter, NameFilter, WordFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.values.clean import clean_text

NO_TRUTH = (
    "The batch of this execution holds no truth, so there is nothing to review. Add the truth of some rows first."
)


class ReviewFilter(ListFilter):
    """What the cells can be narrowed to."""

    column = NameFilter(field_name="column", help_text="The whole name of a column.")
    outcome = WordFilter(choices=[(one, one) for one in DISAGREEMENTS])
    reason = WordFilter(choices=[(one, one) for one in REASONS])
    pattern_id = IdFilter(method="of_pattern", help_text="Those that show a failure pattern in this execution.")

    def of_pattern(self, cells: QuerySet[FieldResult], name: str, value: uuid.UUID) -> QuerySet[FieldResult]:
        """All of them: the queue heeds the pattern."""
        return cells


CELLS = Listing(ReviewCellGiven, {"score": Key("score")}, default="score", filters=ReviewFilter)
DECISIONS = Listing(ReviewDecisionGiven)


class ReviewView(ApiView):
    """Base of the endpoints about the review of an execution."""

    heading = "Suspects and review"

    def find_reviewed(self, request: ApiRequest, execution_id: uuid.UUID) -> Execution:
        """The execution. Raises Http404, or ApiError NO_GROUND_TRUTH where nothing could be reviewed."""
        execution = find_execution(request, execution_id)
        if not can_be_reviewed(execution.batch):
            raise ApiError("NO_GROUND_TRUTH", NO_TRUTH)
        return execution


class Review(ReviewView):
    """The review of an execution."""

    @operation(
        "review_read",
        "Read how far a review is",
        scope=Scope.READ_RESULTS,
        answers=ReviewGiven,
        errors=["NO_GROUND_TRUTH"],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """How many answers of an execution differ from the truth, and about how many of them somebody has decided."""
        execution = self.find_reviewed(request, execution_id)
        progress = progress_of(execution, Filter())
        told = {"id": execution.pk, "reviewed": progress.reviewed, "total": progress.total or 0}
        return self.answer(told, ReviewGiven)


class ReviewCells(ReviewView):
    """The cells that wait."""

    @operation(
        "review_cell_list",
        "List the answers to review",
        scope=Scope.READ_RESULTS,
        listing=CELLS,
        errors=["NO_GROUND_TRUTH"],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The answers of an execution that differ from the truth and that nobody has decided about, the worst first.

        Those that a reviewer looks at just now are left out. Listing reserves nothing.
        """
        execution = self.find_reviewed(request, execution_id)
        refuse_column_not_compared(request.query, execution)
        return self.page(Queue(execution, request.user, Filter(shaped=_shaped(request, execution))).waiting())


class ReviewDecisions(ReviewView):
    """Decisions about the answers of an execution."""

    @operation(
        "review_decision_list",
        "List what was decided",
        scope=Scope.READ_RESULTS,
        listing=DECISIONS,
        errors=["NO_GROUND_TRUTH"],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """What was decided in the review of an execution and not undone, the newest first."""
        return self.page(decisions_of(self.find_reviewed(request, execution_id)))

    @operation(
        "review_decide",
        "Decide about an answer",
        scope=Scope.WRITE_GROUND_TRUTH,
        takes=ReviewSaid,
        answers=ReviewDecisionGiven,
        idempotent=True,
        errors=["INVALID_STATE", "NO_GROUND_TRUTH"],
    )
    def post(self, request: ApiRequest, execution_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Decide about an answer that differs from the truth; the truth changes with the decision, if it is to.

        `truth_wrong`: the answer becomes the truth. `both`: it is right as well. `edited`: `value` becomes the truth.
        `site_changed`: it was right once; with `forget` the truth is not known any more. `agent_wrong`: the truth
        stays. Refused while a reviewer looks at the cell, or once somebody has decided.
        """
        execution = find_execution(request, execution_id)
        require(request.user, CHANGE, execution.project)
        execution = self.find_reviewed(request, execution_id)
        cell = find_cell(execution, values["cell_id"])
        if cell is None:
            raise invalid("cell_id", "There is no such cell in this execution, or it was scored anew. List them again.")
        said = Said(
            decision=Decision(values["decision"]),
            seen=clean_text(values["seen"] or ""),
            value=values.get("value") or "",
            note=clean_text(values["note"]).strip(),
            forget=values["forget"],
        )
        place = "value" if said.decision is Decision.EDITED else "decision"
        with about(place), at_place(lambda _: place):
            decided = cell_decide(cell=cell, said=said, user=request.user)
        return self.answer(decided, ReviewDecisionGiven)


class ReviewUndoing(ReviewView):
    """Undoing a decision."""

    @operation(
        "review_undo",
        "Undo the last decision",
        scope=Scope.WRITE_GROUND_TRUTH,
        answers=ReviewDecisionGiven,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Take back what you decided last in an execution, with the change of the truth that it made.

        Refused where there is nothing left to undo, or where the truth was changed again since.
        """
        execution = find_execution(request, execution_id)
        return self.answer(decision_undo(execution=execution, user=request.user), ReviewDecisionGiven)


def _shaped(request: ApiRequest, execution: Execution) -> Shaped | None:
    """The cells of the pattern that is asked for. Raises ApiError for one that this execution does not show."""
    text = request.query.get("pattern_id")
    if not text:
        return None
    shaped = shaped_cells(execution, text)
    if shaped is None:
        raise invalid("pattern_id", "This execution shows no such pattern of cells.")
    return shaped
