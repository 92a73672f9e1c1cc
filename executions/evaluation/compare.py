"""Compares one accepted value with one extracted value, by the type of the column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from executions.evaluation.compare_address import compare_email, compare_phone, compare_url
from executions.evaluation.compare_date import compare_date
from executions.evaluation.compare_number import compare_number
from executions.evaluation.compare_text import compare_exactly, compare_text
from executions.evaluation.comparison import Comparison, compare_unreadable, different, equal, mismatch
from executions.evaluation.values import as_text
from mino.common.values.booleans import parse_boolean
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions

TextComparator = Callable[[MatchingOptions, str, str], Comparison]


def compare(column_type: ColumnType, options: MatchingOptions, expected: str, extracted: Any) -> Comparison:
    """Compare one accepted value with one extracted JSON value that holds something. Never raises."""
    text = as_text(extracted)
    if text is None:
        return mismatch(f"Found {_kind(extracted)} where one value is wanted")
    if options.exact:
        return compare_exactly(expected, text)
    if column_type is ColumnType.NUMBER:
        return compare_number(options, expected, extracted)
    return _COMPARATORS[column_type](options, expected, text)


def compare_boolean(options: MatchingOptions, expected: str, text: str) -> Comparison:
    """Compare two ways of saying yes or no."""
    truth, answer = parse_boolean(expected), parse_boolean(text)
    if truth is None or answer is None:
        return compare_unreadable(expected, text, "yes or no", truth_is_readable=truth is not None)
    if truth is not answer:
        return different("Yes instead of no" if answer else "No instead of yes")
    return equal("Equal" if expected.strip() == text.strip() else f"Both say {'yes' if truth else 'no'}")


_COMPARATORS: dict[ColumnType, TextComparator] = {
    ColumnType.TEXT: compare_text,
    ColumnType.URL: compare_url,
    ColumnType.EMAIL: compare_email,
    ColumnType.DATE: compare_date,
    ColumnType.PHONE: compare_phone,
    ColumnType.BOOLEAN: compare_boolean,
}


def _kind(extracted: Any) -> str:
    if isinstance(extracted, dict):
        return "an object"
    return "a list" if isinstance(extracted, (list, tuple)) else "an endless number"
