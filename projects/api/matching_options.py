"""Matching options in bodies and in answers, made from the one table of them."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from mino.common.api.fields import Boolean, Choice, Number, Text
from mino.common.api.serializers import Taken
from mino.common.values.columns import ColumnType
from mino.common.values.option_table import OPTIONS, OptionDescription

EXAMPLE = {"relative_tolerance": 0.01}
DIGITS = "Give a number."
Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


@extend_schema_field({"type": ["number", "string"]})
class Amount(serializers.JSONField):
    """A number of any precision: its digits are a text where no JSON number says exactly the same."""

    default_error_messages: ClassVar[Any] = {"invalid": DIGITS}

    def to_internal_value(self, data: Any) -> Any:
        """The value. What is neither a number nor a text is refused."""
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            self.fail("invalid")
        return data


class MatchingOptionsSet(Taken):
    """Matching options by their names. Which of them a column knows depends on its type; others are refused."""

    example: ClassVar[Any] = EXAMPLE

    def get_fields(self) -> Fields:
        """One field for each option."""
        return {one.name: _field(one) for one in OPTIONS}


class MatchingOptionsGiven(serializers.Serializer[Any]):
    """How the cells of a column are compared: the matching options that differ from their defaults."""

    def get_fields(self) -> Fields:
        """One field for each option."""
        return {one.name: _field(one) for one in OPTIONS}


def _field(option: OptionDescription) -> serializers.Field[Any, Any, Any, Any]:
    about: dict[str, Any] = {"required": False, "help_text": _words(option)}
    if option.kind == "boolean":
        return Boolean(**about)
    if option.kind == "choice":
        return Choice(choices=list(option.choices), **about)
    if option.kind == "number":
        is_share = option.maximum is not None
        return Number(min_value=option.minimum, max_value=option.maximum, **about) if is_share else Amount(**about)
    return Text(max_length=option.max_length, allow_blank=True, **about)


def _words(option: OptionDescription) -> str:
    types = "of any type" if set(option.types) == set(ColumnType) else f"of the type {', '.join(option.types)}"
    default = json.dumps(option.default) if option.default != "" else "empty"
    return f"{option.help} For columns {types}. Default: {default}."
