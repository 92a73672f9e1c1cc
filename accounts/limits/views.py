"""The page about usage and plan."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.limits import asking
from accounts.limits.forms import PlanRequestForm
from accounts.limits.plans import PLANS
from accounts.limits.requests import requests_room
from accounts.limits.standing import executions_standing, projects_standing
from accounts.limits.usage import HIGHEST_BAR, MEASURES, bars_of, months_of, since_the_first
from accounts.models import Plan, PlanRequest, PlanRequestState
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error


@require_safe
def usage(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """How much of the plan is used, the months before, and the other plans; `?show=` says what the chart shows."""
    require(request.user, "accounts.view_usage", request.organization)
    return _page(request, PlanRequestForm(organization=request.organization))


@require_POST
def plan_request_create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Ask for another plan."""
    require(request.user, "accounts.manage_billing", request.organization)
    form = PlanRequestForm(request.POST, organization=request.organization)
    if form.is_valid():
        try:
            made = asking.plan_request_create(organization=request.organization, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"You have asked for the {made.get_plan_display()} plan. You will get a mail.")
            return redirect("usage", slug=slug)
    return _page(request, form, status=422)


@require_POST
def plan_request_withdraw(request: WorkspaceRequest, slug: str, plan_request_id: uuid.UUID) -> HttpResponse:
    """Take the request back."""
    require(request.user, "accounts.manage_billing", request.organization)
    made = get_object_or_404(PlanRequest, organization=request.organization, pk=plan_request_id)
    try:
        asking.plan_request_withdraw(made, user=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The request is withdrawn.")
    return redirect("usage", slug=slug)


def _page(request: WorkspaceRequest, form: PlanRequestForm, status: int = 200) -> HttpResponse:
    now, organization = timezone.now(), request.organization
    months = months_of(organization, now)
    room = requests_room(organization)
    shown = request.GET.get("show", "")
    measure = shown if shown in MEASURES else "executions"
    newest = PlanRequest.objects.filter(organization=organization).select_related("requested_by").first()
    context = {
        "plans": [(plan, Plan(plan).label, limits, plan == organization.plan) for plan, limits in PLANS.items()],
        "has_agreed_limits": any(
            limit is not None
            for limit in (
                organization.max_projects,
                organization.max_executions_a_month,
                organization.max_requests_an_hour,
            )
        ),
        "projects": projects_standing(organization),
        "executions": executions_standing(organization, now=now),
        "room": room,
        "room_reset": now + timedelta(seconds=room.reset) if room and room.counted else None,
        "months": since_the_first(months),
        "bars": bars_of(months, measure),
        "bar_bottom": HIGHEST_BAR,
        "measure": measure,
        "measures": [(name, words) for name, (words, _) in MEASURES.items()],
        "newest_request": newest,
        "is_asking": newest is not None and newest.state == PlanRequestState.OPEN,
        "may_ask": request.user.has_perm("accounts.manage_billing", organization),
        "form": form,
    }
    return render(request, "accounts/usage/usage.html", context, status=status)
