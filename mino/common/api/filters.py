"""What lists can be narrowed to by their addresses. Values that make no sense are refused, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError

SEARCH_LENGTH = 200


class ListFilter(django_filters.FilterSet):  # type: ignore[misc] # the library has no types
    """The filters of a list of the API: fields of this module, or of django-filter."""

    @classmethod
    def narrow(cls, queryset: QuerySet[Any], query: QueryDict) -> QuerySet[Any]:
        """The objects that `query` asks for. Raises ValidationError with the parameters that can't be used."""
        found = cls(query, queryset)
        if not found.is_valid():
            errors = found.errors.as_data()
            raise ValidationError(
                {
                    name: [ErrorDetail(text, "invalid") for error in all_of for text in error.messages]
                    for name, all_of in errors.items()
                }
            )
        narrowed: QuerySet[Any] = found.qs
        return narrowed

    @classmethod
    def names(cls) -> list[str]:
        """The parameters."""
        return list(cls.base_filters)

    @classmethod
    def parameters(cls) -> Iterator[OpenApiParameter]:
        """The parameters as the documentation shows them."""
        for name, one in cls.base_filters.items():
            schema = dict(one.schema)
            is_list = schema.get("type") == "array"
            explode = False if is_list else None
            yield OpenApiParameter(name, schema, description=one.extra.get("help_text", ""), explode=explode)


class WordsFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):  # type: ignore[misc] # as above
    """Some of the choices, separated by commas."""

    @property
    def schema(self) -> dict[str, Any]:
        """As OpenAPI says it."""
        choices = self.extra["choices"]
        return {"type": "array", "items": {"type": "string", "enum": [str(value) for value, _ in choices]}}


class YesNoFilter(django_filters.TypedChoiceFilter):  # type: ignore[misc] # as above
    """`true` or `false`; another value is refused."""

    schema = {"type": "boolean"}

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("true", "Yes"), ("false", "No")], coerce=lambda text: text == "true", **options)


class IdFilter(django_filters.UUIDFilter):  # type: ignore[misc] # as above
    """The id of a related object."""

    schema = {"type": "string", "format": "uuid"}


class SearchFilter(django_filters.CharFilter):  # type: ignore[misc] # as above
    """Words to look for, at most 200 characters."""

    schema = {"type": "string", "maxLength": SEARCH_LENGTH}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=SEARCH_LENGTH, **options)


class NumberFilter(django_filters.NumberFilter):  # type: ignore[misc] # as above
    """A number between bounds."""

    @property
    def schema(self) -> dict[str, Any]:
        """As OpenAPI says it."""
        bounds = {"minimum": self.extra.get("min_value"), "maximum": self.extra.get("max_value")}
        return {"type": "number", **{name: value for name, value in bounds.items() if value is not None}}


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc] # as above
    """A moment in ISO 8601."""

    schema = {"type": "string", "format": "date-time"}
