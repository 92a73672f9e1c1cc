"""The types of failures of one cell, and the finer shapes of wrong values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailureType(StrEnum):
    """How a cell fails. What differs in case only does not fail."""

    MISSING_EXTRACTION = "missing_extraction"
    TYPE_MISMATCH = "type_mismatch"
    PARTIAL_MATCH = "partial_match"
    VALUE_MISMATCH = "value_mismatch"


class Shape(StrEnum):
    """What a wrong value looks like beside the truth; the first that fits, in the order in which they are asked."""

    INVENTED = "invented"
    """The truth says that there is nothing."""
    LIST_ORDER = "list_order"
    """The same values in another order, where order counts."""
    ENCODING = "encoding"
    """The same text, broken by a wrong character set, or with entities or escapes left in."""
    FORMAT = "format"
    """The same letters and digits, or the same number, day or address, written in another way."""
    CURRENCY = "currency"
    """The same amount with another currency or unit, or the same currency by another name."""
    SIBLING = "sibling"
    """The truth of another column of the same row."""
    DATE_ORDER = "date_order"
    """Day and month are exchanged."""
    FACTOR = "factor"
    """The right number times 10, 100, 12 ..., or with the other sign."""
    TRUNCATED = "truncated"
    """It begins as the truth does, and ends too soon."""
    EXTRA_TEXT = "extra_text"
    """The whole truth, with something before or after it."""
    PART = "part"
    """A piece of the truth."""
    CLOSE = "close"
    """Nearly the truth: a slip in a text, a number within five percent, the day before or after."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How one cell fails.

    `shape` is None where nothing finer is known. `value` tells shapes of one kind apart (the factor, the column, before
    or after); `detail` is what is common to some of them (the extra text), for people.
    """

    type: FailureType
    shape: Shape | None = None
    value: str = ""
    detail: str = ""
