"""Projects."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, SearchFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from projects.api import shapes
from projects.api.finding import find_project
from projects.filters import named
from projects.models import Project
from projects.services.deletion import project_delete, starts_held
from projects.services.projects import project_create, project_update


class ProjectFilter(ListFilter):
    """What the list of projects can be narrowed to."""

    search = SearchFilter(method="with_words", help_text="A text in the name or the description.")

    def with_words(self, projects: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """Those with the text."""
        return projects.filter(named(value))


PROJECTS = Listing(
    shapes.Project,
    {"created_at": Key("created_at"), "updated_at": Key("updated_at"), "name": Key("name")},
    filters=ProjectFilter,
)


class ProjectList(ApiView):
    """The projects of an organization."""

    heading = "Projects"

    @operation("project_list", "List projects", scope=Scope.READ_PROJECTS, listing=PROJECTS)
    def get(self, request: ApiRequest) -> Response:
        """The projects that you may see, the newest first."""
        return self.page(Project.objects.visible_to(request.user).filter(organization=request.organization))

    @operation(
        "project_create",
        "Create a project",
        scope=Scope.WRITE_PROJECTS,
        takes=shapes.ProjectNew,
        answers=shapes.Project,
        status=201,
        idempotent=True,
        errors=["ALREADY_EXISTS", "QUOTA_EXCEEDED"],
    )
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Create a project with its first instructions. A key that is limited to projects can't."""
        project = project_create(organization=request.organization, user=request.user, **values)
        return self.answer(project, shapes.Project, created_at=reverse("api_project", args=[project.pk]))


class ProjectDetail(ApiView):
    """One project."""

    heading = "Projects"

    @operation("project_read", "Read a project", scope=Scope.READ_PROJECTS, answers=shapes.Project)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """A project, with `include=instructions` also the text that production executions use."""
        return self.answer(find_project(request, project_id), shapes.Project)

    @operation(
        "project_update",
        "Change a project",
        scope=Scope.WRITE_PROJECTS,
        takes=shapes.ProjectChange,
        answers=shapes.Project,
        conditional=True,
        errors=["ALREADY_EXISTS"],
    )
    def patch(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Rename or describe a project. What is left out stays as it is."""
        with self.edited(find_project(request, project_id), shapes.Project) as project:
            wanted = {"name": project.name, "description": project.description, **values}
            project_update(project=project, user=request.user, **wanted)
        return self.answer(project, shapes.Project)

    @operation(
        "project_delete",
        "Delete a project",
        scope=Scope.WRITE_PROJECTS,
        status=204,
        conditional=True,
        errors=["INVALID_STATE"],
    )
    def delete(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """Delete a project with its instructions, batches, executions and results. Needs an admin."""
        project = find_project(request, project_id)
        with self.unchanged(project, shapes.Project, _lock):
            project_delete(project=project, user=request.user)
        return self.nothing()


def _lock(project: Project) -> None:
    """As the deletion does: it keeps executions from starting first."""
    starts_held(project.organization_id)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
