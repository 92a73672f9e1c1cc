"""Times counted in classes give quantiles that are a few per cent off, never more."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from analytics.rollups.latency import added, class_of, quantile, seconds_of


def test_quantiles_are_close_to_the_real_ones() -> None:
    chance = random.Random(4)
    times = sorted(chance.lognormvariate(2, 1) for _ in range(10_000))
    counts = {str(number): count for number, count in Counter(map(class_of, times)).items()}
    for share in (0.5, 0.9, 0.99):
        found = quantile(counts, share)
        assert found == pytest.approx(times[int(share * len(times)) - 1], rel=0.06)


def test_a_class_holds_its_own_middle() -> None:
    assert all(class_of(seconds_of(number)) == number for number in range(176))


def test_extremes_are_kept_within_the_classes() -> None:
    assert (class_of(0.0), class_of(1e9)) == (0, 175)


def test_nothing_has_no_quantile() -> None:
    assert quantile({}, 0.5) is None


def test_counts_of_executions_add_up() -> None:
    assert added([{"1": 2}, {"1": 3, "7": 1}]) == {"1": 5, "7": 1}
