"""Fields of bodies that take exactly what they say: no number for a text, no text for a number.

What they refuse they refuse in words of JSON: who asks may never have heard of the language that answers.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.core.validators import RegexValidator
from rest_framework import serializers

from mino.common.api.identifiers import NO_ID, identifier_in
from mino.common.api.moments import read_moment
from mino.common.values.clean import clean_text

NO_LIST: Final = "Give a list, in square brackets."
NO_OBJECT: Final = "Give an object, in braces."
NO_WORDS: Final = "Blanks and control characters narrow nothing. Give a word, or leave it out."
BOUNDS: Final = {"max_value": "Give at most {max_value}.", "min_value": "Give at least {min_value}."}
LENGTHS: Final = {
    "empty": "Name at least one.",
    "max_length": "Name at most {max_length}.",
    "min_length": "Name at least {min_length}.",
}
QUOTED: Final = 100
"""How much of a word that is refused is quoted."""


class Text(serializers.CharField):
    """A text. Outer white space is left to the services, which clean it."""

    default_error_messages: ClassVar[Any] = {"invalid": "Give a text, in quotation marks."}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """The text. Anything else is refused."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Words(Text):
    """Words that narrow something. Without any they would narrow nothing, so blanks alone are refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(RegexValidator(r"\S", NO_WORDS))

    def to_internal_value(self, data: Any) -> str:
        """The words, without control characters."""
        return clean_text(super().to_internal_value(data))


class Integer(serializers.IntegerField):
    """A whole number; JSON knows no difference between 1 and 1.0."""

    default_error_messages: ClassVar[Any] = {"invalid": "Give a whole number, without quotation marks.", **BOUNDS}

    def to_internal_value(self, data: Any) -> int:
        """The number. A text that reads like one, and true, are refused."""
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Number(serializers.FloatField):
    """A number."""

    default_error_messages: ClassVar[Any] = {"invalid": "Give a number, without quotation marks.", **BOUNDS}

    def to_internal_value(self, data: Any) -> float:
        """The number. A text that reads like one, and true, are refused."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class Boolean(serializers.BooleanField):
    """True or false."""

    default_error_messages: ClassVar[Any] = {"invalid": "Give true or false, without quotation marks."}

    def to_internal_value(self, data: Any) -> bool:
        """The value. Words for it are refused."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Identifier(serializers.UUIDField):
    """An id."""

    default_error_messages: ClassVar[Any] = {"invalid": NO_ID}

    def to_internal_value(self, data: Any) -> Any:
        """The UUID. Other notations than the usual one are refused."""
        found = identifier_in(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid", value=data)
        return found


class Moment(serializers.DateTimeField):
    """A moment in ISO 8601, with its offset from UTC."""

    def to_internal_value(self, value: Any) -> Any:
        """The moment. One without an offset is refused: it could be meant in any zone."""
        try:
            return read_moment(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="invalid") from None


class Choice(serializers.ChoiceField):
    """One of some words."""

    default_error_messages: ClassVar[Any] = {"invalid_choice": "“{input}” is none of: {choices}."}

    def to_internal_value(self, data: Any) -> Any:
        """The word. Anything else is refused, and all words are named."""
        known = [str(word) for word in self.choices]
        if not isinstance(data, str) or data not in known:
            self.fail("invalid_choice", input=str(data)[:QUOTED], choices=", ".join(known))
        return super().to_internal_value(data)


class Several(serializers.ListField):
    """A list."""

    default_error_messages: ClassVar[Any] = {"not_a_list": NO_LIST, **LENGTHS}


class Named(serializers.DictField):
    """An object with names that no serializer knows."""

    default_error_messages: ClassVar[Any] = {"not_a_dict": NO_OBJECT}
