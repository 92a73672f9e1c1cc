"""New projects, and the settings of one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import WorkspaceRequest
from accounts.limits.standing import projects_standing
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from projects.access.granting import MANAGE
from projects.forms import NamedForm, ProjectForm
from projects.queries import Abilities, project_of
from projects.services import projects as services


@require_http_methods(["GET", "HEAD", "POST"])
def project_create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """A new project with its first instructions."""
    require(request.user, "accounts.create_project", request.organization)
    may_hide = request.user.has_perm(MANAGE, request.organization)
    form = ProjectForm(request.POST or None, may_hide=may_hide)
    if request.method == "POST" and form.is_valid():
        try:
            project = services.project_create(organization=request.organization, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            messages.success(request, f"{project.name} is ready. Add its first batch of sites.")
            return redirect("project", slug=slug, project_id=project.pk)
    context = {"form": form, "standing": projects_standing(request.organization)}
    return render(request, "projects/project_create.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """The settings of a project: its name and description, and the way to delete it."""
    project = project_of(request, project_id)
    require(request.user, "projects.change", project)
    abilities = Abilities.of(request.user, project)
    initial = {"name": project.name, "description": project.description}
    form = NamedForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.project_update(project=project, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
            project.refresh_from_db()
        else:
            messages.success(request, "The project is saved.")
            return redirect("project_edit", slug=slug, project_id=project.pk)
    return render(request, "projects/project_edit.html", {"project": project, "form": form, "abilities": abilities})
