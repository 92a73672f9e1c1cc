"""Finds what addresses name, within the organization that is meant."""

from __future__ import annotations

import uuid

from django.http import Http404

from accounts.api.base import ApiRequest
from projects.models import Batch, Project


def find_project(request: ApiRequest, project_id: uuid.UUID) -> Project:
    """The project. Raises Http404 where it can't be seen."""
    seen = Project.objects.visible_to(request.user).filter(organization=request.organization)
    project: Project | None = seen.select_related("organization", "production_version").filter(pk=project_id).first()
    if project is None:
        raise Http404("There is no such project, or you can't see it.")
    return project


def find_batch(request: ApiRequest, batch_id: uuid.UUID) -> Batch:
    """The ready batch, with its project. Raises Http404 where it can't be seen."""
    seen = Batch.objects.visible_to(request.user).filter(organization=request.organization)
    batch: Batch | None = seen.select_related("project", "project__organization").filter(pk=batch_id).first()
    if batch is None:
        raise Http404("There is no such batch, or you can't see it.")
    return batch
