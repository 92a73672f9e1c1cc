"""The page about a project's people."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import WorkspaceRequest
from accounts.models import User
from accounts.permissions import require
from mino.common.errors import ServiceError
from mino.common.forms import add_service_error
from mino.common.pagination import keyset_page
from projects.access import granting
from projects.access.forms import AccessForm
from projects.access.queries import grants_on, invited_to, with_roles
from projects.models import InvitedGrant, Project
from projects.queries import Abilities, project_of


@require_safe
def project_people(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Who sees the project."""
    project = project_of(request, project_id)
    require(request.user, "accounts.view", project.organization)
    return _page(request, project, AccessForm())


@require_POST
def project_access_give(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Give somebody access by their address."""
    project = _managed(request, project_id)
    form = AccessForm(request.POST)
    if form.is_valid():
        try:
            given = granting.access_give(project=project, user=request.user, **form.cleaned_data)
        except ServiceError as error:
            add_service_error(form, error)
        else:
            email = form.cleaned_data["email"]
            messages.success(
                request, f"{email} {'is invited' if isinstance(given, InvitedGrant) else 'has access now'}."
            )
            return redirect("project_people", slug=slug, project_id=project.pk)
    return _page(request, project, form)


@require_POST
def project_visibility(request: WorkspaceRequest, slug: str, project_id: uuid.UUID) -> HttpResponse:
    """Make the project private, or show it to the whole organization."""
    project = _managed(request, project_id)
    is_private = request.POST.get("private") == "yes"

    def change() -> str:
        granting.project_set_private(project=project, is_private=is_private, user=request.user)
        return f"{project.name} is {'private' if is_private else 'visible to the whole organization'} now."

    return _done(request, project, change)


@require_POST
def project_grant(request: WorkspaceRequest, slug: str, project_id: uuid.UUID, user_id: uuid.UUID) -> HttpResponse:
    """Change what somebody may do, or take it away."""
    project = _managed(request, project_id)
    person = get_object_or_404(User.objects.filter(pk__in=grants_on(project).values("user")), pk=user_id)
    level = request.POST.get("level", "")

    def change() -> str:
        if level == "none":
            granting.grant_remove(project=project, person=person, user=request.user)
            return f"The access of {person.display_name} is taken away."
        granting.grant_set(project=project, person=person, level=level, user=request.user)
        return f"{person.display_name} may {level} now."

    return _done(request, project, change)


@require_POST
def project_invited(request: WorkspaceRequest, slug: str, project_id: uuid.UUID, grant_id: uuid.UUID) -> HttpResponse:
    """Take the project out of an invitation."""
    project = _managed(request, project_id)
    promised = InvitedGrant.objects.filter(project=project).select_related("invitation", "project__organization")
    grant = get_object_or_404(promised, pk=grant_id)

    def remove() -> str:
        granting.invited_grant_remove(grant=grant, user=request.user)
        return f"The invitation of {grant.invitation.email} no longer gives access to {project.name}."

    return _done(request, project, remove)


def _page(request: WorkspaceRequest, project: Project, form: AccessForm) -> HttpResponse:
    page = keyset_page(grants_on(project), request.GET, keys=("id",), ascending=True)
    may_manage = request.user.has_perm(granting.MANAGE, project.organization)
    context = {
        "project": project,
        "abilities": Abilities.of(request.user, project),
        "may_manage": may_manage,
        "page": page,
        "granted": with_roles(project, page.items),
        "invited": invited_to(project) if may_manage else [],
        "form": form,
    }
    return render(request, "projects/access/people.html", context, status=422 if form.errors else 200)


def _managed(request: WorkspaceRequest, project_id: uuid.UUID) -> Project:
    project = project_of(request, project_id)
    require(request.user, granting.MANAGE, project.organization)
    return project


def _done(request: WorkspaceRequest, project: Project, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except ServiceError as error:
        messages.error(request, error.message)
    return redirect("project_people", slug=request.organization.slug, project_id=project.pk)
