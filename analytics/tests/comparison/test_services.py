"""Comparisons of many rows, which are computed in the background."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from analytics.comparison import arms, services
from analytics.comparison.computing import compute
from analytics.models import Comparison, ComparisonStatus
from analytics.tasks import compute_comparison
from executions.models import Execution
from projects.models import TruthRevision

ClientFor = Callable[[User], Client]
Two = tuple[Execution, Execution]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The messages that are published; twelve rows count as many."""
    messages: list[tuple[str, Any]] = []
    monkeypatch.setattr(services, "MOST_AT_ONCE", 12)
    monkeypatch.setattr(current_app, "send_task", lambda task, args=(), **_: messages.append((task, *args)))
    return messages


def test_many_rows_are_compared_by_a_worker(
    two: Two, sent: list[tuple[str, Any]], viewer: User, client_for: ClientFor
) -> None:
    client, address = client_for(viewer), reverse("compare", args=["northlight"])
    query = {"executions": f"{two[0].pk},{two[1].pk}"}
    assert "0 of 24 results are read" in client.get(address, query).content.decode()
    assert client.get(reverse("compare_export", args=["northlight"]), query).status_code == 409
    kept = Comparison.objects.get()
    assert sent == [("analytics.tasks.compute_comparison", str(kept.pk))]
    compute_comparison(str(kept.pk))
    assert "Version 2 is better" in client.get(address, query).content.decode()
    assert len(sent) == 1


def test_a_computation_that_was_lost_is_asked_for_again(two: Two, sent: list[tuple[str, Any]]) -> None:
    services.comparison_of(*two)
    services.comparison_of(*two)
    assert len(sent) == 1
    Comparison.objects.update(heartbeat=timezone.now() - timedelta(minutes=1))
    services.comparison_of(*two)
    assert len(sent) == 2


def test_progress_is_told_while_it_is_computed(
    two: Two, sent: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arms, "CHUNK", 5)
    monkeypatch.setattr(services, "TOLD_EVERY", 0)
    kept = services.comparison_of(*two)
    seen: list[int] = []

    def watched(first: Execution, second: Execution, told: Callable[[int], None]) -> Any:
        def listen(done: int) -> None:
            told(done)
            seen.append(_rows_done(kept))

        return compute(first, second, listen)

    monkeypatch.setattr(services, "compute", watched)
    services.comparison_compute(kept.pk)
    assert seen == [5, 10, 12, 17, 22, 24, 24]
    assert Comparison.objects.get().status == ComparisonStatus.READY


def _rows_done(kept: Comparison) -> int:
    return Comparison.objects.values_list("rows_done", flat=True).get(pk=kept.pk)


def test_what_changes_while_it_is_computed_is_not_taken_for_compared(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    def disturbed(first: Execution, second: Execution, told: Callable[[int], None]) -> Any:
        Execution.objects.filter(pk=second.pk).update(good_fields=1)
        return compute(first, second, told)

    with monkeypatch.context() as patched:
        patched.setattr(services, "compute", disturbed)
        before = services.comparison_of(*two)
    second = Execution.objects.get(pk=two[1].pk)
    assert services.comparison_of(two[0], second).fingerprint != before.fingerprint


def test_a_change_of_truth_that_no_counter_shows_is_seen(two: Two) -> None:
    before = services.comparison_of(*two).fingerprint
    row = two[0].batch.rows.first()
    assert row is not None
    revision = {"column": "price", "before": "1.50", "after": "2.50", "created_at": timezone.now()}
    TruthRevision.objects.create(batch=row.batch, row=row, **revision)
    assert services.comparison_of(*two).fingerprint != before


def test_deleting_an_execution_deletes_its_comparisons(two: Two) -> None:
    services.comparison_of(*two)
    two[1].delete()
    assert not Comparison.objects.exists()
