"""What the repeats of an execution tell, for its page: only what is stored, no job is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from executions.models import Execution
from mino.common.values.share import Share


@dataclass(frozen=True, slots=True)
class Steadiness:
    """pass@k by k, and the shares of rows whose runs got different verdicts, and whose answers are all the same."""

    passing: list[tuple[int, Share, int]]
    flaky: Share
    agreeing: Share


def steadiness(execution: Execution) -> Steadiness | None:
    """The stored figures; None until they are computed, and where rows are run once."""
    kept: dict[str, Any] | None = execution.repeat_figures
    if execution.repeats == 1 or kept is None or not execution.is_finished:
        return None
    passing = [
        (one["k"], Share(one["value"], one["rows"], one["low"], one["high"]), one["sites"])
        for one in kept["passing"]
        if one["rows"]
    ]
    return Steadiness(
        passing,
        Share.of(kept["flaky_rows"], kept["graded_rows"]),
        Share.of(kept["agreeing_rows"], kept["answered_rows"]),
    )
