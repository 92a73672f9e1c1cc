"""Finds what addresses name, within the organization that is meant."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from accounts.api.base import ApiRequest
from mino.common.errors import Detail, InvalidInput
from projects.models import Batch, Project

M = TypeVar("M", bound=Model)


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


def find_chosen(queryset: QuerySet[M], chosen: uuid.UUID | None, path: str) -> M | None:
    """What a body names by its id; None for null. Raises InvalidInput at `path` where it is not there."""
    return None if chosen is None else find_named(queryset, chosen, path)


def find_named(queryset: QuerySet[M], chosen: uuid.UUID, path: str) -> M:
    """What a body names by its id. Raises InvalidInput at `path` where it is not there."""
    found = queryset.filter(pk=chosen).first()
    if found is None:
        message = f"There is no such {queryset.model._meta.verbose_name} here, or you can't see it."
        raise InvalidInput(message, details=[Detail(path, message)])
    return found
