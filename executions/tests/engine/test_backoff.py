"""How long a job waits for its next attempt."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from executions.engine.backoff import retry_delay


@pytest.mark.parametrize(
    ("retries", "seconds"), [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (10_000, 60)]
)
def test_the_wait_doubles_up_to_a_minute(retries: int, seconds: int) -> None:
    assert retry_delay(retries, jitter=0.0) == timedelta(seconds=seconds)


def test_up_to_half_a_second_is_added_so_that_rows_come_back_apart() -> None:
    assert retry_delay(0, jitter=1.0) == timedelta(seconds=1.5)
    random.seed(1)
    delays = {retry_delay(6) for _ in range(100)}
    assert len(delays) == 100
    assert all(timedelta(seconds=60) <= delay <= timedelta(seconds=60.5) for delay in delays)


@pytest.mark.parametrize(
    ("retries", "asked", "seconds"), [(0, 90.0, 90), (0, 0.5, 1), (3, 8.5, 8.5), (6, 3600.0, 3600), (2, None, 4)]
)
def test_what_the_agent_asks_for_is_waited_for_if_it_is_longer(
    retries: int, asked: float | None, seconds: float
) -> None:
    assert retry_delay(retries, asked, jitter=0.0) == timedelta(seconds=seconds)
