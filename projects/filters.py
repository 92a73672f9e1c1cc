"""What lists can be narrowed to."""

from __future__ import annotations

from django.http import QueryDict

from mino.common.values.clean import clean_text

SEARCH_LENGTH = 200


def search_text(query: QueryDict, name: str = "search") -> str:
    """The text that a list is searched for, at most 200 characters; empty if there is none."""
    return clean_text(query.get(name, "")).strip()[:SEARCH_LENGTH]
