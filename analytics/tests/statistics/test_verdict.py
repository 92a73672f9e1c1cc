"""Better, worse, no meaningful difference, not enough data."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.statistics.bootstrap import MOST_DRAWN_AT_ONCE, bootstrap
from analytics.statistics.paired import Difference, paired_difference
from analytics.statistics.verdict import Verdict, judge


def of_rows(both: int, right: int, wrong: int, neither: int = 0, *, a_site: int = 1, seed: int = 7) -> Difference:
    """So many rows that were right in both, became right, became wrong; `a_site` rows on each site."""
    first = np.array([1] * both + [0] * right + [1] * wrong + [0] * neither, dtype=np.int8)
    second = np.array([1] * both + [1] * right + [0] * wrong + [0] * neither, dtype=np.int8)
    sites = np.arange(len(first), dtype=np.int32) // a_site
    return paired_difference(first, second, sites, seed=seed)


def test_a_clear_gain_is_better_and_a_clear_loss_is_worse() -> None:
    assert judge(of_rows(60, 20, 3, 10)).verdict is Verdict.BETTER
    assert judge(of_rows(60, 3, 20, 10)).verdict is Verdict.WORSE


def test_an_interval_inside_the_margin_means_nothing() -> None:
    assert judge(of_rows(1900, 10, 8)).verdict is Verdict.SAME
    assert judge(of_rows(1900, 10, 8), margin=0.001).verdict is Verdict.UNKNOWN


def test_few_rows_tell_nothing_and_say_how_many_would() -> None:
    judgement = judge(of_rows(91, 6, 3))
    assert (judgement.verdict, judgement.rows_needed) == (Verdict.UNKNOWN, 783)


def test_an_interval_that_leaves_out_0_is_not_enough_where_mcnemar_disagrees() -> None:
    difference = of_rows(20, 5, 0)
    assert difference.low is not None
    assert (difference.low > 0, difference.p) == (True, 0.0625)
    assert judge(difference).verdict is Verdict.UNKNOWN


def test_mcnemar_is_not_asked_where_a_site_has_several_rows() -> None:
    difference = of_rows(40, 24, 2, 34, a_site=2)
    assert not difference.is_exact
    assert judge(difference).verdict is Verdict.BETTER


def test_two_sites_prove_nothing_however_many_rows_they_have() -> None:
    difference = of_rows(0, 100, 0, a_site=50)
    assert difference.low == 1.0
    assert judge(difference).verdict is Verdict.UNKNOWN


def test_among_several_tests_the_adjusted_p_value_counts() -> None:
    difference = of_rows(80, 11, 2, 7)
    assert judge(difference).verdict is Verdict.BETTER
    assert judge(difference, adjusted_p=0.06).verdict is Verdict.UNKNOWN


def test_without_pairs_nothing_is_known() -> None:
    nothing = of_rows(0, 0, 0)
    assert (nothing.n, nothing.value, nothing.low) == (0, None, None)
    assert judge(nothing).verdict is Verdict.UNKNOWN
    assert judge(nothing).rows_needed is None


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    assert of_rows(60, 20, 8, 10) == of_rows(60, 20, 8, 10)
    assert of_rows(60, 20, 8, 10).low != of_rows(60, 20, 8, 10, seed=8).low


def test_a_draw_stays_small_however_different_the_sites_are(monkeypatch: pytest.MonkeyPatch) -> None:
    sums, counts = np.arange(1000), np.arange(1, 1001)
    whole = bootstrap(sums, counts, seed=4, resamples=300)
    monkeypatch.setattr("analytics.statistics.bootstrap.MOST_DRAWN_AT_ONCE", 5000)
    assert bootstrap(sums, counts, seed=4, resamples=300) == whole
    assert MOST_DRAWN_AT_ONCE * 8 <= 8_000_000


def test_a_site_without_pairs_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one pair"):
        bootstrap(np.array([0]), np.array([0]), seed=1)
