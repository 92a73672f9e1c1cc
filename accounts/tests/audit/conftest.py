"""Entries to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Act, AuditEntry, Channel, Organization

NOON = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
Entries = Callable[..., list[AuditEntry]]


@pytest.fixture
def entries(organization: Organization) -> Entries:
    """Make so many entries, a minute apart, the newest last."""

    def make(how_many: int = 1, **values: Any) -> list[AuditEntry]:
        given = {
            "organization": organization,
            "event": "project.updated",
            "action": Act.UPDATE,
            "subject_kind": "project",
            "object_repr": "Shop prices",
            "channel": Channel.PAGE,
            "changes": {"name": ["Shop", "Shop prices"]},
            **values,
        }
        start = given.pop("timestamp", NOON)
        made = [AuditEntry(**given, timestamp=start + timedelta(minutes=number)) for number in range(how_many)]
        return list(AuditEntry.objects.bulk_create(made))

    return make
