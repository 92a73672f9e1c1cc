"""Whether both executions are graded by the same truth, and since when it is that."""

from __future__ import annotations

from collections.abc import Iterator

from django.template.defaultfilters import pluralize

from analytics.comparison.checks import DOUBT, FINE, Check
from analytics.comparison.figures import Figures
from executions.models import Execution, Rescoring
from executions.models.rescoring import SCORING
from mino.common.ui.formats import number
from projects.models import TruthRevision

MOST_COUNTED = 10_000


def truth_checks(first: Execution, second: Execution, figures: Figures) -> Iterator[Check]:
    """Stored results are scored by today's truth, at once or, where they are many, soon."""
    waiting = Rescoring.objects.filter(execution__in=(first, second), status__in=SCORING)
    numbers = sorted(str(one) for one in waiting.values_list("execution__number", flat=True))
    if numbers:
        text = (
            f"Execution {' and '.join(numbers)} {pluralize(len(numbers), 'is,are')} still to be scored anew by changed "
        )
        yield Check(DOUBT, f"{text}truth or matching.", "Until then one may be graded by another truth than the other.")
    if count := figures.other_truths:
        text = f"The truth of {number(count)} row{pluralize(count)} differs."
        yield Check(DOUBT, text, "What flipped there says nothing about the agent or the instructions.")
    elif not numbers:
        yield Check(FINE, f"Same truth{_since(first, second)}.")


def _since(first: Execution, second: Execution) -> str:
    """How many rows got another truth after the earlier of both had ended: the figures of that day are others."""
    ended = [one for one in (first, second) if one.finished_at]
    if first.batch_id != second.batch_id or not ended:
        return ""
    earlier = min(ended, key=lambda one: one.finished_at.timestamp() if one.finished_at else 0.0)
    later = TruthRevision.objects.filter(batch=first.batch_id, created_at__gt=earlier.finished_at)
    count = later.order_by().values("row").distinct()[:MOST_COUNTED].count()
    if not count:
        return ""
    most = "at least " if count == MOST_COUNTED else ""
    changed = f"{most}{number(count)} row{pluralize(count)}"
    return f": both by today’s, which of {changed} is another than when execution {earlier.number} ended"
