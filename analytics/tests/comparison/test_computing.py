"""Pairs, what is left out, what flipped and why."""

from __future__ import annotations

import pytest

from analytics.comparison.computing import compute
from analytics.comparison.flips import ROW, FlipFilter, Way, Why, flip_page, packed, unpacked
from analytics.tests.comparison.making import make_run
from executions.models import FieldResult, Job
from mino.tests.factories import BatchFactory
from projects.models import Batch, Project, Row


@pytest.fixture
def sites(project: Project) -> Batch:
    """Eight rows, each of another site."""
    return BatchFactory(project=project, rows=8)


def entries(first: object, second: object) -> list[tuple[int, int, int, str, str]]:
    """The flips in words: both positions, column, way and why."""
    _, flips = compute(first, second)  # type: ignore[arg-type]
    return [(*entry[:3], Way(entry[3]).name, Why(entry[4]).name) for entry in flips.tolist()]


def test_rows_are_paired_and_each_that_is_left_out_is_counted_for_one_reason(sites: Batch) -> None:
    first = make_run(sites, ["gg", "gw", "gg", "error", "error", "nn", "-", "queued"])
    second = make_run(sites, ["gg", "gg", "error", "gg", "error", "gg", "gg", "gg"])
    figures, _ = compute(first, second)
    assert (figures.rows, figures.passing.n, figures.passing.became_right) == (8, 2, 1)
    assert figures.left_out == {
        "missing_first": 1,
        "missing_second": 0,
        "unfinished": 1,
        "error_both": 1,
        "error_first": 1,
        "error_second": 1,
        "not_gradable": 1,
    }


def test_cells_are_compared_where_both_graded_them(sites: Batch) -> None:
    first = make_run(sites, ["gw", "gn", "ww", "gg"])
    second = make_run(sites, ["gg", "gg", "gw", "mg"])
    figures, _ = compute(first, second)
    title, price = (one.difference for one in figures.columns)
    assert (title.n, title.first, title.second, title.became_right, title.became_wrong) == (4, 3, 3, 1, 1)
    assert (price.n, price.became_right, price.became_wrong) == (3, 1, 0)
    assert (figures.accuracy.n, figures.both_right, figures.both_wrong) == (7, 3, 1)
    assert (title.is_exact, figures.accuracy.is_exact) == (True, False)


def test_flips_are_told_row_by_row_with_their_columns(sites: Batch) -> None:
    first = make_run(sites, ["gw", "gg", "ww"])
    second = make_run(sites, ["gg", "wg", "gw"])
    assert entries(first, second) == [
        (1, 1, ROW, "RIGHT", "OUTPUT"),
        (1, 1, 1, "RIGHT", "OUTPUT"),
        (2, 2, ROW, "WRONG", "OUTPUT"),
        (2, 2, 0, "WRONG", "OUTPUT"),
        (3, 3, 0, "RIGHT", "OUTPUT"),
    ]


def test_a_flip_after_a_retry_says_so(sites: Batch) -> None:
    first = make_run(sites, ["gw", "gw"], attempts=[3, 2] + [1] * 6)
    second = make_run(sites, ["gg", "gg"], attempts=[1, 2] + [1] * 6)
    assert [why for *_, why in entries(first, second)] == ["RETRY", "RETRY", "OUTPUT", "OUTPUT"]


def test_the_same_value_with_another_verdict_was_matched_otherwise_or_has_another_truth(sites: Batch) -> None:
    first, second = make_run(sites, ["gw", "gw"]), make_run(sites, ["gg", "gg"])
    FieldResult.objects.filter(execution=second, column="price").update(extracted="not price")
    FieldResult.objects.filter(job__position=2, execution=second, column="price").update(expected="not price")
    found = [(column, why) for _, _, column, _, why in entries(first, second)]
    assert found == [(ROW, "OPTIONS"), (1, "OPTIONS"), (ROW, "TRUTH"), (1, "TRUTH")]


def test_rows_that_only_one_answered_are_told_apart_from_flips(sites: Batch) -> None:
    first = make_run(sites, ["gg", "error", "-", "gg"])
    second = make_run(sites, ["error", "ww", "gg", "queued"])
    assert entries(first, second) == [
        (1, 1, ROW, "LOST", "ERROR"),
        (2, 2, ROW, "GAINED", "ERROR"),
        (4, 4, ROW, "LOST", "UNFINISHED"),
        (0, 3, ROW, "GAINED", "MISSING"),
    ]


def test_batches_are_paired_by_key_and_other_truths_are_counted(project: Project) -> None:
    spring, autumn = BatchFactory(project=project, rows=3), BatchFactory(project=project, rows=3)
    for batch, keys in ((spring, "abc"), (autumn, "cbx")):
        for row, key in zip(Row.objects.filter(batch=batch).order_by("position"), keys, strict=True):
            row.key = key
            row.save()
    first, second = make_run(spring, ["gw", "gg", "gg"]), make_run(autumn, ["gw", "gg", "gg"])
    figures, flips = compute(first, second)
    assert (figures.rows, figures.passing.n, figures.left_out["missing_first"]) == (4, 2, 1)
    assert figures.other_truths == 1
    assert {tuple(entry[:2]) for entry in flips.tolist() if entry[3] == Way.WRONG} == {(3, 1)}
    assert {Why(entry[4]) for entry in flips.tolist() if entry[3] == Way.WRONG} == {Why.TRUTH}


def test_rows_of_one_site_are_not_tested_by_mcnemar(sites: Batch) -> None:
    first, second = make_run(sites, ["gw"] * 8), make_run(sites, ["gg"] * 8)
    assert compute(first, second)[0].passing.is_exact
    Job.objects.filter(execution=first).update(url="https://www.one.example/x")
    figures, _ = compute(first, second)
    assert (figures.passing.is_exact, figures.passing.sites) == (False, 1)


def test_a_table_of_flips_is_kept_filtered_and_paged(sites: Batch) -> None:
    first, second = make_run(sites, ["gw"] * 6 + ["gg"] * 2), make_run(sites, ["gg"] * 6 + ["ww"] * 2)
    flips = unpacked(packed(compute(first, second)[1]))
    cells = FlipFilter()
    assert (cells.count(flips), FlipFilter(is_rows=True).count(flips)) == (10, 8)
    assert FlipFilter(column=0, way=Way.WRONG).count(flips) == 2
    assert FlipFilter(why=Why.RETRY).count(flips) == 0
    page = flip_page(flips, cells, after=None, before=None, size=4)
    further = flip_page(flips, cells, after=page.after, before=None, size=4)
    assert (page.number, page.before, further.number, len(further.entries)) == (1, None, 5, 4)
    back = flip_page(flips, cells, after=None, before=further.before, size=4)
    assert (back.entries == page.entries).all()
    assert flip_page(flips, cells, after=further.after, before=None, size=4).after is None
