"""Patterns in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.models import FailurePattern, PatternKind
from analytics.patterns.findings import ROW
from analytics.patterns.shapes import FailureType, Shape
from analytics.patterns.table import Attribute

TYPES: Mapping[str, str] = {
    FailureType.MISSING_EXTRACTION: "Nothing was extracted",
    FailureType.TYPE_MISMATCH: "A value of another kind",
    FailureType.PARTIAL_MATCH: "Only partly right",
    FailureType.VALUE_MISMATCH: "Another value",
}
SHAPES: Mapping[str, str] = {
    Shape.INVENTED: "A value where there is none",
    Shape.LIST_ORDER: "The right values in another order",
    Shape.ENCODING: "Broken characters, entities or escapes",
    Shape.FORMAT: "Right, but written in another way",
    Shape.CURRENCY: "Another currency or unit",
    Shape.SIBLING: "The value of another column",
    Shape.DATE_ORDER: "Day and month exchanged",
    Shape.FACTOR: "Off by a factor",
    Shape.TRUNCATED: "Cut off",
    Shape.EXTRA_TEXT: "More text than wanted",
    Shape.PART: "Only a piece of it",
    Shape.CLOSE: "Nearly right",
}
EXPLAINED: Mapping[str, str] = {
    FailureType.MISSING_EXTRACTION: "The truth is known, and the agent gave nothing.",
    FailureType.TYPE_MISMATCH: "What was extracted can't be read as a value of the column’s type.",
    FailureType.PARTIAL_MATCH: "What was extracted is related to the truth, but not equal.",
    FailureType.VALUE_MISMATCH: "What was extracted is another value than the truth.",
    Shape.INVENTED: "The truth says that there is none, and the agent gave a value all the same.",
    Shape.LIST_ORDER: "All items are there, in another order than the truth has them.",
    Shape.ENCODING: "The text is right once its characters are mended: it was read in a wrong character set, or "
    "entities and escapes were left in it.",
    Shape.FORMAT: "Letters and digits, or the day, number or page, are the right ones; only the form differs.",
    Shape.CURRENCY: "The amount is right, and currency or unit differs, or is named in another way.",
    Shape.SIBLING: "What was extracted is the truth of another column of the same row.",
    Shape.DATE_ORDER: "The date is right once day and month are exchanged.",
    Shape.FACTOR: "The number is the right one times the same factor.",
    Shape.TRUNCATED: "The text begins as the truth does, and ends too soon.",
    Shape.EXTRA_TEXT: "The whole truth was extracted, with more text around it.",
    Shape.PART: "What was extracted is a piece of the truth.",
    Shape.CLOSE: "A slip in the text, a number within five percent, or the day before or after.",
}
WHERE: Mapping[str, str] = {"before": "before it", "after": "behind it", "around": "on both sides"}


def title_of(pattern: FailurePattern) -> str:
    """A pattern in a few words, without its column."""
    if pattern.kind == PatternKind.TYPE:
        return TYPES.get(pattern.failing, pattern.failing)
    if pattern.kind == PatternKind.SHAPE:
        return _shape_title(pattern)
    if pattern.key == Attribute.COLUMN:
        return "Fails more often than the other columns"
    what = pattern.failing if pattern.kind == PatternKind.ERROR else "Rows fail" if pattern.failing == ROW else "Fails"
    return f"{what} {place_of(pattern)}" if pattern.key else f"Rows end in {what}"


def _shape_title(pattern: FailurePattern) -> str:
    title = SHAPES.get(pattern.key, pattern.key)
    if pattern.key == Shape.FACTOR:
        return "With the other sign" if pattern.value == "-1" else f"Off by a factor of {pattern.value}"
    if pattern.key == Shape.SIBLING:
        return f"The value of “{pattern.value}”"
    if pattern.key == Shape.EXTRA_TEXT:
        return f"More text than wanted, {WHERE.get(pattern.value, '')}".strip(", ")
    return title


def place_of(pattern: FailurePattern) -> str:
    """Where a pattern by attribute lies: `on shop.example`, `on pages in “de”`."""
    value = pattern.value
    if pattern.key == Attribute.DOMAIN:
        return f"on {value}"
    if pattern.key == Attribute.STEPS:
        return f"when the agent takes {value} steps"
    if pattern.key == Attribute.LANGUAGE:
        return f"on pages in “{value}”"
    if value == "none":
        return "on pages without embedded data"
    return f"on pages with {value}"


def explained(pattern: FailurePattern) -> str:
    """What a pattern means, in a sentence."""
    if pattern.kind == PatternKind.SHAPE:
        return EXPLAINED.get(pattern.key, "")
    if pattern.kind == PatternKind.TYPE:
        return EXPLAINED.get(pattern.failing, "")
    if pattern.key == Attribute.COLUMN:
        return "Cells of this column fail more often than those of all other columns together."
    if pattern.kind == PatternKind.ERROR:
        where = f" {place_of(pattern)} more often than elsewhere" if pattern.key else ""
        return f"Rows end in {pattern.failing}{where}: they gave no answer, and count in no accuracy."
    what = "Rows do not pass" if pattern.failing == ROW else f"Cells of “{pattern.column}” fail"
    return f"{what} {place_of(pattern)} more often than elsewhere, by more than chance explains."


def inside_words(pattern: FailurePattern) -> tuple[str, str]:
    """What is compared with what: the words above both shares."""
    if pattern.key == Attribute.COLUMN:
        return "in this column", "in all other columns"
    return place_of(pattern), "elsewhere"


def review_filter(pattern: FailurePattern) -> dict[str, str]:
    """The filters with which review is opened: the column, if it is one, and the pattern itself."""
    column = {"column": pattern.column} if pattern.column else {}
    return {**column, "pattern": str(pattern.pk)}


def grid_filter(pattern: FailurePattern) -> dict[str, str]:
    """The filters of an execution's grid that find the rows of a pattern; empty where none do exactly."""
    site = {"site": pattern.value} if pattern.key == Attribute.DOMAIN else {}
    if pattern.key and not site:
        return {}
    if pattern.kind == PatternKind.ERROR:
        return {**site, "error_code": pattern.failing}
    if pattern.failing == ROW:
        return {**site, "evaluation_result": "fail"}
    if pattern.kind == PatternKind.TYPE and pattern.failing == FailureType.MISSING_EXTRACTION:
        return {"column": pattern.column, "outcome": "missed"}
    return {}
