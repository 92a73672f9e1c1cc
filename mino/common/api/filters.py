"""What lists can be narrowed to by their addresses. Values that make no sense are refused, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Self

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError

from mino.common.api.fields import QUOTED
from mino.common.api.identifiers import NO_ID, identifier_in
from mino.common.api.moments import read_moment

SEARCH_LENGTH = 200
HIGHEST: Final = 2**31 - 1
"""The largest whole number that the databases hold."""
EMPTY: Final = "Give a value, or leave the parameter out."


class ListFilter(django_filters.FilterSet):  # type: ignore[misc] # the library has no types
    """The filters of a list of the API: fields of this module, or of django-filter."""

    @classmethod
    def narrow(cls, queryset: QuerySet[Any], query: QueryDict) -> QuerySet[Any]:
        """The objects that `query` asks for. Raises ValidationError with the parameters that can't be used."""
        narrowed: QuerySet[Any] = cls.checked(query, queryset).qs
        return narrowed

    @classmethod
    def checked(cls, query: QueryDict, queryset: QuerySet[Any]) -> Self:
        """The filter with values that can be used. Raises ValidationError with the parameters that can't."""
        empty = [name for name, one in cls.base_filters.items() if _is_empty(query.get(name), one)]
        if empty:
            raise ValidationError({name: [ErrorDetail(EMPTY, "invalid")] for name in empty})
        found = cls(query, queryset)
        if not found.is_valid():
            errors = found.errors.as_data()
            raise ValidationError(
                {
                    name: [ErrorDetail(_words(cls.base_filters[name], error), "invalid") for error in all_of]
                    for name, all_of in errors.items()
                }
            )
        if wrong := dict(_reversed(found.form.cleaned_data)):
            raise ValidationError(wrong)
        return found

    def told(self) -> dict[str, Any]:
        """What `pagination` tells beside the usual (`Listing.pagination`), once `qs` was asked for."""
        return {}

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


def _reversed(values: Mapping[str, Any]) -> Iterator[tuple[str, list[ErrorDetail]]]:
    """The ends of spans of time (`…after` and `…before`) between which nothing lies, each with what is wrong."""
    for name, earliest in values.items():
        end = f"{name.removesuffix('after')}before"
        latest = values.get(end) if name.endswith("after") else None
        if earliest is not None and latest is not None and earliest >= latest:
            message = f"Nothing lies between {name} and {end}. Give the earlier moment in {name}."
            yield end, [ErrorDetail(message, "invalid")]


def _words(one: django_filters.Filter, error: FormError) -> str:
    """What is wrong with the value of a filter. Where there are words to choose from, they are named."""
    if error.code != "invalid_choice" or not error.params:
        return " ".join(error.messages)
    known = ", ".join(str(value) for value, _ in one.extra["choices"])
    return f"“{str(error.params['value'])[:QUOTED]}” is none of: {known}."


def _is_empty(text: str | None, one: django_filters.Filter) -> bool:
    """Whether a parameter is there and says nothing, which may be a script's mistake: it would narrow nothing.

    Only words to look for may be empty.
    """
    if text is None or isinstance(one, SearchFilter):
        return False
    parts = text.split(",") if isinstance(one, WordsFilter) else [text]
    return not all(part.strip() for part in parts)


class WordsFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):  # type: ignore[misc] # as above
    """Some of the choices, separated by commas."""

    @property
    def schema(self) -> dict[str, Any]:
        """As OpenAPI says it."""
        choices = self.extra["choices"]
        words = {"type": "string", "enum": [str(value) for value, _ in choices]}
        return {"type": "array", "items": words, "minItems": 1}


class WordFilter(django_filters.ChoiceFilter):  # type: ignore[misc] # as above
    """One of the choices."""

    @property
    def schema(self) -> dict[str, Any]:
        """As OpenAPI says it."""
        return {"type": "string", "enum": [str(value) for value, _ in self.extra["choices"]]}


class YesNoFilter(django_filters.TypedChoiceFilter):  # type: ignore[misc] # as above
    """`true` or `false`; another value is refused."""

    schema = {"type": "boolean"}

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("true", "Yes"), ("false", "No")], coerce=lambda text: text == "true", **options)


class _IdField(forms.Field):
    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        found = identifier_in(str(value))
        if found is None:
            raise FormError(NO_ID, code="invalid")
        return found


class IdFilter(django_filters.Filter):  # type: ignore[misc] # as above
    """The id of a related object."""

    field_class = _IdField
    schema = {"type": "string", "format": "uuid"}


class SearchFilter(django_filters.CharFilter):  # type: ignore[misc] # as above
    """Words to look for, at most 200 characters."""

    schema = {"type": "string", "maxLength": SEARCH_LENGTH}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=SEARCH_LENGTH, **options)


class NameFilter(django_filters.CharFilter):  # type: ignore[misc] # as above
    """The whole of a name, at most 200 characters."""

    schema = {"type": "string", "pattern": r"\S", "maxLength": SEARCH_LENGTH}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=SEARCH_LENGTH, **options)


class HostFilter(NameFilter):
    """A host, without what else stands in an address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": "The host alone, such as shop.example, with or without www.", **options})


class NumberFilter(django_filters.NumberFilter):  # type: ignore[misc] # as above
    """A number between bounds."""

    @property
    def schema(self) -> dict[str, Any]:
        """As OpenAPI says it."""
        bounds = {"minimum": self.extra.get("min_value"), "maximum": self.extra.get("max_value")}
        return {"type": "number", **{name: value for name, value in bounds.items() if value is not None}}


class IntegerFilter(NumberFilter):
    """A whole number between bounds; from 1 on unless they are given."""

    field_class = forms.IntegerField

    def __init__(self, *, min_value: int = 1, max_value: int = HIGHEST, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    @property
    def schema(self) -> dict[str, Any]:
        """As OpenAPI says it."""
        return {**super().schema, "type": "integer"}


class _MomentField(forms.Field):
    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return read_moment(value)
        except ValueError as error:
            raise FormError(str(error), code="invalid") from None


class MomentFilter(django_filters.Filter):  # type: ignore[misc] # as above
    """A moment in ISO 8601, with its offset from UTC."""

    field_class = _MomentField
    schema = {"type": "string", "format": "date-time"}


class CreatedFilter(ListFilter):
    """Base of the filters of lists whose objects have a `created_at`."""

    created_after = MomentFilter(field_name="created_at", lookup_expr="gt")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
