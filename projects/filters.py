"""What lists can be narrowed to."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from mino.common.values.clean import clean_text
from projects.models import Project, TaggedBatch

SEARCH_LENGTH = 200


def search_text(query: QueryDict, name: str = "search") -> str:
    """The text that a list is searched for, at most 200 characters; empty if there is none."""
    return clean_text(query.get(name, "")).strip()[:SEARCH_LENGTH]


def named(search: str) -> Q:
    """Projects or batches with the text in their name or description."""
    return Q(name__icontains=search) | Q(description__icontains=search)


def batches_named(search: str) -> Q:
    """Batches with the text in their name, their description or the name of a tag."""
    tagged = TaggedBatch.objects.filter(batch=OuterRef("pk"), tag__folded__contains=search.casefold())
    return named(search) | Q(Exists(tagged))


def narrow_projects(projects: QuerySet[Project], query: QueryDict) -> QuerySet[Project]:
    """The projects whose name or description holds the text that the address asks for."""
    search = search_text(query)
    return projects.filter(named(search)) if search else projects
