"""The matching options of a column: what counts as equal, what a blank means, and what decides about the row.

One name for each option in the database, in the API and on the command line (`price.tolerance=0.01`). The table of all
options is `OPTIONS`; forms and documentation are made from it by `options_for`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from mino.common.values.columns import ColumnType
from mino.common.values.option_table import OPTIONS, OptionDescription, OptionError, OptionValue

__all__ = ["MatchingOptions", "OptionDescription", "OptionError", "options_for"]


@dataclass(frozen=True, slots=True)
class MatchingOptions:
    """How the cells of one column are compared. The defaults suit most columns; see `options_for` for the meanings."""

    exact: bool = False
    threshold: float = 1.0
    tolerance: Decimal = Decimal(0)
    relative_tolerance: Decimal = Decimal(0)
    ignore_query: bool = False
    ignore_fragment: bool = True
    ignore_scheme: bool = True
    ignore_www: bool = True
    day_first: bool = False
    precision: str = "date"
    region: str = ""
    alternatives: str = "|"
    multiple: str = "any"
    blank_means: str = "unknown"
    absent_text: str = "(absent)"
    required_for_pass: bool = True

    @classmethod
    def from_mapping(cls, column_type: ColumnType, mapping: Mapping[str, Any]) -> MatchingOptions:
        """Return the options that `mapping` sets, with defaults for the rest.

        Values are JSON values or strings as typed on a command line ("true", "0.01"). Raises OptionError, with a
        sentence that says what to do, for an unknown option, one that does not apply to the type, or a value that
        can't be meant.
        """
        applicable = {option.name: option for option in options_for(column_type)}
        values: dict[str, Any] = {}
        for name, value in mapping.items():
            if name not in applicable:
                raise _not_applicable(name, column_type)
            values[name] = applicable[name].parse(value)
        options = cls(**values)
        options.check_together()
        return options

    def check_together(self) -> None:
        """Raise OptionError where two options contradict each other."""
        if self.exact and self.threshold < 1.0:
            raise OptionError(
                "threshold",
                "an exact comparison knows no similarity",
                "Set either exact or threshold, not both.",
            )

    def to_mapping(self, column_type: ColumnType) -> dict[str, OptionValue]:
        """Return the options that apply to the type and differ from their defaults, as JSON values."""
        mapping: dict[str, OptionValue] = {}
        for option in options_for(column_type):
            value = getattr(self, option.name)
            if value != _DEFAULTS[option.name]:
                mapping[option.name] = _json_number(value) if isinstance(value, Decimal) else value
        return mapping


_DEFAULTS = {field.name: field.default for field in fields(MatchingOptions)}


def options_for(column_type: ColumnType) -> list[OptionDescription]:
    """Return the options that apply to columns of this type, in the order in which forms show them."""
    return [option for option in OPTIONS if column_type in option.types]


def _not_applicable(name: str, column_type: ColumnType) -> OptionError:
    possible = ", ".join(option.name for option in options_for(column_type))
    known = next((option for option in OPTIONS if option.name == name), None)
    if known is None:
        return OptionError(name, "there is no such option", f"A {column_type} column knows {possible}.")
    types = ", ".join(known.types)
    return OptionError(
        name,
        f"it applies to columns of the type {types}, and this one is {column_type}",
        f"Leave it out or change the type; a {column_type} column knows {possible}.",
    )


def _json_number(number: Decimal) -> float | str:
    """Return a float where it says exactly the same, else the digits as text (which `from_mapping` reads as well)."""
    as_float = float(number)
    return as_float if Decimal(str(as_float)) == number else str(number)
