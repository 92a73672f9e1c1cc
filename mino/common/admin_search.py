"""Finds objects in Django admin by what indexes know: whole ids and exact words, never by looking through a table."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from mino.common.admin import ReadOnlyAdmin


class IndexedAdmin(ReadOnlyAdmin):
    """A list with a search by `id_fields` (an id), `number_fields` (a number) or `word_fields` (exactly this word).

    The fields are tried one after the other, and the first that finds something decides: a single condition uses its
    index, many of them joined by "or" would not. What lists don't show, `heavy_fields`, they don't read.
    """

    id_fields: Sequence[str] = ("pk",)
    number_fields: Sequence[str] = ()
    word_fields: Sequence[str] = ()
    heavy_fields: Sequence[str] = ()
    search_fields = ("pk",)  # shows the box; what is searched is said above

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All of them; without the heavy fields in lists."""
        found: QuerySet[Any] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and (match.url_name or "").endswith("_changelist")
        return found.defer(*self.heavy_fields) if is_list else found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the term names; nothing when it names nothing."""
        term = search_term.strip()
        if not term:
            return queryset, False
        for field, value in self._conditions(term):
            found = queryset.filter(**{field: value})
            if found.order_by().values("pk")[:1]:
                return found, False
        return queryset.none(), False

    def _conditions(self, term: str) -> list[tuple[str, object]]:
        try:
            wanted = uuid.UUID(term)
        except ValueError:
            is_number = term.isascii() and term.isdigit() and len(term) < 10
            numbers: list[tuple[str, object]] = [(name, int(term)) for name in self.number_fields] if is_number else []
            return [*numbers, *((name, term) for name in self.word_fields)]
        return [(name, wanted) for name in self.id_fields] + [(name, term) for name in self.word_fields]
