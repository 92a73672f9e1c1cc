"""The statistics of comparisons beside SciPy's, and beside worked examples that were published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from analytics.statistics.bootstrap import bootstrap
from analytics.statistics.holm import holm
from analytics.statistics.mcnemar import mcnemar_exact
from analytics.statistics.paired import normal_p, paired_difference
from analytics.statistics.power import rows_needed
from mino.common.values.share import Share


@pytest.mark.parametrize(("right", "wrong"), [(0, 0), (5, 0), (0, 6), (9, 3), (59, 6), (121, 59), (5200, 5000)])
def test_mcnemar_is_the_binomial_test_of_a_fair_coin(right: int, wrong: int) -> None:
    expected = stats.binomtest(right, right + wrong, 0.5).pvalue if right + wrong else 1.0
    assert mcnemar_exact(right, wrong) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_stays_exact_where_numbers_are_too_large_for_floats() -> None:
    assert mcnemar_exact(50_500, 49_500) == pytest.approx(stats.binomtest(49_500, 100_000, 0.5).pvalue, rel=1e-6)
    assert mcnemar_exact(100_000, 0) == 0.0
    with pytest.raises(ValueError, match="negative"):
        mcnemar_exact(-1, 3)


@pytest.mark.parametrize(("good", "n"), [(0, 10), (7, 10), (81, 263), (500, 500)])
def test_shares_have_wilsons_interval(good: int, n: int) -> None:
    expected = stats.binomtest(good, n).proportion_ci(method="wilson")
    share = Share.of(good, n)
    assert (share.low, share.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_bootstrap_by_sites_agrees_with_scipys() -> None:
    random = np.random.default_rng(11)
    counts = random.integers(1, 9, 300)
    sums = random.binomial(counts, 0.3) - random.binomial(counts, 0.2)

    def ratio(of: NDArray[Any], by: NDArray[Any], axis: int) -> Any:
        return of.sum(axis=axis) / by.sum(axis=axis)

    options = {"paired": True, "method": "percentile", "n_resamples": 9999, "random_state": random}
    expected = stats.bootstrap((sums, counts), ratio, **options)
    found = bootstrap(sums, counts, seed=3, resamples=9999)
    assert found.low == pytest.approx(expected.confidence_interval.low, abs=0.003)
    assert found.high == pytest.approx(expected.confidence_interval.high, abs=0.003)
    assert found.error == pytest.approx(expected.standard_error, rel=0.05)


def test_holm_as_in_the_worked_example() -> None:
    # Four tests: 4 x 0.005, 3 x 0.01, 2 x 0.03, and the last one no smaller than the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_rows_needed_are_those_of_connors_formula() -> None:
    assert rows_needed(0.06, 0.03, 0.02) == 783
    assert rows_needed(0.03, 0.06, 0.02) == 783
    assert rows_needed(0.06, 0.03, 0.02, design_effect=2.0) == 1566


def test_that_many_rows_find_the_difference_four_times_in_five() -> None:
    random, needed = np.random.default_rng(5), rows_needed(0.16, 0.08, 0.02)
    assert needed is not None
    drawn = random.multinomial(needed, [0.16, 0.08, 0.76], size=4000)
    found = np.mean([(right - wrong) / np.sqrt(right + wrong) > 1.96 for right, wrong, _ in drawn])
    assert found == pytest.approx(0.8, abs=0.03)


def test_the_p_value_of_an_estimate_is_that_of_the_normal_distribution() -> None:
    assert normal_p(-0.03, 0.012) == pytest.approx(2 * stats.norm.sf(2.5))
    assert (normal_p(0.0, 0.0), normal_p(0.5, 0.0)) == (1.0, 0.0)


def test_rows_of_one_site_tell_less_than_as_many_sites() -> None:
    random = np.random.default_rng(2)
    of_sites = random.choice([-1, 0, 1], 200, p=[0.1, 0.7, 0.2]).repeat(5)
    first = np.where(of_sites < 0, 1, 0).astype(np.int8)
    second = np.where(of_sites > 0, 1, 0).astype(np.int8)
    apart = paired_difference(first, second, np.arange(1000, dtype=np.int32), seed=1)
    together = paired_difference(first, second, np.arange(200, dtype=np.int32).repeat(5), seed=1)
    assert (apart.is_exact, together.is_exact) == (True, False)
    assert together.design_effect == pytest.approx(5, rel=0.1)
    assert apart.low is not None
    assert together.low is not None
    assert together.low < apart.low
