"""pass@k and its interval."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

from analytics.statistics.repeats import PassAt, pass_at, pass_at_k


@pytest.mark.parametrize("n", range(1, 11))
def test_it_is_the_published_formula(n: int) -> None:
    for c in range(n + 1):
        for k in range(1, n + 1):
            assert pass_at_k(n, c, k) == pytest.approx(1 - comb(n - c, k) / comb(n, k), abs=1e-12)


def test_it_is_the_share_of_all_choices_of_k_runs_with_a_pass() -> None:
    runs = [True, False, False, True, False]
    choices = list(combinations(runs, 3))
    assert pass_at_k(5, 2, 3) == pytest.approx(sum(any(choice) for choice in choices) / len(choices))


def test_it_is_unbiased_where_the_simple_one_is_not() -> None:
    """Over all that five runs may show, the mean of the estimates is what two runs really give."""
    p, n, k = 0.3, 5, 2
    weights = [comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
    truth = 1 - (1 - p) ** k
    assert sum(w * pass_at_k(n, c, k) for c, w in enumerate(weights)) == pytest.approx(truth)
    assert sum(w * (1 - (1 - c / n) ** k) for c, w in enumerate(weights)) < truth - 0.01


@pytest.mark.parametrize(("n", "c", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 4), (3, 1, 0), (0, 0, 1)])
def test_what_can_not_be_is_refused(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="no pass@"):
        pass_at_k(n, c, k)


def array(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def test_rows_count_alike_however_often_they_were_graded() -> None:
    found = pass_at(1, array(4, 1), array(1, 1), array(0, 1), seed=1)
    assert found.value == pytest.approx((0.25 + 1) / 2)
    assert (found.rows, found.sites) == (2, 2)


def test_rows_with_fewer_runs_than_k_are_left_out() -> None:
    found = pass_at(3, array(3, 2), array(1, 2), array(0, 1), seed=1)
    assert (found.value, found.rows) == (1.0, 1)
    assert pass_at(4, array(3, 2), array(1, 2), array(0, 1), seed=1).value is None


def width(found: PassAt) -> float:
    """How wide the interval is; it holds the estimate."""
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high
    return found.high - found.low


def test_rows_of_one_site_make_the_interval_wider() -> None:
    random = np.random.default_rng(3)
    by_site = random.binomial(3, 0.5, 40).astype(np.int64).repeat(10)
    graded = np.full(400, 3, dtype=np.int64)
    alone = pass_at(1, graded, by_site, np.arange(400, dtype=np.int64), seed=1)
    together = pass_at(1, graded, by_site, np.arange(40, dtype=np.int64).repeat(10), seed=1)
    assert alone.value == together.value
    assert width(together) > 2 * width(alone) > 0


@pytest.mark.parametrize("sites", [1, 2, 9])
def test_few_sites_do_not_feign_certainty(sites: int) -> None:
    """One site drawn again and again gives the same share each time: that is no interval of width 0."""
    graded = np.full(90, 3, dtype=np.int64)
    passed = np.resize(array(3, 2), 90)
    found = pass_at(1, graded, passed, np.arange(90, dtype=np.int64) % sites, seed=1)
    assert width(found) > 0.2


def test_where_all_pass_the_interval_still_has_a_width() -> None:
    found = pass_at(1, np.full(40, 3, dtype=np.int64), np.full(40, 3, dtype=np.int64), np.arange(40), seed=1)
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.03 < width(found) < 0.12
