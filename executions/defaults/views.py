"""The page about what an organization's runs begin with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from executions.defaults.forms import DefaultsForm
from executions.defaults.services import MANAGE, defaults_of, defaults_set
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error


@require_http_methods(["GET", "HEAD", "POST"])
def execution_defaults(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Agent and limits with which the form for a new run begins."""
    organization = request.organization
    require(request.user, MANAGE, organization)
    form = DefaultsForm(organization.pk, request.POST or None, initial=dict(defaults_of(organization.pk)))
    if request.method == "POST" and form.is_valid():
        try:
            defaults_set(organization=organization, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, "New runs begin with this from now on.")
            return redirect("run_defaults", slug=slug)
    return render(request, "executions/defaults.html", {"form": form}, status=422 if form.errors else 200)
