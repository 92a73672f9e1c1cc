"""Versions of a project's instructions."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.values.clean import clean_text
from projects.forms import VersionForm
from projects.instruction_diff import instruction_diff
from projects.placeholders import placeholders
from projects.queries import Abilities, project_of
from projects.services import versions as services
from projects.services.checks import MAX_DESCRIPTION

LONGEST_ADDED = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
def version_create(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """A new version, written from the newest one or from the one that `?from=` names.

    `?add=` is a sentence to end it with, `?about=` what changes by that: both are only suggested in the form.
    """
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)
    number = request.GET.get("from", "")
    chosen = project.versions.filter(number=int(number)) if number.isdecimal() and len(number) < 10 else None
    base = (chosen or project.versions.order_by("-number")).first()
    added = clean_text(request.GET.get("add", "")).strip()[:LONGEST_ADDED]
    texts = [base.text.rstrip() if base else "", added]
    initial = {
        "text": "\n".join(filter(None, texts)) if added else base.text if base else "",
        "change_description": clean_text(request.GET.get("about", "")).strip()[:MAX_DESCRIPTION],
    }
    form = VersionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            version = services.version_create(project=project, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"Version {version.number} is saved.")
            return redirect("version", slug=slug, project_id=project.pk, number=version.number)
    return render(
        request, "projects/version_create.html", {"project": project, "base": base, "added": added, "form": form}
    )


@require_safe
def version(request: WorkspaceRequest, slug: str, project_id: uuid.UUID, number: int) -> HttpResponse:
    """The text of one version, and what changed since the one before."""
    project = project_of(request, project_id)
    shown = get_object_or_404(project.versions.select_related("created_by", "api_key"), number=number)
    neighbours = {one.number: one for one in project.versions.filter(number__in=[number - 1, number + 1])}
    previous = neighbours.get(number - 1)
    context = {
        "project": project,
        "version": shown,
        "previous": previous,
        "next": neighbours.get(number + 1),
        "diff": instruction_diff(previous.text, shown.text) if previous else None,
        "placeholders": placeholders(shown.text),
        "abilities": Abilities.of(request.user, project),
    }
    return render(request, "projects/version.html", context)


@require_POST
def version_set_production(request: WorkspaceRequest, slug: str, project_id: uuid.UUID, number: int) -> HttpResponse:
    """Make a version the production version."""
    project = project_of(request, project_id)
    chosen = get_object_or_404(project.versions.select_related("project"), number=number)
    services.version_set_production(version=chosen, user=request.user)
    messages.success(request, f"Production executions use version {number} from now on.")
    return redirect("version", slug=slug, project_id=project.pk, number=number)
