"""Jobs are told together, and never after what comes behind them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Organization
from webhooks.models import Event, PendingEvent, Subscription
from webhooks.sending.gathering import MOST_CHARACTERS, gather
from webhooks.sending.handing_out import hand_out
from webhooks.services.publishing import Happening, event_publish, events_note
from webhooks.tests.conftest import ripen

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
SUBJECT, OTHER = uuid.uuid4(), uuid.uuid4()


def note(
    pk: int, name: str, *jobs: int, ago: float = 0.2, subject: uuid.UUID = SUBJECT, padding: str = ""
) -> PendingEvent:
    data: dict[str, Any] = {"execution_id": "e"}
    if jobs:
        data["jobs"] = [{"job_id": job, "padding": padding} for job in jobs]
    return PendingEvent(pk=pk, subject_id=subject, name=name, data=data, created_at=NOW - timedelta(seconds=ago))


def told(notes: Sequence[PendingEvent]) -> list[tuple[str, list[int]]]:
    found = gather(notes, NOW).told
    return [(one.name, [job["job_id"] for job in one.data.get("jobs", [])]) for one in found]


def test_jobs_wait_for_a_second_in_which_others_join_them() -> None:
    notes = [note(1, "job.completed", 1, ago=0.9), note(2, "job.completed", 2, 3, ago=0.1)]
    waiting = gather(notes, NOW)
    assert (waiting.told, waiting.used) == ([], [])
    assert waiting.next_at == NOW + timedelta(seconds=0.1)
    notes[0].created_at = NOW - timedelta(seconds=1)
    assert told(notes) == [("job.completed", [1, 2, 3])]
    assert gather(notes, NOW).used == [1, 2]


def test_a_hundred_jobs_wait_no_longer_and_no_event_has_more() -> None:
    notes = [note(place, "job.completed", *range(place * 60, place * 60 + 60)) for place in range(4)]
    assert [len(jobs) for _, jobs in told(notes)] == [100, 100, 40]


def test_what_comes_behind_jobs_is_told_after_them() -> None:
    notes = [note(1, "job.completed", 1), note(2, "execution.completed"), note(3, "job.completed", 2)]
    found = gather(notes, NOW)
    assert [one.name for one in found.told] == ["job.completed", "execution.completed"]
    assert found.used == [1, 2]
    assert found.next_at is not None


def test_subjects_do_not_wait_for_each_other() -> None:
    notes = [note(1, "job.completed", 1), note(2, "job.completed", 2, ago=1.5, subject=OTHER)]
    assert told(notes) == [("job.completed", [2])]


def test_kinds_are_told_apart_a_failure_before_what_follows_from_it() -> None:
    notes = [
        note(1, "job.completed", 1, ago=2),
        note(2, "job.dead_lettered", 2),
        note(3, "job.failed", 2, 3),
        note(4, "job.completed", 3),
    ]
    assert told(notes) == [("job.failed", [2, 3]), ("job.dead_lettered", [2]), ("job.completed", [1, 3])]


def test_large_jobs_are_told_in_more_calls() -> None:
    large = "x" * (MOST_CHARACTERS // 3)
    assert [jobs for _, jobs in told([note(1, "job.completed", 1, 2, 3, 4, ago=2, padding=large)])] == [[1, 2], [3, 4]]


@pytest.mark.django_db
def test_ten_thousand_jobs_are_a_hundred_calls(subscription: Subscription, organization: Organization) -> None:
    jobs = [{"job_id": number} for number in range(10_000)]
    events_note(
        [
            Happening(organization.pk, "job.completed", SUBJECT, {"jobs": jobs[at : at + 64]})
            for at in range(0, 10_000, 64)
        ]
    )
    ripen()
    assert hand_out(organization.pk) == 100
    assert not PendingEvent.objects.exists()
    bodies = [json.loads(body) for body in Event.objects.order_by("pk").values_list("body", flat=True)]
    assert [job["job_id"] for body in bodies for job in body["data"]["jobs"]] == list(range(10_000))
    assert hand_out(organization.pk) == 0, "once"


@pytest.mark.django_db
def test_nothing_is_gathered_or_written_that_nobody_wants(
    subscribe: Callable[..., Subscription], organization: Organization, django_assert_num_queries: Any
) -> None:
    subscribe("execution.completed")

    def never() -> dict[str, Any]:
        raise AssertionError("nobody wants this")

    with django_assert_num_queries(1):
        assert not event_publish("job.completed", organization_id=organization.pk, subject_id=SUBJECT, data=never)
    with pytest.raises(KeyError):
        event_publish("no.event", organization_id=organization.pk, subject_id=SUBJECT, data=never)
