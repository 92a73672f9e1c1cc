"""Finds what a request names, and says what its user may do with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from accounts.http import WorkspaceRequest
from accounts.permissions import Principal, roles_of
from projects.models import Batch, Project


@dataclass(frozen=True, slots=True)
class Abilities:
    """What somebody may do with a project: pages show only what can be done."""

    change: bool
    run: bool
    truth: bool
    delete: bool
    people: bool

    @classmethod
    def of(cls, user: Principal, project: Project) -> Abilities:
        """Ask for all of them; role and grants are read once per user."""
        names = ("projects.change", "projects.run_execution", "projects.change_ground_truth", "projects.delete")
        change, run, truth, delete = (user.has_perm(name, project) for name in names)
        return cls(change, run, truth, delete, people=project.organization_id in roles_of(user))


def project_of(request: WorkspaceRequest, project_id: uuid.UUID) -> Project:
    """The project, with its production version. Raises Http404 where the user can't see it in this organization."""
    seen = Project.objects.visible_to(request.user).filter(organization=request.organization)
    return get_object_or_404(seen.select_related("organization", "production_version"), pk=project_id)


def batch_of(request: WorkspaceRequest, batch_id: uuid.UUID) -> Batch:
    """The ready batch, with its project. Raises Http404 where the user can't see it in this organization."""
    seen = Batch.objects.visible_to(request.user).filter(organization=request.organization)
    return get_object_or_404(seen.select_related("project", "project__production_version"), pk=batch_id)
