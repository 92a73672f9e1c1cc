"""Filters of the grid that people keep for a project: everybody who sees it may use them."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict

from accounts.audit import record
from accounts.models import User
from accounts.permissions import require
from analytics.grid.asking import Ask
from analytics.models import SavedFilter
from analytics.models.saved_filter import LONGEST_QUERY
from mino.common.errors import AlreadyExists, Detail, InvalidInput, InvalidState
from mino.common.values.clean import clean_text
from projects.models import Project

MOST = 50
LONGEST_NAME = 100


def saved_filters_of(project_id: uuid.UUID) -> list[SavedFilter]:
    """The filters kept for a project, by name: one query."""
    return list(SavedFilter.objects.filter(project=project_id)[:MOST])


def may_change(user: User, kept: SavedFilter) -> bool:
    """Whether the filter is the user's own, or the user may change everybody's."""
    if kept.created_by_id == user.pk and user.has_perm("projects.change", kept.project):
        return True
    return user.has_perm("projects.delete", kept.project)


def saved_filter_create(*, project: Project, user: User, name: str, query: str) -> SavedFilter:
    """Keep a filter. Raises InvalidInput, AlreadyExists, InvalidState (too many of them) or PermissionDenied."""
    require(user, "projects.change", project)
    name, query = _name(name), _query(query)
    if SavedFilter.objects.filter(project=project).count() >= MOST:
        raise InvalidState(f"A project keeps at most {MOST} filters. Delete one that nobody needs.")
    kept = SavedFilter(project=project, name=name, query=query, created_by=user)
    with transaction.atomic():
        _save(kept)
        after = {"name": name, "query": query, "project": project.name}
        record("saved_filter.created", kept, organization=project.organization_id, after=after, by=user)
    return kept


def saved_filter_rename(*, kept: SavedFilter, user: User, name: str) -> None:
    """Give it another name. Raises InvalidInput, AlreadyExists or PermissionDenied."""
    _allow(user, kept)
    before, organization = {"name": kept.name}, kept.project.organization_id
    kept.name = _name(name)
    with transaction.atomic():
        _save(kept)
        after = {"name": kept.name}
        record("saved_filter.renamed", kept, organization=organization, before=before, after=after, by=user)


def saved_filter_delete(*, kept: SavedFilter, user: User) -> None:
    """Keep it no longer. Raises PermissionDenied."""
    _allow(user, kept)
    with transaction.atomic():
        if SavedFilter.objects.filter(pk=kept.pk).delete()[0]:
            before = {"name": kept.name, "query": kept.query, "project": kept.project.name}
            record("saved_filter.deleted", kept, organization=kept.project.organization_id, before=before, by=user)


def _allow(user: User, kept: SavedFilter) -> None:
    if not may_change(user, kept):
        raise PermissionDenied("Only its maker and admins may change this filter. Save your own under another name.")


def _save(kept: SavedFilter) -> None:
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        message = f"There is a filter named {kept.name} already. Choose another name."
        raise AlreadyExists(message, details=[Detail("name", message)]) from error


def _name(text: str) -> str:
    name = clean_text(text).strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        message = f"The name has 1 to {LONGEST_NAME} characters."
        raise InvalidInput(message, details=[Detail("name", message)])
    return name


def _query(text: str) -> str:
    """What of a query string is a filter, written in one way. A column is whatever the batch has by that name."""
    asked = QueryDict(text[:LONGEST_QUERY].removeprefix("?"))
    query = Ask.of(asked, [clean_text(asked.get("column", ""))[:200]]).query
    if not query or len(query) > LONGEST_QUERY:
        message = "There is nothing to keep. Filter or order the rows first, then save the filter."
        raise InvalidInput(message, details=[Detail("query", message)])
    return query
