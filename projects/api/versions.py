"""Versions of instructions."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from mino.common.api.cursors import Key
from mino.common.api.errors import invalid
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from projects.api import shapes
from projects.api.finding import find_project
from projects.models import InstructionVersion, Project
from projects.services.versions import version_create, version_set_production

VERSIONS = Listing(shapes.Version, {"number": Key("number")}, default="-number", last_key="number")


class VersionList(ApiView):
    """The versions of a project's instructions."""

    heading = "Instructions"

    @operation("version_list", "List versions", scope=Scope.READ_PROJECTS, listing=VERSIONS)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """All versions of a project's instructions, the newest first."""
        project = find_project(request, project_id)
        versions = InstructionVersion.objects.filter(project=project)
        return self.page(versions, production_version_id=project.production_version_id)

    @operation(
        "version_create",
        "Add a version",
        scope=Scope.WRITE_PROJECTS,
        takes=shapes.VersionNew,
        answers=shapes.Version,
        status=201,
        idempotent=True,
    )
    def post(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Add the next version of the instructions. The text of the newest one again is refused."""
        project = find_project(request, project_id)
        version = version_create(project=project, user=request.user, **values)
        address = reverse("api_version", args=[project.pk, version.number])
        context = {"production_version_id": project.production_version_id}
        return self.answer(version, shapes.Version, created_at=address, **context)


class VersionDetail(ApiView):
    """One version."""

    heading = "Instructions"

    @operation("version_read", "Read a version", scope=Scope.READ_PROJECTS, answers=shapes.Version)
    def get(self, request: ApiRequest, project_id: uuid.UUID, number: int) -> Response:
        """One version by its number."""
        project = find_project(request, project_id)
        version = find_version(project, number)
        return self.answer(version, shapes.Version, production_version_id=project.production_version_id)


class ProductionVersion(ApiView):
    """Which version production executions use."""

    heading = "Instructions"

    @operation(
        "production_version_set",
        "Choose the production version",
        scope=Scope.WRITE_PROJECTS,
        takes=shapes.ProductionChoice,
        answers=shapes.Project,
        conditional=True,
    )
    def put(self, request: ApiRequest, project_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Make a version the one that production executions use. Again changes nothing."""
        with self.edited(find_project(request, project_id), shapes.Project) as project:
            version_set_production(version=_chosen(project, values["number"]), user=request.user)
        return self.answer(project, shapes.Project)


def _chosen(project: Project, number: int) -> InstructionVersion:
    """The version that a body names. Raises ApiError where there is none."""
    version = project.versions.select_related("project").filter(number=number).first()
    if version is None:
        raise invalid("number", f"The project has no version {number}.")
    return version


def find_version(project: Project, number: int) -> InstructionVersion:
    """The version of that number. Raises Http404 where there is none."""
    version = project.versions.select_related("project").filter(number=number).first()
    if version is None:
        raise Http404(f"The project has no version {number}.")
    return version
