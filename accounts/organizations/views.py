"""Pages about the organization itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.members.queries import counts_of
from accounts.organizations.deletion import GRACE, organization_delete
from accounts.organizations.forms import DeletionForm, SettingsForm
from accounts.organizations.services import organization_update
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error


@require_http_methods(["GET", "HEAD", "POST"])
def organization_settings(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Name and short name, and the way to delete it."""
    require(request.user, "accounts.manage_settings", request.organization)
    organization = request.organization
    initial = {"name": organization.name, "slug": organization.slug}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            organization = organization_update(organization=organization, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, "The settings are saved.")
            return redirect("organization_settings", slug=organization.slug)
    context = {"form": form, "may_delete": request.user.has_perm("accounts.delete", request.organization)}
    return render(request, "accounts/settings/general.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_delete_page(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Delete the organization, once its name was typed."""
    organization = request.organization
    require(request.user, "accounts.delete", organization)
    form = DeletionForm(organization.name, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organization_delete(organization=organization, user=request.user)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"{organization.name} is deleted. Its data are removed in {GRACE.days} days.")
            return redirect("home")
    context = {"form": form, "counts": counts_of(organization), "days": GRACE.days}
    return render(request, "accounts/settings/delete.html", context, status=422 if form.errors else 200)
