"""The dead letters of an organization, and acts on many of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import refusal_of
from executions.models import Job
from executions.queries.dead_letters import dead_letters as seen_letters
from executions.queries.dead_letters import may_run_something, shares_of, summary_of
from executions.queries.waiting import waiting_retries
from executions.services.dead_letters import MOST_AT_ONCE, Handled, dead_letters_requeue, dead_letters_skip
from executions.views.going_back import address_back
from executions.views.letter_filter import DeadLetterFilter
from executions.views.letter_words import told, totals
from mino.common.pagination import keyset_page
from projects.models import Project

NEWEST = ("finished_at", "id")
MOST_CHOSEN = 500
SHOWN = (
    "position",
    "row_position",
    "url",
    "error_code",
    "error_message",
    "failure_type",
    "attempts",
    "finished_at",
    "execution__number",
    "execution__agent",
    "execution__status",
    "batch__name",
    "project__name",
)
Act = Callable[..., Handled]


@require_safe
def dead_letters(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Rows without an answer, newest first, by code, agent, project, execution and age."""
    now = timezone.now()
    chosen = _filter(request, request.GET, now)
    related = chosen.qs.select_related("execution", "batch", "project").only(*SHOWN)
    context = {
        "tab": "dead",
        "filter": chosen,
        "page": keyset_page(related, request.GET, keys=NEWEST),
        "summary": summary_of(chosen.qs),
        "most": MOST_AT_ONCE,
        "may_run": may_run_something(request.user, request.organization),
        "waiting_count": waiting_retries(request.user, request.organization).count,
    }
    return render(request, "executions/retries/dead_letters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dead_letters_retry(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Say how many of the chosen rows can be run again, and at what cost; run them again when that is confirmed."""
    return _confirm(request, "retry", dead_letters_requeue)


@require_http_methods(["GET", "HEAD", "POST"])
def dead_letters_skip_page(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Say how many rows are given up; do it when that is confirmed."""
    return _confirm(request, "skip", dead_letters_skip)


def _confirm(request: WorkspaceRequest, verb: str, act: Act) -> HttpResponse:
    if not may_run_something(request.user, request.organization):
        raise PermissionDenied(refusal_of(request.user, "projects.run_execution"))
    data = request.POST if request.method == "POST" else request.GET
    until = _moment(data.get("until", "")) or timezone.now()
    jobs = _chosen(request, data, until)
    back = address_back(request, "dead_letters")
    if request.method == "POST":
        for level, sentence in told(verb, act(jobs, user=request.user)):
            messages.add_message(request, level, sentence)
        return redirect(back)
    shares = shares_of(jobs, request.user, until)
    if not shares:
        messages.info(request, "No row was chosen, or those that were have been dealt with meanwhile.")
        return redirect(back)
    context = {
        "verb": verb,
        "shares": shares[:50],
        "more_executions": max(0, len(shares) - 50),
        "totals": totals(verb, shares),
        "most": MOST_AT_ONCE,
        "carried": _carried(request.GET, until, back),
        "back": back,
    }
    return render(request, "executions/retries/confirm.html", context)


def _chosen(request: WorkspaceRequest, data: QueryDict, until: datetime) -> QuerySet[Job]:
    """The rows that were ticked (`selected`), else all that the filters find, as far as they had ended by `until`."""
    if "selected" not in data:
        found: QuerySet[Job] = _filter(request, data, until).qs
        return found.filter(finished_at__lte=until)
    ids = [_id(text) for part in data.getlist("job")[:MOST_CHOSEN] for text in part.split(",")[:MOST_CHOSEN]]
    letters = seen_letters(request.user, request.organization)
    return letters.filter(pk__in=[one for one in ids if one], finished_at__lte=until)


def _filter(request: WorkspaceRequest, data: QueryDict, now: datetime) -> DeadLetterFilter:
    projects = Project.objects.visible_to(request.user).filter(organization=request.organization)
    return DeadLetterFilter(data, seen_letters(request.user, request.organization), projects=projects, now=now)


def _carried(data: QueryDict, until: datetime, back: str) -> list[tuple[str, Any]]:
    """What the confirmation sends along: the same choice, no row that failed meanwhile, and where to go back to."""
    kept = [(name, value) for name in data for value in data.getlist(name) if name not in ("until", "next", "cursor")]
    return [*kept, ("until", until.isoformat()), ("next", back)]


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
