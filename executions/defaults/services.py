"""Reads and changes what an organization's runs begin with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.members.holding import organization_held, required_now
from accounts.models import Organization, User
from executions.agents.registry import AGENTS
from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST
from executions.models import ExecutionDefaults
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services.checking import MAX_TIMEOUT
from mino.common.errors import Detail, InvalidInput

MANAGE = "accounts.manage_settings"
FIELDS = ("agent", "concurrency", "max_retries", "timeout", "budget")


def defaults_of(organization_id: uuid.UUID) -> Mapping[str, Any]:
    """What was set, by the fields of the form for a new run; nothing where nobody set anything."""
    kept = ExecutionDefaults.objects.filter(organization=organization_id).values(*FIELDS).first() or {}
    return {name: value for name, value in kept.items() if value not in (None, "")}


def defaults_set(
    *,
    organization: Organization,
    user: User | None,
    agent: str = "",
    concurrency: int = 5,
    max_retries: int = 3,
    timeout: int | None = None,
    budget: Decimal | None = None,
) -> ExecutionDefaults:
    """Set what the form for a new run begins with. Runs that exist keep what they froze.

    Raises InvalidInput for a value that a run could not have, or PermissionDenied.
    """
    values = {
        "agent": agent,
        "concurrency": concurrency,
        "max_retries": max_retries,
        "timeout": timeout,
        "budget": budget,
    }
    _check(values)
    with transaction.atomic():
        held = organization_held(organization)
        required_now(user, MANAGE, held)
        before = ExecutionDefaults.objects.filter(organization=held).values(*FIELDS).first()
        kept, _ = ExecutionDefaults.objects.update_or_create(organization=held, defaults=values)
        record("organization.updated", held, organization=held, before=before, after=values, by=user)
    return kept


def _check(values: Mapping[str, Any]) -> None:
    if values["agent"] and values["agent"] not in AGENTS:
        raise _wrong("agent", f"There is no such agent. Choose one of {', '.join(AGENTS)}.")
    ranges = [
        ("concurrency", 1, MAX_CONCURRENCY),
        ("max_retries", 0, MAX_RETRIES),
        ("timeout", 1, MAX_TIMEOUT),
        ("budget", SMALLEST, HIGHEST_TOTAL),
    ]
    for name, low, high in ranges:
        value = values[name]
        if value is not None and not low <= value <= high:
            raise _wrong(name, f"Choose a number from {low} to {high}.")


def _wrong(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, details=[Detail(path, message)])
