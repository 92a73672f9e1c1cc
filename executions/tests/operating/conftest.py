"""Fixtures for tests of what operators see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from executions.models import Execution, ExecutionStatus
from mino.tests.factories import ExecutionFactory, add_second_factor

Running = Callable[..., Execution]


@pytest.fixture
def now() -> datetime:
    """This moment."""
    return timezone.now()


@pytest.fixture
def running(db: None, now: datetime) -> Running:
    """Makes a running execution, without jobs; its counters and the time of its last change are as given."""

    def make(*, changed_at: datetime = now, **values: Any) -> Execution:
        execution = ExecutionFactory(**{"status": ExecutionStatus.RUNNING, "started_at": changed_at, **values})
        Execution.objects.filter(pk=execution.pk).update(updated_at=changed_at)
        return execution

    return make


@pytest.fixture
def staff(db: None) -> Client:
    """A browser in which platform staff is signed in."""
    client = Client()
    user = add_second_factor(User.objects.create_superuser("staff@mino.example", "x"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
