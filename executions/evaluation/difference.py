"""Marks where two texts differ, for pages that show the expected beside the extracted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

MAX_CHARACTERS = 5_000
"""Further on nothing is marked: the rest of the text is one part."""

# Whole words and whole groups of digits, never a part of one; every other character stands for itself.
# (\w leaves out the marks that belong to the letters before them: vowels of Hindi, accents that stand alone.)
_MARKS = "".join(filter(lambda character: unicodedata.category(character)[0] == "M", map(chr, range(0x300, 0xD800))))
_TOKEN = re.compile(rf"\d+|[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*|\s+|.", re.DOTALL)


class PartKind(StrEnum):
    SAME = "same"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; `kind` says whether the other text has it too. All pieces joined are the text."""

    text: str
    kind: PartKind


def difference(expected: str, extracted: str) -> tuple[list[Part], list[Part]]:
    """Return the parts of the expected and of the extracted text, for a page to show as deleted and inserted.

    "149.00" and "129.00" differ in "149" and "129", not in one digit. Never raises.
    """
    mine, theirs = _TOKEN.findall(expected[:MAX_CHARACTERS]), _TOKEN.findall(extracted[:MAX_CHARACTERS])
    same_mine, same_theirs = _common(mine, theirs)
    same_rest = expected[MAX_CHARACTERS:] == extracted[MAX_CHARACTERS:]
    return (
        _parts(mine, same_mine, expected[MAX_CHARACTERS:], same_rest),
        _parts(theirs, same_theirs, extracted[MAX_CHARACTERS:], same_rest),
    )


def _common(mine: Sequence[str], theirs: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return the positions of the tokens that both have, by the longest common subsequence."""
    same_mine: set[int] = set()
    same_theirs: set[int] = set()
    for block in Indel.opcodes(mine, theirs):
        if block.tag == "equal":
            same_mine.update(range(block.src_start, block.src_end))
            same_theirs.update(range(block.dest_start, block.dest_end))
    return same_mine, same_theirs


def _parts(tokens: Sequence[str], same: set[int], rest: str, same_rest: bool) -> list[Part]:
    pieces = [(token, _kind(position in same)) for position, token in enumerate(tokens)]
    if rest:
        pieces.append((rest, _kind(same_rest)))
    parts: list[Part] = []
    for text, kind in pieces:
        if parts and parts[-1].kind is kind:
            parts[-1] = Part(parts[-1].text + text, kind)
        else:
            parts.append(Part(text, kind))
    return parts


def _kind(is_same: bool) -> PartKind:
    return PartKind.SAME if is_same else PartKind.CHANGED
