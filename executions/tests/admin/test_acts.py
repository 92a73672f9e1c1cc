"""The acts of Django admin: they call the services, and each refusal is said."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.test import Client
from django.urls import reverse

from executions.models import Execution, Job, JobStatus
from executions.services.control import execution_pause, execution_stop
from executions.tests.admin.failing import refuse
from executions.tests.views.conftest import Start, Take, Work

pytestmark = pytest.mark.django_db


def act(staff: Client, action: str, chosen: Iterable[Execution | Job], **more: str) -> list[str]:
    """Choose the objects, carry out the action, and answer what the page says."""
    objects = list(chosen)
    address = reverse(f"admin:executions_{objects[0]._meta.model_name}_changelist")
    data = {"action": action, "_selected_action": [str(one.pk) for one in objects], **more}
    return [str(message) for message in staff.post(address, data, follow=True).context["messages"]]


def status_of(one: Execution | Job) -> str:
    one.refresh_from_db()
    return one.status


def test_executions_are_paused_and_resumed(staff: Client, start: Start) -> None:
    first, second = start(), start()
    assert act(staff, "pause", [first, second]) == ["2 paused."]
    assert (status_of(first), status_of(second)) == ("paused", "paused")
    assert act(staff, "resume", [first]) == ["1 resumed."]
    assert (status_of(first), status_of(second)) == ("running", "paused")


def test_each_refusal_is_said_and_the_others_are_done(staff: Client, start: Start) -> None:
    first, second = start(), start()
    execution_stop(first.pk, user=None)
    told = act(staff, "pause", [first, second])
    assert sorted(told) == [
        "1 paused.",
        "Execution 1 of Northlight Retail: Execution 1 is stopped and can't be paused.",
    ]
    assert status_of(second) == "paused"


def test_stopping_asks_first(staff: Client, start: Start) -> None:
    execution = start()
    address = reverse("admin:executions_execution_changelist")
    asked = staff.post(address, {"action": "stop", "_selected_action": [str(execution.pk)]})
    assert "Stop these executions for good?" in asked.text
    assert status_of(execution) == "running"
    assert act(staff, "stop", [execution], sure="1") == ["1 stopped."]
    assert status_of(execution) == "stopped"


def test_failed_rows_run_again(staff: Client, start: Start, work: Work) -> None:
    execution = start(rows=3)
    work(2, refuse)
    assert act(staff, "retry_failed", [execution]) == ["1 queued again, with all failed rows."]
    execution.refresh_from_db()
    assert (execution.error_jobs, execution.queued_jobs) == (0, 3)
    assert act(staff, "retry_failed", [execution]) == ["Execution 1 of Northlight Retail: No row has failed."]


def test_rows_are_queued_again_skipped_and_cancelled(staff: Client, start: Start, work: Work, take: Take) -> None:
    execution = start(rows=4)
    work(1, refuse)
    take(1)
    failed, running, waiting = (execution.jobs.get(position=position) for position in (1, 2, 3))
    assert act(staff, "requeue", [failed]) == ["1 queued again."]
    assert act(staff, "skip", [failed, waiting]) == ["2 skipped."]
    assert act(staff, "cancel", [running], sure="1") == ["1 cancelled."]
    assert [status_of(one) for one in (failed, running, waiting)] == ["skipped", "stopped", "skipped"]


def test_a_row_that_is_done_is_left_alone(staff: Client, start: Start, work: Work) -> None:
    execution = start(rows=2)
    work(1)
    done = execution.jobs.get(position=1)
    for action, more in (("requeue", {}), ("skip", {}), ("cancel", {"sure": "1"})):
        (told,) = act(staff, action, [done], **more)
        assert told.startswith("Row 1 of Execution 1: ")
    assert status_of(done) == JobStatus.COMPLETED


def test_cancelling_rows_asks_first(staff: Client, start: Start) -> None:
    job = start().jobs.get(position=1)
    asked = staff.post(
        reverse("admin:executions_job_changelist"), {"action": "cancel", "_selected_action": [str(job.pk)]}
    )
    assert "Row 1 of Execution 1" in asked.text
    assert status_of(job) == "queued"


def test_acting_twice_changes_nothing(staff: Client, start: Start) -> None:
    execution = start()
    execution_pause(execution.pk, user=None)
    assert act(staff, "pause", [execution]) == ["1 paused."]
