"""What the page of a comparison shows of one execution against the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.comparison.figures import Figures
from analytics.comparison.judging import Judged
from analytics.comparison.words import evidence, headline, name_of, points
from analytics.models import Comparison
from analytics.statistics.paired import Difference
from executions.costs.figures import cost_figures
from executions.models import Execution
from mino.common.ui.formats import SPACE, duration, money, number, percent
from mino.common.values.share import Share

LETTERS = "ABCDE"


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table of figures: both values with what they are of, and the change. `way` is up (for the better),
    down, or even, where nothing is claimed."""

    label: str
    first: str
    second: str
    of_first: str = ""
    of_second: str = ""
    change: str = ""
    way: str = "even"


@dataclass(frozen=True, slots=True)
class Pair:
    """The baseline and one other execution. Without `judged` it is still being computed."""

    letter: str
    baseline: Execution
    execution: Execution
    comparison: Comparison
    url: str
    judged: Judged | None
    margin: float

    @property
    def name(self) -> str:
        """What tells the execution apart from the baseline."""
        return name_of(self.execution, [self.baseline])

    @property
    def headline(self) -> str:
        """The verdict as a sentence."""
        return headline(self.judged, self.name, self.margin) if self.judged else ""

    @property
    def evidence(self) -> Sequence[str]:
        """What the verdict rests on."""
        return evidence(self.judged.figures, self.margin) if self.judged else ()


def figure_lines(pair: Pair, figures: Figures) -> list[Figure]:
    """The figures of both: shares over the pairs, the rest over all rows of each."""
    first, second = pair.baseline, pair.execution
    attempts = [one.first_attempt_accuracy for one in (first, second)]
    return [
        _share("Rows passed", figures.passing),
        _share("Accuracy", figures.accuracy),
        _first_attempts(*attempts),
        _errors(first, second),
        *_costs(first, second),
        _times(figures),
    ]


def _share(label: str, difference: Difference) -> Figure:
    if not difference.n:
        return Figure(label, number(None), number(None))
    n = f"n = {number(difference.n)}"
    first, second = percent(difference.first / difference.n), percent(difference.second / difference.n)
    return Figure(label, first, second, n, n, f"{points(difference.value)} pts", _way(difference))


def _way(difference: Difference) -> str:
    """Coloured only where the interval leaves out 0."""
    if difference.low is not None and difference.low > 0:
        return "up"
    return "down" if difference.high is not None and difference.high < 0 else "even"


def _first_attempts(first: Share, second: Share) -> Figure:
    change = ""
    if first.value is not None and second.value is not None:
        change = f"{points(second.value - first.value)} pts"
    one, other = (f"n = {number(share.n)}" if share.n else "" for share in (first, second))
    return Figure("First attempts only, all rows", percent(first.value), percent(second.value), one, other, change)


def _errors(first: Execution, second: Execution) -> Figure:
    one, other = f"of {number(first.total_jobs)}", f"of {number(second.total_jobs)}"
    change = number(second.error_jobs - first.error_jobs)
    change = f"+{change}" if second.error_jobs > first.error_jobs else change
    return Figure("Rows failed with an error", number(first.error_jobs), number(second.error_jobs), one, other, change)


def _costs(first: Execution, second: Execution) -> list[Figure]:
    one, other = cost_figures(first), cost_figures(second)
    cost, other_cost = (money(part.cost, part.currency) if part.is_known else number(None) for part in (one, other))
    row, other_row = (money(part.per_correct_row, part.currency) for part in (one, other))
    change = ""
    if one.per_correct_row is not None and other.per_correct_row is not None and one.currency == other.currency:
        change = _signed_money(other.per_correct_row - one.per_correct_row, one.currency)
    return [Figure("Cost", cost, other_cost), Figure("Cost of a passed row", row, other_row, change=change)]


def _signed_money(amount: Decimal, currency: str) -> str:
    text = money(amount, currency)
    return f"+{text}" if amount > 0 else text


def _times(figures: Figures) -> Figure:
    one, other = figures.seconds
    change = ""
    if one is not None and other is not None:
        change = f"{'+' if other > one else ''}{number(other - one, 1)}{SPACE}s"
    return Figure("Median time of a row", duration(one), duration(other), change=change)
