"""Verdicts and differences in words, the same on pages, in exports and on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.template.defaultfilters import pluralize

from analytics.comparison.figures import LEFT_OUT, Figures
from analytics.comparison.judging import Judged
from analytics.statistics.paired import Difference
from analytics.statistics.verdict import Verdict
from executions.models import Execution
from mino.common.ui.formats import number, percent

VERDICT_WORDS = {
    Verdict.BETTER: "Better",
    Verdict.WORSE: "Worse",
    Verdict.SAME: "No real difference",
    Verdict.UNKNOWN: "Not enough data",
}
RULE_OF_THREE = 3
"""Where none of n rows differs, up to 3 / n of all may (95 %)."""


def name_of(execution: Execution, others: Iterable[Execution]) -> str:
    """What tells it apart from the others: its version, or else its agent, or else its number."""
    others = [one for one in others if one.pk != execution.pk]
    if execution.instruction_version_id not in [one.instruction_version_id for one in others]:
        return f"Version {execution.instruction_version.number}"
    if execution.agent not in [one.agent for one in others]:
        return execution.agent
    return f"Execution {execution.number}"


def points(share: float | None, *, signed: bool = True) -> str:
    """A difference of shares as `+2.9`, in points; a dash for None."""
    if share is None:
        return number(None)
    text = number(Decimal(str(round(share, 6))) * 100, 1)
    text = "0.0" if text == "−0.0" else text
    return f"+{text}" if signed and not text.startswith(("−", "0.0")) else text


def short_points(share: float, *, signed: bool = False) -> str:
    """A round number of points: `2`, `0.5`, with `signed` `+10`."""
    return points(share, signed=signed).removesuffix(".0")


def interval_words(difference: Difference) -> str:
    """`+1.8 to +4.0`, in points; empty where there is none."""
    if difference.low is None or difference.high is None:
        return ""
    return f"{points(difference.low)} to {points(difference.high)}"


def headline(judged: Judged, name: str, margin: float) -> str:
    """The verdict as a sentence."""
    difference, judgement = judged.figures.passing, judged.judgement
    if difference.value is None:
        return "Nothing to compare: no row was graded in both executions."
    change = points(abs(difference.value), signed=False)
    shares = f"from {percent(difference.first / difference.n)} to {percent(difference.second / difference.n)}"
    if judgement.verdict is Verdict.BETTER:
        return f"{name} is better: the pass rate rose by {change} points, {shares}."
    if judgement.verdict is Verdict.WORSE:
        return f"{name} is worse: the pass rate fell by {change} points, {shares}."
    if judgement.verdict is Verdict.SAME:
        within = short_points(margin)
        return f"No meaningful difference: {points(difference.value)} points of pass rate, within ±{within} points."
    if judgement.rows_needed is None:
        return f"Not enough data to tell whether {name} is better or worse."
    needed = number(rounded(judgement.rows_needed))
    return f"Not enough data to tell: about {needed} rows would be needed, and {number(difference.n)} could be paired."


def rounded(rows: int) -> int:
    """Two digits are enough for a number that is estimated; small ones stay, and none becomes smaller."""
    step = 10 ** max(0, len(str(rows)) - 2) if rows >= 1000 else 1
    return -(-rows // step) * step


def evidence(figures: Figures, margin: float) -> list[str]:
    """What the verdict rests on, in sentences: interval, rows, flips, test."""
    difference = figures.passing
    if not difference.n:
        return []
    rows, sites = number(difference.n), number(difference.sites)
    told = [
        f"95 % interval {interval_words(difference)} points of pass rate, on {rows} row{pluralize(difference.n)} "
        f"of {sites} site{pluralize(difference.sites)} that both graded.",
        f"{number(difference.became_right)} became right and {number(difference.became_wrong)} became wrong"
        + (f" (McNemar’s exact test: p {p_words(difference.p)})." if difference.is_exact else ", resampled by site."),
    ]
    doubt = RULE_OF_THREE / difference.n
    if difference.became_right + difference.became_wrong == 0 and doubt > margin:
        told.append(f"With so few rows, up to {points(min(doubt, 1.0), signed=False)} points could still differ.")
    if figures.accuracy.n:
        cells = figures.accuracy
        told.append(
            f"Over {number(cells.n)} cells accuracy changed by {points(cells.value)} points ({interval_words(cells)})."
        )
    return told


def p_words(p: float | None) -> str:
    """`= 0.031`, or `< 0.001`."""
    if p is None:
        return "unknown"
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def p_value(p: float | None) -> str:
    """`0.031`, or `< 0.001`: never a 0 that no p is."""
    return p_words(p).removeprefix("= ")


def left_out_words(figures: Figures) -> list[str]:
    """The rows that are not paired: how many, and why."""
    return [
        f"{number(figures.left_out[reason])} {words}" for reason, words in LEFT_OUT.items() if figures.left_out[reason]
    ]
