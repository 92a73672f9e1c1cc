"""Django admin: only for platform staff with a second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts.audit.staff import AuditedAdmin
from accounts.signing_in.second_factors import has_second_factor


class StaffSite(AdminSite):
    """Django's own, which also asks for a second factor, and whose pages tell the audit trail of all that changes."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register models, with pages that tell of changes."""
        given = admin_class or ModelAdmin
        audited = type(
            given.__name__, (AuditedAdmin, given), {"__module__": given.__module__, "__doc__": given.__doc__}
        )
        super().register(model_or_iterable, audited, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user is active staff and is asked for a second factor at each sign-in."""
        return super().has_permission(request) and has_second_factor(request.user)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead staff without a second factor to where they get one."""
        if super().has_permission(request) and not has_second_factor(request.user):
            messages.info(request, "Django admin opens to staff with a second factor. Set one up, then come back.")
            return redirect("security")
        return super().login(request, extra_context)
