"""Attempts during which the truth of their row has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from executions.engine.attempt import Finished
from executions.evaluation.evaluate import evaluate_row


def under_current_truth(finished: Finished, truth: Mapping[str, str | None]) -> Finished:
    """The end of an attempt with the verdict under `truth`, that of its row now; the caller holds the execution's lock.

    The attempt was compared with the truth of the moment when it began.
    """
    if finished.verdict is None or truth == finished.attempt.truth:
        return finished
    attempt = replace(finished.attempt, truth=truth)
    return replace(finished, attempt=attempt, verdict=evaluate_row(attempt.plan.columns, truth, finished.data))
