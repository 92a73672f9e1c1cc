"""The table of all matching options: their types, their meaning for people, and how their values are read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import phonenumbers

from mino.common.values.columns import ColumnType

OptionValue = bool | float | str
OptionKind = Literal["boolean", "number", "choice", "text", "region"]

_ALL = tuple(ColumnType)
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_LARGEST = Decimal(10) ** 30


class OptionError(ValueError):
    """A matching option that can't be used. The message is a sentence that says what is wrong and what to do."""

    def __init__(self, option: str, problem: str, remedy: str) -> None:
        super().__init__(f"The option {option} can't be used: {problem}. {remedy}")
        self.option = option
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class OptionDescription:
    """One matching option, for forms, documentation and the reading of its values."""

    name: str
    kind: OptionKind
    types: tuple[ColumnType, ...]
    default: OptionValue
    label: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None

    def parse(self, value: Any) -> bool | float | Decimal | str:
        """Return `value` (a JSON value, or text as typed) as this option's own type. Raises OptionError."""
        if self.kind == "boolean":
            return self._boolean(value)
        if self.kind == "number":
            return self._number(value)
        if not isinstance(value, str):
            raise OptionError(self.name, f"{value!r:.40} is no text", f"Give a text, such as {self.default!r}.")
        if self.kind == "choice":
            return self._choice(value)
        return self._region(value) if self.kind == "region" else self._text(value)

    def _boolean(self, value: Any) -> bool:
        word = str(value).strip().lower()
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise OptionError(self.name, f"{value!r:.40} is neither true nor false", "Write true or false.")

    def _number(self, value: Any) -> float | Decimal:
        number = _decimal(value)
        low = Decimal(str(self.minimum))
        high = _LARGEST if self.maximum is None else Decimal(str(self.maximum))
        if number is None or not low <= number <= high:
            problem = "is not a number" if number is None else "is too small" if number < low else "is too large"
            limits = (
                f"between {low.normalize():f} and {high.normalize():f}"
                if self.maximum is not None
                else f"of {low.normalize():f} or more"
            )
            raise OptionError(self.name, f"{value!r:.40} {problem}", f"Give a number {limits}.")
        return float(number) if isinstance(self.default, float) and self.maximum is not None else number

    def _choice(self, value: str) -> str:
        word = value.strip().lower()
        names = [name for name, _ in self.choices]
        if word not in names:
            raise OptionError(self.name, f"{value!r:.40} is none of its values", f"Choose one of: {', '.join(names)}.")
        return word

    def _region(self, value: str) -> str:
        region = value.strip().upper()
        if region and region not in phonenumbers.SUPPORTED_REGIONS:
            raise OptionError(
                self.name,
                f"{value!r:.40} is no country code",
                "Give the two letters of ISO 3166, such as DE, GB or US, or leave it empty.",
            )
        return region

    def _text(self, value: str) -> str:
        longest = self.max_length or 0
        if len(value) > longest:
            raise OptionError(self.name, f"it is longer than {longest} characters", "Give a shorter text.")
        if not all(character.isprintable() or character in "\n\t" for character in value):
            raise OptionError(self.name, "it holds invisible control characters", "Type it anew, without them.")
        if self.name == "alternatives" and "\\" in value:
            raise OptionError(
                self.name,
                "the backslash is what says that a separator is meant as it stands",
                "Choose another separator, such as | or ;.",
            )
        return value


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    text = str(value) if not isinstance(value, int) or abs(value) < _LARGEST * 10 else "inf"
    try:
        number = Decimal(text.strip()) if len(text) <= 100 else None
    except InvalidOperation:
        return None
    # No exponents beyond those of a float: such a number could not be shown in a form.
    return number if number is not None and number.is_finite() and number.adjusted() > -400 else None


OPTIONS: tuple[OptionDescription, ...] = (
    OptionDescription(
        "exact",
        "boolean",
        (ColumnType.TEXT, ColumnType.URL, ColumnType.EMAIL, ColumnType.PHONE),
        False,
        "Exact",
        "Compare character by character: case, spaces and spelling variants count.",
    ),
    OptionDescription(
        "threshold",
        "number",
        (ColumnType.TEXT,),
        1.0,
        "Similarity that is enough",
        "From this similarity on a text counts as correct: 1 means equal, 0.9 forgives a slip in ten characters.",
        minimum=0.0,
        maximum=1.0,
    ),
    OptionDescription(
        "tolerance",
        "number",
        (ColumnType.NUMBER,),
        0.0,
        "Allowed difference",
        "The largest difference that still counts as correct. Where a share is allowed too, either is enough.",
        minimum=0.0,
    ),
    OptionDescription(
        "relative_tolerance",
        "number",
        (ColumnType.NUMBER,),
        0.0,
        "Allowed share",
        "The largest difference that still counts as correct, as a share of the truth: 0.01 is one percent.",
        minimum=0.0,
    ),
    OptionDescription(
        "ignore_query",
        "boolean",
        (ColumnType.URL,),
        False,
        "Ignore the query",
        "What follows the question mark does not count. Tracking parameters never do.",
    ),
    OptionDescription(
        "ignore_fragment",
        "boolean",
        (ColumnType.URL,),
        True,
        "Ignore the fragment",
        "What follows the # does not count.",
    ),
    OptionDescription(
        "ignore_scheme",
        "boolean",
        (ColumnType.URL,),
        True,
        "Ignore the scheme",
        "http and https count as the same.",
    ),
    OptionDescription(
        "ignore_www",
        "boolean",
        (ColumnType.URL,),
        True,
        "Ignore www",
        "www.example.com and example.com count as the same.",
    ),
    OptionDescription(
        "day_first",
        "boolean",
        (ColumnType.DATE,),
        False,
        "Day first",
        "Read 03/04/2021 as 3 April; otherwise it is March 4.",
    ),
    OptionDescription(
        "precision",
        "choice",
        (ColumnType.DATE,),
        "date",
        "Precision",
        "Whether the time of day counts.",
        choices=(("date", "The day"), ("datetime", "Day and time")),
    ),
    OptionDescription(
        "region",
        "region",
        (ColumnType.PHONE,),
        "",
        "Country of national numbers",
        "The two letters of ISO 3166 (DE, GB, US ...) of the country whose numbers are written without a country code.",
        max_length=2,
    ),
    OptionDescription(
        "alternatives",
        "text",
        _ALL,
        "|",
        "Separator of alternatives",
        "Separates the values in a cell of truth; a backslash before it makes it a part of a value. "
        "Empty: no cell holds more than one value.",
        max_length=10,
    ),
    OptionDescription(
        "multiple",
        "choice",
        _ALL,
        "any",
        "Several values",
        "Whether one of the values of a cell of truth is wanted, or the whole list in any order.",
        choices=(("any", "Any of them is right"), ("all", "All of them are wanted")),
    ),
    OptionDescription(
        "blank_means",
        "choice",
        _ALL,
        "unknown",
        "A blank cell of truth means",
        "Whether a blank cell leaves the answer ungraded, or says that the page holds no such value.",
        choices=(("unknown", "Not known"), ("absent", "There is none")),
    ),
    OptionDescription(
        "absent_text",
        "text",
        _ALL,
        "(absent)",
        "Text for an absent value",
        "A cell of truth with this text says that the page holds no such value. Empty: no text says so.",
        max_length=100,
    ),
    OptionDescription(
        "required_for_pass",
        "boolean",
        _ALL,
        True,
        "Counts for the row",
        "Whether a row passes only if this column is right.",
    ),
)
