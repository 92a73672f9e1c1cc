"""Each execution against the first of them."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.comparison.asking import compare_url
from analytics.comparison.baselines import margin_of
from analytics.comparison.judging import judge_all
from analytics.comparison.presenting import LETTERS, Pair
from analytics.comparison.services import comparison_of, figures_of
from analytics.models import ComparisonStatus
from executions.models import Execution


def pair_up(slug: str, executions: Sequence[Execution]) -> list[Pair]:
    """The pairs with their verdicts. While one of them is being computed, none has a verdict: they depend on all."""
    baseline, others = executions[0], executions[1:]
    margin = margin_of(baseline.project)
    kept = [comparison_of(baseline, other) for other in others]
    is_ready = all(one.status == ComparisonStatus.READY for one in kept)
    judged = judge_all([figures_of(one) for one in kept], margin) if is_ready else [None] * len(kept)
    ids = [one.pk for one in executions]
    return [
        Pair(
            letter=LETTERS[place],
            baseline=baseline,
            execution=other,
            comparison=comparison,
            url=compare_url(slug, ids, **{"with": str(other.pk)}) if len(others) > 1 else compare_url(slug, ids),
            judged=verdict,
            margin=margin,
        )
        for place, (other, comparison, verdict) in enumerate(zip(others, kept, judged, strict=True), 1)
    ]
