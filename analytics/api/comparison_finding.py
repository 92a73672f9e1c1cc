"""Finds the executions that a comparison is about, and compares them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from drf_spectacular.utils import OpenApiParameter

from accounts.api.base import ApiRequest
from analytics.comparison.asking import MOST, why_not
from analytics.comparison.baselines import default_baseline
from analytics.comparison.comparing import pair_up
from analytics.comparison.presenting import Pair
from executions.api.finding import find_execution
from executions.models import Execution
from mino.common.api.errors import ApiError, invalid
from mino.common.api.identifiers import NO_ID, identifier_in

BASELINE = OpenApiParameter(
    "baseline_id",
    {"type": "string", "format": "uuid"},
    description="The execution to compare with. Left out: the project's baseline, else the one before on the batch.",
)
UNSEEN = "There is no such execution, or you can't see it."


def baseline_for(request: ApiRequest, execution: Execution) -> Execution:
    """The execution that `baseline_id` names, or else the usual one. Raises ApiError where none is named or found."""
    text = request.query.get("baseline_id")
    if text is None:
        found = default_baseline(execution)
        if found is None:
            raise invalid("baseline_id", "There is nothing before it to compare with. Name an execution.")
        return find_execution(request, found.pk)
    [baseline] = _seen(request, _ids("baseline_id", text), execution, "baseline_id")
    return baseline


def executions_named(request: ApiRequest, baseline: Execution) -> list[Execution]:
    """The executions that `execution_ids` names, in their order. Raises ApiError where that can't be."""
    text = request.query.get("execution_ids", "")
    if not text:
        raise ApiError("MISSING_FIELD", "Name the executions to compare with this one.", path="execution_ids")
    ids = _ids("execution_ids", text)
    if len(ids) >= MOST:
        raise invalid("execution_ids", f"At most {MOST - 1} executions are compared with one. Leave some out.")
    return _seen(request, ids, baseline, "execution_ids")


def pairs_of(request: ApiRequest, executions: Sequence[Execution], path: str = "baseline_id") -> list[Pair]:
    """Each against the first of them. Raises ApiError at `path` where they can't be compared."""
    if problem := why_not(executions):
        raise invalid(path, problem)
    if not any(one.batch.truth_row_count for one in executions):
        raise ApiError("NO_GROUND_TRUTH", "No row of the batch has truth, so nothing is right or wrong. Add some.")
    return pair_up(request.organization.slug, executions)


def _ids(path: str, text: str) -> list[uuid.UUID]:
    ids = [identifier_in(one) for one in text.split(",", MOST)]
    if None in ids:
        raise invalid(path, NO_ID)
    return [one for one in dict.fromkeys(ids) if one is not None]


def _seen(request: ApiRequest, ids: Sequence[uuid.UUID], other: Execution, path: str) -> list[Execution]:
    """The executions that are named. Raises ApiError for one that can't be seen, and for the `other` one itself."""
    if other.pk in ids:
        raise invalid(path, "An execution can't be compared with itself. Name another one.")
    seen = Execution.objects.visible_to(request.user).filter(organization=request.organization, pk__in=ids)
    found = {one.pk: one for one in seen.select_related("project", "batch", "instruction_version")}
    if len(found) < len(ids):
        raise invalid(path, UNSEEN)
    return [found[one] for one in ids]
