"""Parts of answers that endpoints of all applications use."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

AUTHOR = {"type": "user", "id": "019c1a52-7c00-7a2b-9c3d-1e2f3a4b5c6d", "name": "Mara Lindt"}
"""For examples."""


class Author(serializers.Serializer[Any]):
    """Who did something: a person (`user`) or a program (`api_key`)."""

    type = serializers.ChoiceField(choices=["user", "api_key"])
    id = serializers.UUIDField()
    name = serializers.CharField()

    def __init__(self, *, person: str = "created_by", key: str | None = "api_key", **options: Any) -> None:
        """`person` is the column of the person, `key` that of the key; None where no key can be it."""
        self.person, self.key = person, key
        super().__init__(**{"source": "*", "allow_null": True, "required": False, **options})

    def to_representation(self, instance: Any) -> Any:
        """The one of the two columns that is filled; null for neither."""
        if user := getattr(instance, self.person):
            return {"type": "user", "id": str(user.pk), "name": user.display_name}
        key = getattr(instance, self.key) if self.key else None
        return {"type": "api_key", "id": str(key.pk), "name": key.name} if key else None


def with_author(
    queryset: QuerySet[Any], fields: Collection[str], name: str = "created_by", *, person: str = ""
) -> QuerySet[Any]:
    """`queryset` with what `Author` needs, if the field `name` is wanted; `person` is its column where that differs."""
    return queryset.select_related(person or name, "api_key") if name in fields else queryset
