"""Plans, their requests and usage for platform staff."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.limits.asking import plan_request_decide
from accounts.models import PlanRequest, UsageMonth
from mino.common.admin import ReadOnlyAdmin
from mino.common.errors import ServiceError


@admin.register(PlanRequest)
class PlanRequestAdmin(ReadOnlyAdmin):
    """Requests for another plan: granted or declined by the actions of the list."""

    list_display = ["organization", "plan_before", "plan", "state", "requested_by", "created_at", "decided_by"]
    list_filter = ["state", "plan"]
    list_select_related = ["organization", "requested_by", "decided_by"]
    search_fields = ["=organization__slug", "organization__name", "=requested_by__email"]
    actions = ["grant", "decline"]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether the acts are offered."""
        return request.user.has_perm("accounts.change_planrequest")

    @admin.action(description="Grant: give the organization this plan", permissions=["decide"])
    def grant(self, request: HttpRequest, queryset: QuerySet[PlanRequest]) -> None:
        """Give each organization the plan it asked for."""
        self._decide(request, queryset, is_granted=True)

    @admin.action(description="Decline: the organization keeps its plan", permissions=["decide"])
    def decline(self, request: HttpRequest, queryset: QuerySet[PlanRequest]) -> None:
        """Tell each that it keeps its plan."""
        self._decide(request, queryset, is_granted=False)

    def _decide(self, request: HttpRequest, queryset: QuerySet[PlanRequest], *, is_granted: bool) -> None:
        for one in queryset.select_related("organization", "requested_by"):
            try:
                plan_request_decide(one, is_granted=is_granted, user=request.user)  # type: ignore[arg-type]
            except ServiceError as error:
                messages.error(request, f"{one.organization}: {error.message}")
            else:
                done = "has" if is_granted else "does not get"
                messages.success(request, f"{one.organization} {done} the {one.get_plan_display()} plan.")


@admin.register(UsageMonth)
class UsageMonthAdmin(ReadOnlyAdmin):
    """What organizations used, month by month."""

    list_display = ["organization", "month", "projects", "executions", "requests", "rows", "costs"]
    list_filter = ["month", "organization__plan"]
    list_select_related = ["organization"]
    search_fields = ["=organization__slug", "organization__name"]
    ordering = ["-month", "organization_id"]
