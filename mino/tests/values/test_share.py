"""Shares with their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mino.common.values.share import Share, design_effect


def test_nothing_counted_has_no_share() -> None:
    assert Share.of(0, 0) == Share(None, 0, None, None)


def test_the_interval_is_wilsons() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for good, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        share = Share.of(good, n)
        assert share.low == pytest.approx(low, abs=5e-5)
        assert share.high == pytest.approx(high, abs=5e-5)


def test_a_design_effect_widens_the_interval_and_keeps_the_share() -> None:
    plain, clustered = Share.of(80, 100), Share.of(80, 100, 4.0)
    assert clustered.value == plain.value == 0.8
    assert clustered.low is not None
    assert clustered.low == pytest.approx(Share.of(20, 25).low)
    assert plain.low is not None
    assert clustered.low < plain.low


@pytest.mark.parametrize(("good", "n", "effect"), [(3, 2, 1.0), (-1, 2, 1.0), (1, 2, 0.5), (1, 2, float("nan"))])
def test_counts_that_can_not_be_are_refused(good: int, n: int, effect: float) -> None:
    with pytest.raises(ValueError, match=r"can't be|at least 1"):
        Share.of(good, n, effect)


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(1, 50))
def test_the_share_lies_in_its_interval_and_that_in_0_to_1(counts: tuple[int, int], effect: float) -> None:
    share = Share.of(*counts, effect)
    assert share.value is not None
    assert share.low is not None
    assert share.high is not None
    assert 0 <= share.low <= share.value <= share.high <= 1


def effect_of(rows: list[tuple[int, int]]) -> float:
    return design_effect(
        len(rows),
        sum(n for n, _ in rows),
        sum(good for _, good in rows),
        sum(n * n for n, _ in rows),
        sum(good * good for _, good in rows),
        sum(n * good for n, good in rows),
    )


def test_rows_that_are_right_or_wrong_as_a_whole_count_as_one_cell_each() -> None:
    assert effect_of([(5, 5), (5, 0)] * 50) == pytest.approx(5 * 100 / 99)


def test_rows_whose_cells_go_their_own_ways_have_no_effect() -> None:
    assert effect_of([(4, 2)] * 50) == 1.0


def test_where_the_effect_can_not_be_seen_the_rows_are_what_counts() -> None:
    assert effect_of([(5, 5)] * 20) == effect_of([(5, 0)] * 20) == effect_of([(5, 3)]) == 5
    assert effect_of([]) == 1.0


@given(st.lists(st.integers(1, 20).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=50))
def test_a_design_effect_is_at_least_1(rows: list[tuple[int, int]]) -> None:
    assert effect_of(rows) >= 1
