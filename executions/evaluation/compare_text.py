"""Compares texts: equal after folding, or similar enough."""

from __future__ import annotations

from rapidfuzz import fuzz

from executions.evaluation.comparison import Comparison, different, equal
from executions.evaluation.verdict import Reason
from mino.common.values.options import MatchingOptions
from mino.common.values.text import fold_text

RELATED = 0.6
"""From this similarity on a wrong text is called a partial match."""
MAX_SIMILARITY_TEXT = 10_000
"""The similarity of longer texts is that of their beginnings: its cost grows with the square."""


def compare_text(options: MatchingOptions, expected: str, text: str) -> Comparison:
    """Compare two texts; the similarity is rapidfuzz's `ratio` (1 - normalised indel distance) of the folded texts."""
    folded_expected, folded = fold_text(expected), fold_text(text)
    if folded_expected == folded:
        return equal(_explain_equal(expected, text))
    similarity = fuzz.ratio(folded_expected[:MAX_SIMILARITY_TEXT], folded[:MAX_SIMILARITY_TEXT]) / 100
    # Different texts never count as fully alike, even where only what lies beyond the limit differs.
    similarity = min(similarity, 0.9999)
    if similarity >= options.threshold:
        return equal(f"Similar enough ({similarity:.0%})", similarity)
    if contained := _explain_contained(folded_expected, folded):
        return Comparison(similarity, Reason.PARTIAL_MATCH, contained)
    if similarity >= RELATED:
        return Comparison(similarity, Reason.PARTIAL_MATCH, f"Similar ({similarity:.0%}), but not equal")
    return Comparison(similarity, Reason.VALUE_MISMATCH, "Another text")


def compare_exactly(expected: str, text: str) -> Comparison:
    """Compare character by character."""
    if expected == text:
        return equal()
    if fold_text(expected) == fold_text(text):
        return different("Differs in case, spaces or spelling, and the exact text is wanted")
    return different("Not the exact text")


def _explain_equal(expected: str, text: str) -> str:
    if expected == text:
        return "Equal"
    if expected.casefold().split() == text.casefold().split():
        return "Equal after folding case and spaces"
    return "Equal after folding case, spaces and signs that mean the same"


def _explain_contained(expected: str, text: str) -> str:
    if len(expected) > 1 and f" {expected} " in f" {text} ":
        return "Holds the right text, and more"
    if len(text) > 1 and f" {text} " in f" {expected} ":
        return "Only a part of the right text"
    return ""
