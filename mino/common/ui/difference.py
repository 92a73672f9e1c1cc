"""Marks where an extracted text differs from the expected one, by whole words and whole groups of digits."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WORDS = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
MOST_WORDS = 1500  # the matcher takes time by the square; beyond this the whole text is marked

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
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    expected_pieces: list[Piece] = []
    extracted_pieces: list[Piece] = []
    for kind, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        differs = kind != "equal"
        expected_pieces.append(("".join(left[left_start:left_end]), differs))
        extracted_pieces.append(("".join(right[right_start:right_end]), differs))
    return _joined(expected_pieces), _joined(extracted_pieces)


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
