"""When patterns are looked for, and that it may happen twice at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from analytics.models import FailurePattern, PatternAnalysis, PatternOccurrence
from analytics.patterns import services
from analytics.patterns.gathering import gather
from analytics.patterns.services import patterns_analyse, patterns_want
from analytics.tests.patterns.making import play
from executions.services.control import execution_stop
from executions.services.creation import execution_create
from mino.common.errors import InvalidState
from mino.common.hooks import execution_rescored
from mino.tests.factories import BatchFactory
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

GOOD: dict[str, Any] = {}


@pytest.mark.django_db
def test_an_execution_that_ends_wants_its_patterns() -> None:
    batch = BatchFactory(rows=3)
    version = batch.project.production_version
    execution = execution_create(batch=batch, user=None, instruction_version=version, agent="local")
    with pytest.raises(InvalidState):
        services.patterns_ask(execution, user=_owner(execution))
    assert not PatternAnalysis.objects.exists()
    execution_stop(execution.pk, user=None)
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is not None


@pytest.mark.django_db
def test_results_that_are_scored_anew_want_their_patterns_again() -> None:
    batch = BatchFactory(rows=10)
    execution = play(batch, [{"price": None}] * 6 + [GOOD] * 4)
    patterns_want([execution.pk])
    patterns_analyse(execution.pk)
    execution_rescored.call([execution.pk])
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is not None


@pytest.mark.django_db
def test_a_corrected_cell_wakes_no_worker_at_once(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    execution = play(BatchFactory(rows=2), [GOOD] * 2)
    woken: list[str] = []
    monkeypatch.setattr("mino.common.waking.send", lambda task, *_: woken.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        row = execution.batch.rows.get(position=1)
        truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "1.5")], user=None)
    assert services.TASK not in woken
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is not None
    with django_capture_on_commit_callbacks(execute=True):
        execution_rescored.call([execution.pk])
    assert services.TASK in woken


@pytest.mark.django_db
def test_a_search_during_which_results_changed_is_wanted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = BatchFactory(rows=10)
    execution = play(batch, [{"price": None}] * 6 + [GOOD] * 4)
    patterns_want([execution.pk])

    def changed_meanwhile(*arguments: Any) -> Any:
        found = gather(*arguments)
        execution_rescored.call([execution.pk])
        return found

    monkeypatch.setattr("analytics.patterns.services.gather", changed_meanwhile)
    patterns_analyse(execution.pk)
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_searches_at_once_keep_each_pattern_once() -> None:
    batch = BatchFactory(rows=40)
    executions = [play(batch, [{"price": None}] * 12 + ["error:TIMEOUT"] * 8 + [GOOD] * 20) for _ in range(2)]
    patterns_want([one.pk for one in executions])

    def search(number: int) -> None:
        try:
            patterns_analyse(executions[number % 2].pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(search, range(4)))
    kept = FailurePattern.objects.values_list("kind", "column", "failing", "key", "value")
    assert len(kept) == len(set(kept)) > 1
    for pattern in FailurePattern.objects.all():
        found = PatternOccurrence.objects.filter(pattern=pattern)
        assert sorted(found.values_list("execution_id", flat=True)) == sorted(one.pk for one in executions)


def _owner(execution: Any) -> Any:
    from mino.tests.factories import MembershipFactory

    return MembershipFactory(organization=execution.organization, role="owner").user
