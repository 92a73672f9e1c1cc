"""Scores stored results anew when the way in which their columns are compared has changed."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from executions.engine.plan import specs_of
from executions.models import Execution, Job
from executions.models.execution import columns_with
from executions.rescoring.ordering import locked_executions, rescore_later, split
from executions.rescoring.scoring import rescore
from executions.rescoring.truth import stored_results
from executions.rescoring.writing import write_rescored
from mino.common.hooks import execution_rescored
from mino.common.values.columns import ColumnRole
from projects.models import Column

logger = logging.getLogger(__name__)


def rescore_changed_options(batch_id: uuid.UUID, columns: Collection[str]) -> None:
    """Compare what all executions of the batch have extracted for these columns by their options of today.

    What an execution froze stays, as do the figures of its end; jobs that end from now on are compared in the new way
    as well. In the caller's transaction, and where many results are concerned, in the background.
    """
    today = {one.name: one for one in Column.objects.filter(batch=batch_id, name__in=list(columns))}
    executions = locked_executions(batch_id)
    changed = {one.pk: _changed(one, today) for one in executions}
    concerned = [one for one in executions if changed[one.pk]]
    at_once, later = split(concerned, {one.pk: one.completed_jobs for one in concerned})
    for execution in later:
        rescore_later(execution, changed[execution.pk], options=changed[execution.pk])
    for execution in at_once:
        _rescore(execution, changed[execution.pk])
    if at_once:
        execution_rescored.call([one.pk for one in at_once])


def _changed(execution: Execution, today: Mapping[str, Column]) -> dict[str, Any]:
    """The options of today by column, where the execution compares in another way, or is about to."""
    options = execution.scoring_options if execution.staged_options is None else execution.staged_options
    return {
        one["name"]: today[one["name"]].options
        for one in columns_with(execution.columns, options)
        if one["role"] == ColumnRole.GROUND_TRUTH
        and one["name"] in today
        and one["type"] == today[one["name"]].type
        and one["options"] != today[one["name"]].options
    }


def _rescore(execution: Execution, changed: Mapping[str, Any]) -> None:
    """Go over to the new options, as another generation, so that workers notice."""
    options = {**execution.scoring_options, **changed}
    Execution.objects.filter(pk=execution.pk).update(
        scoring_options=options, scoring_generation=execution.scoring_generation + 1, updated_at=timezone.now()
    )
    try:
        specs = specs_of(columns_with(execution.columns, options))
    except (LookupError, TypeError, ValueError) as error:
        logger.warning("Results of execution %s keep their verdicts: %s", execution.pk, error)
        return
    results = stored_results(Job.objects.filter(execution=execution))
    write_rescored([rescore(one, specs, changed) for one in results])
