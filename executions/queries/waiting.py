"""The retry queue of an organization: attempts that wait for their time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Organization
from accounts.permissions import Principal
from executions.models import Execution, Retry, RetryStatus

SHOWN = (
    "attempt_number",
    "scheduled_for",
    "error_code",
    "error_message",
    "job__url",
    "job__row_position",
    "job__status",
    "job__max_retries",
    "execution__number",
    "execution__status",
    "execution__max_retries",
    "execution__batch__name",
    "execution__project__organization",
    "execution__project__is_private",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The scheduled attempts that somebody may see, and how many they are by the executions' counters."""

    retries: QuerySet[Retry]
    count: int


def waiting_retries(user: Principal, organization: Organization) -> Waiting:
    """What waits in executions under way: one query now, one over the index of each execution's retries later."""
    seen = Execution.objects.unfinished().visible_to(user)
    waiting = seen.filter(organization=organization, retrying_jobs__gt=0)
    counts: dict[uuid.UUID, int] = dict(waiting.values_list("pk", "retrying_jobs"))
    retries = Retry.objects.filter(execution__in=list(counts), status=RetryStatus.PENDING)
    related = retries.select_related("job", "execution", "execution__batch", "execution__project")
    return Waiting(related.only(*SHOWN), sum(counts.values()))
