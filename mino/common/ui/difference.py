"""Marks where an extracted text differs from the expected one, by whole words and whole groups of digits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from rapidfuzz.distance import Indel

WORDS = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
MOST_WORDS = 1500  # marks in a longer text help nobody; the whole of it is marked

EXPECTED_MARK = '<ins class="mn-t">{}</ins>'
EXTRACTED_MARK = '<del class="mn-x">{}</del>'

Piece = tuple[str, bool]
"""Some text, and whether the other side lacks it."""


def difference(expected: str, extracted: str) -> tuple[list[Piece], list[Piece]]:
    """Cut both texts into pieces, told whether the other text has them. Joined, the pieces are the text again."""
    left, right = WORDS.findall(expected), WORDS.findall(extracted)
    if max(len(left), len(right)) > MOST_WORDS:
        same = expected == extracted
        return [(expected, not same)], [(extracted, not same)]
    expected_pieces: list[Piece] = []
    extracted_pieces: list[Piece] = []
    for differs, in_left, in_right in stretches(left, right):
        expected_pieces.append(("".join(left[in_left]), differs))
        extracted_pieces.append(("".join(right[in_right]), differs))
    return _joined(expected_pieces), _joined(extracted_pieces)


def stretches(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, slice, slice]]:
    """Cut two sequences where they begin or cease to differ: whether they do, and the stretch of each.

    By the longest common subsequence. difflib takes minutes where the same words return thousands of times, and what
    is compared here comes from agents and from people; rapidfuzz takes the product of the lengths by 64.
    """
    found = Indel.opcodes(left, right).as_list()
    at = 0
    while at < len(found):
        end = at + 1
        while end < len(found) and (found[end][0] == "equal") == (found[at][0] == "equal"):
            end += 1
        _, left_start, _, right_start, _ = found[at]
        _, _, left_end, _, right_end = found[end - 1]
        yield found[at][0] != "equal", slice(left_start, left_end), slice(right_start, right_end)
        at = end


def marked_expected(expected: str, extracted: str) -> SafeString:
    """The expected text as HTML, what the answer lacks marked as `<ins class="mn-t">`."""
    return _marked(difference(expected, extracted)[0], EXPECTED_MARK)


def marked_extracted(expected: str, extracted: str) -> SafeString:
    """The extracted text as HTML, what the truth does not have marked as `<del class="mn-x">`."""
    return _marked(difference(expected, extracted)[1], EXTRACTED_MARK)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Drop empty pieces, and take white space between two marked pieces into the mark: one mark reads easier."""
    full = [piece for piece in pieces if piece[0]]
    bridged = [full[0]] if full else []
    for (text, differs), following in pairwise([*full[1:], ("", False)]):
        bridged.append((text, differs or (text.isspace() and bridged[-1][1] and following[1])))
    merged: list[Piece] = []
    for text, differs in bridged:
        if merged and merged[-1][1] == differs:
            merged[-1] = (merged[-1][0] + text, differs)
        else:
            merged.append((text, differs))
    return merged


def _marked(pieces: list[Piece], mark: str) -> SafeString:
    return format_html_join("", "{}", ((format_html(mark, text) if differs else text,) for text, differs in pieces))
