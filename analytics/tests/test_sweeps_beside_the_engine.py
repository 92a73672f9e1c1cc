"""Sweeps ask for what the engine asks for in the same moment: neither waits for the other in a circle."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from analytics.models import ExecutionRollUp, PatternAnalysis
from analytics.patterns.services import patterns_sweep, patterns_want_one
from analytics.rollups.wanting import roll_up_want, roll_ups_sweep
from analytics.tests.comparison.making import make_run
from mino.tests.factories import BatchFactory
from mino.tests.races import overtaken

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.mark.parametrize(
    ("want", "sweep", "model"),
    [(roll_up_want, roll_ups_sweep, ExecutionRollUp), (patterns_want_one, patterns_sweep, PatternAnalysis)],
)
def test_executions_that_end_together_in_the_other_order(
    want: Callable[..., None], sweep: Callable[[], int], model: type[ExecutionRollUp | PatternAnalysis]
) -> None:
    batch = BatchFactory(rows=2)
    first, last = (make_run(batch, ["gg", "gg"], finished_at=timezone.now()) for _ in range(2))
    model._default_manager.all().delete()
    pairs = [(first, last), (last, first)]
    for one, other in pairs:
        overtaken(lambda one=one: want(one.pk), sweep, then=lambda other=other: want(other.pk))  # type: ignore[misc]
        assert model._default_manager.count() == 2
        model._default_manager.all().delete()
