"""Fixtures for tests of Django admin."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from executions.tests.views.conftest import nothing_remembered, start, take, work
from mino.tests.factories import add_second_factor

__all__ = ["nothing_remembered", "start", "take", "work"]


@pytest.fixture
def staff(db: None) -> Client:
    """The browser of a superuser."""
    client = Client()
    user = add_second_factor(User.objects.create_superuser("staff@mino.example", "x"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
