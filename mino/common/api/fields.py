"""Fields of bodies that take exactly what they say: no number for a text, no text for a number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers


class Text(serializers.CharField):
    """A text. Outer white space is left to the services, which clean it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """The text. Anything else is refused."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Integer(serializers.IntegerField):
    """A whole number."""

    def to_internal_value(self, data: Any) -> int:
        """The number. A text that reads like one, and true, are refused."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Number(serializers.FloatField):
    """A number."""

    def to_internal_value(self, data: Any) -> float:
        """The number. A text that reads like one, and true, are refused."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class Boolean(serializers.BooleanField):
    """True or false."""

    def to_internal_value(self, data: Any) -> bool:
        """The value. Words for it are refused."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Identifier(serializers.UUIDField):
    """An id."""

    def to_internal_value(self, data: Any) -> Any:
        """The UUID. Other notations than the usual one are refused."""
        if not isinstance(data, str) or len(data) != 36:
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A moment in ISO 8601, with its offset from UTC."""

    default_error_messages = {"offset": "Say the offset from UTC too, such as Z or +02:00."}

    def to_internal_value(self, value: Any) -> Any:
        """The moment. One without an offset is refused: it could be meant in any zone."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        found = _parsed(value)
        if found is None:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        if found.tzinfo is None:
            self.fail("offset")
        return found


def _parsed(text: str) -> datetime | None:
    try:
        return parse_datetime(text[:40])
    except ValueError:  # a day or an hour that no calendar has
        return None


class Choice(serializers.ChoiceField):
    """One of some words."""

    def to_internal_value(self, data: Any) -> Any:
        """The word. Anything but a text is refused."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)
