"""What may be done about a pattern: a sentence for the instructions, a matching option, or other settings."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.models import FailurePattern, PatternKind
from analytics.patterns.shapes import FailureType, Shape
from analytics.patterns.table import Attribute
from executions.views.error_words import meaning_of

BLOCKED = ("ACCESS_BLOCKED", "RATE_LIMITED", "TIMEOUT", "NETWORK_ERROR", "SITE_ERROR")


@dataclass(frozen=True, slots=True)
class Remedy:
    """Advice in a sentence; `instruction` is what to add to the instructions, `option` the matching option to set
    where the value is good enough as it is, `settings` says that rows are better run with other settings."""

    advice: str
    instruction: str = ""
    option: str = ""
    settings: bool = False


def remedy_of(pattern: FailurePattern, details: list[list[object]], column_type: str = "") -> Remedy:
    """The remedy that fits the shape, the type or the place of a pattern."""
    if pattern.kind == PatternKind.SHAPE:
        return _of_shape(pattern, details, column_type)
    if pattern.kind == PatternKind.TYPE:
        return _of_type(pattern)
    if pattern.kind == PatternKind.ERROR:
        return Remedy(meaning_of(pattern.failing).remedy, settings=pattern.failing in BLOCKED)
    return _of_place(pattern)


def _of_type(pattern: FailurePattern) -> Remedy:
    name = pattern.column
    if pattern.failing == FailureType.MISSING_EXTRACTION:
        return Remedy(
            "Say where on the page the value stands, or by what label it is found.",
            f"Look for “{name}” in the whole page, also in tables, tabs and the text below the fold.",
            "blank_means",
        )
    if pattern.failing == FailureType.TYPE_MISMATCH:
        return Remedy("Say what kind of value is wanted.", f"Return “{name}” as a single value, without any words.")
    if pattern.failing == FailureType.PARTIAL_MATCH:
        return Remedy(
            "Say where the value begins and ends; or allow texts that are similar enough.",
            f"Return “{name}” exactly as it stands on the page, no more and no less.",
            "threshold",
        )
    return Remedy(
        "Look at the examples: if several values on the page could be meant, say which one is wanted.",
        f"If there are several values for “{name}”, return the one in the main part of the page.",
    )


def _of_shape(pattern: FailurePattern, details: list[list[object]], column_type: str) -> Remedy:
    name, common = pattern.column, str(details[0][0]).strip() if details else ""
    option = "threshold" if column_type == "text" else ""
    numbers = {"number": "tolerance", "date": "precision"}.get(column_type, option)
    leave_out = f"leave out text such as “{common}”" if common else "leave out names of the site, labels and notes"
    remedies = {
        Shape.INVENTED: Remedy(
            "Say what to do where the page has no such value.",
            f"If the page does not name “{name}”, return nothing. Never guess.",
        ),
        Shape.LIST_ORDER: Remedy(
            "If order does not matter, have all values of the list compared; else ask for the page’s order.",
            f"Return the values of “{name}” in the order in which the page shows them.",
            "multiple",
        ),
        Shape.ENCODING: Remedy(
            "The page tells a wrong character set, or the agent copies source text.",
            f"Return “{name}” as a reader sees it, without HTML entities or escapes.",
        ),
        Shape.FORMAT: Remedy(
            "If the form does not matter, loosen the matching of the column; else ask for the form.",
            f"Write “{name}” in the same form as the truth does.",
            "ignore_query" if column_type == "url" else option,
        ),
        Shape.CURRENCY: Remedy(
            "Say in which currency or unit the value is wanted, and how it is written.",
            f"Return “{name}” in the currency and unit shown to a visitor, written as in the truth; do not convert.",
        ),
        Shape.SIBLING: Remedy(
            f"Say how “{name}” is told from “{pattern.value}”.",
            f"“{name}” is not “{pattern.value}”: do not return the one for the other.",
        ),
        Shape.DATE_ORDER: Remedy(
            "Say in which order day and month stand, or set it for the column.",
            f"Return “{name}” as YYYY-MM-DD.",
            "day_first" if column_type == "date" else "",
        ),
        Shape.FACTOR: Remedy(
            "Say in which unit the number is wanted, or correct the unit of the truth.",
            f"Return “{name}” as the plain number that the page shows, with its decimals, for one piece or one period.",
        ),
        Shape.TRUNCATED: Remedy(
            "The agent stops at a shortened text, such as a teaser or a menu.",
            f"Return “{name}” in full. Where the page shortens it, open the longer text.",
            option,
        ),
        Shape.EXTRA_TEXT: Remedy(
            "Say where the value ends.", f"Return only “{name}” itself: {leave_out}.", option
        ),
        Shape.PART: Remedy(
            "Say that the whole value is wanted.", f"Return the whole of “{name}”, not a piece of it.", option
        ),
        Shape.CLOSE: Remedy(
            "If it is near enough, allow it for the column; else ask for the exact value.",
            f"Copy “{name}” exactly from the page; do not round or rewrite it.",
            numbers,
        ),
    }  # fmt: skip
    return remedies.get(Shape(pattern.key), Remedy("Look at the examples."))


def _of_place(pattern: FailurePattern) -> Remedy:
    if pattern.key == Attribute.DOMAIN:
        return Remedy(
            "Open a row of this site: it may block agents, hide values behind scripts, or call them by other names. "
            "Its rows can be run by a browser, or have instructions of their own.",
            settings=True,
        )
    if pattern.key == Attribute.LANGUAGE:
        return Remedy(
            "Name the labels that pages of this language use.",
            f"Pages may be in “{pattern.value}”: look for the labels of that language too.",
        )
    if pattern.key == Attribute.STEPS:
        return Remedy("Look at the steps of an example: where does the agent lose its way?", settings=True)
    if pattern.key == Attribute.METADATA:
        return Remedy("These pages have to be read as a visitor sees them; a browser may help.", settings=True)
    return Remedy(
        f"Begin with “{pattern.column}”: its patterns below say in which way it fails.",
        f"Describe “{pattern.column}” in more detail: where it stands, and what it is not.",
    )
