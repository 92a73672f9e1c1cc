"""Where it is hard: sites, and rows over all of their results."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse

from analytics.charts.figure import Cell, Figure, Head, bounds, count_cell, share_cell
from analytics.charts.scope import Scope
from analytics.charts.trend import NOT_ROLLED_UP
from analytics.models import BatchRollUp, ExecutionRollUp, RowHistory, RowKind, SiteStatistic
from executions.models import Execution
from mino.common.ui.formats import duration, number
from mino.common.values.share import Share
from projects.models import Batch

LOOKED_AT = 5
"""Executions whose hardest sites are looked for: each takes a query."""
CANDIDATES = 50
DRAWN = 15
SUMS = ("jobs", "passed", "failed", "errors", "good", "gradable", "timed", "seconds")
COLORS = {
    RowKind.STABLE_RIGHT: "correct",
    RowKind.FLAKY: "gold",
    RowKind.STABLE_WRONG: "wrong",
    RowKind.FEW: "ungraded",
}


@dataclass(slots=True)
class SiteSum:
    """A site over executions. `rows` is how many different rows they tell of at least."""

    site: str
    newest: Execution
    sums: dict[str, float]
    largest: dict[uuid.UUID, int]

    @property
    def share(self) -> Share:
        """Rows that did not pass or gave no answer, of those that could be judged."""
        bad = int(self.sums["failed"] + self.sums["errors"])
        n = bad + int(self.sums["passed"])
        rows = sum(self.largest.values())
        return Share.of(bad, n, max(1.0, n / rows) if rows else 1.0)

    @property
    def accuracy(self) -> Share:
        """Good cells of those with truth: cells of a row count as one in the interval."""
        good, n = int(self.sums["good"]), int(self.sums["gradable"])
        rows = sum(self.largest.values())
        return Share.of(good, n, max(1.0, n / rows) if rows else 1.0)


def hardest_sites(scope: Scope) -> Figure:
    """The sites whose rows fail or give no answer most surely."""
    rolled = scope.roll_ups()[-LOOKED_AT:]
    found = [one for one in _sites(rolled) if one.sums["failed"] + one.sums["errors"]]
    found.sort(key=lambda one: (-(one.share.low or 0.0), one.site))
    drawn = found[:DRAWN]
    chart = (
        {
            "kind": "bars",
            "unit": "percent",
            "labels": [one.site for one in drawn],
            "points": [bounds(one.share) for one in drawn],
            "color": "wrong",
            "links": [scope.rows_url(one.newest, site=one.site) for one in drawn],
        }
        if drawn
        else None
    )
    about = "of this execution" if scope.is_single else f"of the newest {len(rolled)} executions"
    return Figure(
        name="sites",
        title="Hardest sites",
        about=f"rows that did not pass or gave no answer, {about}",
        chart=chart,
        heads=[
            *(Head("Site", is_number=False), Head("Did not pass or no answer", is_share=True), Head("Not passed")),
            *(Head("No answer"), Head("Accuracy", is_share=True), Head("Time to an answer")),
        ],
        lines=[_site_line(scope, one) for one in found],
        empty="No site has failed." if rolled else NOT_ROLLED_UP,
        note=f"{number(sum(one.sites for _, one in rolled[-1:]))} sites in the newest execution." if rolled else "",
        is_wide=not any(one.cost for one in scope.executions),
    )


def _site_line(scope: Scope, one: SiteSum) -> Sequence[Cell]:
    sums, here = one.sums, scope.rows_url(one.newest, site=one.site)
    return [
        Cell(one.site, url=here),
        share_cell(one.share, "rows", here),
        count_cell(int(sums["failed"]), scope.rows_url(one.newest, site=one.site, evaluation_result="fail")),
        count_cell(int(sums["errors"]), scope.rows_url(one.newest, site=one.site, status="error")),
        share_cell(one.accuracy, "cells", here),
        _mean(sums["seconds"], sums["timed"], here),
    ]


def _mean(seconds: float, answers: float, url: str) -> Cell:
    if not answers:
        return Cell("–", raw=(None,))
    return Cell(duration(seconds / answers), "mean", url, raw=(round(seconds / answers, 3),))


def _sites(rolled: Sequence[tuple[Execution, ExecutionRollUp]]) -> list[SiteSum]:
    by_generation = {one.generation: execution for execution, one in rolled if one.generation}
    names: set[str] = set()
    for generation in by_generation:
        hardest = SiteStatistic.objects.filter(generation=generation).order_by("-trouble", "-site")
        names.update(hardest.values_list("site", flat=True)[:CANDIDATES])
    found: dict[str, SiteSum] = {}
    stored = {
        (one["generation"], one["site"]): one
        for one in SiteStatistic.objects.filter(generation__in=list(by_generation), site__in=names).values(
            "generation", "site", *SUMS
        )
    }
    for generation, execution in by_generation.items():
        for name in names:
            if one := stored.get((generation, name)):
                add_site(found, name, execution, one)
    return list(found.values())


def add_site(found: dict[str, SiteSum], name: str, execution: Execution, one: Mapping[str, Any]) -> None:
    """Count a site of an execution; they come in the order of time."""
    site = found.setdefault(name, SiteSum(name, execution, dict.fromkeys(SUMS, 0), {}))
    site.newest = execution
    site.sums = {key: value + float(one[key]) for key, value in site.sums.items()}
    judged = -(-int(one["passed"] + one["failed"] + one["errors"]) // execution.repeats)
    site.largest[execution.batch_id] = max(site.largest.get(execution.batch_id, 0), judged)


def counts_by_kind(batches: QuerySet[Batch]) -> dict[str, int]:
    """How many rows of the batches are of each kind, how many pairs of answers they have, and how many agree."""
    sums = {name: Sum(name, default=0) for name in (*RowKind.values, "pairs", "agreeing")}
    return BatchRollUp.objects.filter(batch__in=batches).aggregate(**sums)


def histories(batches: QuerySet[Batch], rows_url: str, worst: Sequence[RowHistory], slug: str) -> Figure:
    """How stable rows are over all of their results, and how far these agree."""
    sums = counts_by_kind(batches)
    known = sum(sums[kind] for kind in RowKind.values)
    links = {kind: f"{rows_url}?kind={kind}" for kind in RowKind.values}
    series = [
        {"name": kind.label, "color": color, "values": [sums[kind]], "links": [links[kind]]}
        for kind, color in COLORS.items()
    ]
    agreement = Share.of(sums["agreeing"], sums["pairs"])
    return Figure(
        name="histories",
        title="Rows over all history",
        about="every result of every execution, whatever the filters",
        chart={"kind": "stack", "labels": ["Rows"], "series": series} if known else None,
        heads=[Head("Rows that flip most", is_number=False), *map(Head, ("Flips", "Passed", "Not passed", "Answers"))],
        lines=[_history_line(one, slug) for one in worst],
        empty=f"{NOT_ROLLED_UP}" if not known else "No row flips.",
        note=_agreement_words(agreement) if known else "",
        more_url=links[RowKind.FLAKY] if sums["flaky"] else "",
        more_text=f"All {number(sums['flaky'])} flaky rows" if sums["flaky"] else "",
        is_wide=True,
    )


def _agreement_words(agreement: Share) -> str:
    rule = "A row is flaky with three graded results or more, at least one passed and one not."
    if agreement.value is None:
        return f"{rule} No row has two answers to compare yet."
    share = number(agreement.value * 100, 1)
    return f"{rule} Whatever the truth, {share} % of {number(agreement.n)} pairs of answers to the same row agree."


def _history_line(one: RowHistory, slug: str) -> Sequence[Cell]:
    url = reverse("row_truth", args=[slug, one.batch_id, one.row.position])
    return [
        Cell(one.row.url[:120], f"row {number(one.row.position)}", url, raw=(one.row.url,)),
        count_cell(one.flips, url),
        count_cell(one.passes, url),
        count_cell(one.fails, url),
        Cell(number(one.answers), f"{number(one.distinct_answers)} different", url, raw=(one.answers,)),
    ]
