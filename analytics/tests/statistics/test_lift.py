"""Lifts, Fisher's test and false discoveries beside SciPy's, and beside a worked example that was published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import relative_risk

from analytics.statistics.benjamini_hochberg import benjamini_hochberg
from analytics.statistics.fisher import fisher_fewer, fisher_more
from analytics.statistics.lift import Clusters, lift_of

TABLES = [(5, 5, 0, 100), (12, 40, 30, 400), (3, 10, 900, 2000), (0, 10, 5, 10), (250, 1000, 1000, 9000), (1, 1, 1, 1)]


@pytest.mark.parametrize("table", TABLES)
def test_fishers_test_is_scipys(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    counts = [[a, n - a], [b, m - b]]
    assert fisher_more(a, n, b, m) == pytest.approx(stats.fisher_exact(counts, "greater").pvalue, rel=1e-7, abs=1e-300)
    assert fisher_fewer(a, n, b, m) == pytest.approx(stats.fisher_exact(counts, "less").pvalue, rel=1e-7, abs=1e-300)


@pytest.mark.parametrize("table", [one for one in TABLES if one[0] and one[2] and one[0] < one[1]])
def test_the_interval_of_a_lift_is_katz(table: tuple[int, int, int, int]) -> None:
    lift = lift_of(*table)
    theirs = relative_risk(*table)
    interval = theirs.confidence_interval(0.95)
    assert (lift.value, lift.low, lift.high) == pytest.approx((theirs.relative_risk, interval.low, interval.high))


def test_aspirin_and_heart_attacks_have_the_published_lift() -> None:
    # Physicians' Health Study as in A. Agresti, "Categorical Data Analysis", section 3.1: 1.82 with 1.43 to 2.30.
    lift = lift_of(189, 11034, 104, 11037)
    assert (round(lift.value, 2), round(lift.low, 2), round(lift.high, 2)) == (1.82, 1.43, 2.31)


def test_nothing_failing_outside_gives_a_lift_all_the_same() -> None:
    lift = lift_of(5, 5, 0, 100)
    assert 1 < lift.low < lift.value < lift.high
    with pytest.raises(ValueError, match="failing one inside"):
        lift_of(0, 5, 0, 100)


def test_clusters_of_one_row_give_the_interval_of_independent_rows() -> None:
    failing = np.array([1] * 30 + [0] * 70)
    inside = np.array([1] * 100)
    nothing = np.zeros(100, dtype=np.int64)
    clusters = Clusters(
        *(
            np.concatenate(pair)
            for pair in ((failing, nothing), (inside, nothing), (nothing, failing[::-1] * 1), (nothing, inside))
        )
    )
    assert clusters.variance == pytest.approx(2 * (1 / 30 - 1 / 100), rel=0.01)


def test_sites_that_fail_as_a_whole_widen_the_interval() -> None:
    sites = np.array([50, 0, 0, 50, 0, 0, 0, 0])
    sizes = np.array([50] * 8)
    split = np.array([True] * 4 + [False] * 4)
    outside = np.array([0, 0, 0, 0, 50, 0, 0, 0])
    clusters = Clusters(np.where(split, sites, 0), np.where(split, sizes, 0), outside, np.where(split, 0, sizes))
    assert lift_of(100, 200, 50, 200).low > 1
    assert lift_of(100, 200, 50, 200, clusters).low < 1


def test_what_fails_in_one_cluster_alone_is_not_sure_to_fail_in_others() -> None:
    inside = np.array([12, *[1] * 48])
    failing = np.array([11, *[0] * 48])
    clusters = Clusters(failing, inside, np.zeros(49, dtype=np.int64), inside)
    assert lift_of(11, 60, 0, 60).low > 1
    assert lift_of(11, 60, 0, 60, clusters).low < 1


@settings(suppress_health_check=[HealthCheck.too_slow])  # it measures how busy the machine is
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_false_discoveries_are_controlled_as_in_scipy(values: list[float]) -> None:
    assert benjamini_hochberg(values) == pytest.approx(list(stats.false_discovery_control(values)), rel=1e-9)


def test_tests_that_are_left_out_count() -> None:
    whole = benjamini_hochberg([0.001, 0.02, *[1.0] * 8])
    assert benjamini_hochberg([0.001, 0.02], tests=10) == pytest.approx(whole[:2])
    assert benjamini_hochberg([]) == []
    with pytest.raises(ValueError, match="can't come from"):
        benjamini_hochberg([0.1, 0.2], tests=1)


def test_the_published_example_has_four_discoveries() -> None:
    # Y. Benjamini and Y. Hochberg, 1995, section 3.2: fifteen p values, four of them significant.
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    published += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(one <= 0.05 for one in benjamini_hochberg(published)) == 4
