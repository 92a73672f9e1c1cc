"""Finds what addresses name, within the organization that is meant."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import Http404, QueryDict

from accounts.api.base import ApiRequest
from mino.common.api.errors import invalid
from mino.common.errors import Detail, InvalidInput
from mino.common.values.clean import clean_text
from mino.common.values.columns import ColumnRole
from projects.models import Batch, Column, Project

M = TypeVar("M", bound=Model)
MOST_TOLD = 20


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


def refuse_unnamed(queryset: QuerySet[M], chosen: Sequence[uuid.UUID], path: str) -> None:
    """Raise InvalidInput with the place of each id, in the list at `path`, of which there is nothing."""
    found = set(queryset.filter(pk__in=chosen).values_list("pk", flat=True))
    message = f"There is no such {queryset.model._meta.verbose_name} here, or you can't see it."
    missing = [Detail(f"{path}.{place}", message) for place, one in enumerate(chosen) if one not in found]
    if missing:
        raise InvalidInput(message, details=missing[:MOST_TOLD])


def refuse_unknown_column(query: QueryDict, known: Iterable[str]) -> None:
    """Raise ApiError for a `column` to narrow a list to that is none of `known`, which are read only for that."""
    column = query.get("column", "").strip()
    if column and column not in (names := list(known)):
        raise invalid("column", f"There is no such column here. There are: {', '.join(names) or 'none'}.")


def truth_columns_of(batch: Batch) -> QuerySet[Column, str]:
    """The names of the batch's columns with truth."""
    return batch.columns.filter(role=ColumnRole.GROUND_TRUTH).values_list("name", flat=True)


def refuse_column_of_no_batch(query: QueryDict, project: Project) -> None:
    """The same for a list over a whole project: raise ApiError for a `column` that none of its batches has.

    It is looked up batch by batch: for a name that is rare, PostgreSQL may read the columns of all organizations.
    """
    column = clean_text(query.get("column", "")).strip()
    named = Column.objects.filter(batch=OuterRef("pk"), name=column).order_by()
    batches = Batch.objects.filter(project=project).annotate(named=Subquery(named.values("pk")[:1]))
    if column and not batches.filter(named__isnull=False).exists():
        raise invalid("column", "No batch of this project has such a column.")
