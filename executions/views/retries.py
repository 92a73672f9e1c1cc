"""The retry queue of an organization: what waits for its next attempt."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.http import WorkspaceRequest
from executions.models import Retry
from executions.queries.dead_letters import MOST_ON_A_BADGE, badge_count
from executions.queries.waiting import waiting_retries
from executions.views.slots import read_position
from mino.common.pagination import keyset_page

DUE = ("scheduled_for", "id")


@require_safe
def retry_queue(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The scheduled attempts in all executions that the reader may see, the earliest due first; or in one of them.

    `?execution=42` narrows them by the execution's number; one that makes no sense finds nothing.
    """
    waiting = waiting_retries(request.user, request.organization)
    number = request.GET.get("execution", "")
    retries = waiting.retries.filter(execution__number=read_position(number) or 0) if number else waiting.retries
    page = keyset_page(retries, request.GET, keys=DUE, ascending=True)
    context = {
        "tab": "waiting",
        "page": page,
        "rows": _with_rights(request, page.items),
        "waiting_count": waiting.count,
        "execution_number": number,
    }
    return render(request, "executions/retries/waiting.html", context)


@require_safe
@cache_control(private=True, max_age=5)
def retry_queue_count(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """How many dead letters came lately, for the navigation: a part of a page, empty when there are none."""
    count = badge_count(request.user, request.organization, timezone.now())
    context = {"count": min(count, MOST_ON_A_BADGE), "is_more": count > MOST_ON_A_BADGE}
    return render(request, "executions/retries/_count.html", context)


def _with_rights(request: WorkspaceRequest, retries: Sequence[Retry]) -> list[tuple[Retry, bool]]:
    """Each with whether the reader may hurry or skip it; role and grants are read once."""
    may = {one.execution.project_id: one.execution.project for one in retries}
    rights = {pk: request.user.has_perm("projects.run_execution", project) for pk, project in may.items()}
    return [(one, rights[one.execution.project_id]) for one in retries]
