"""What changed between two texts, by lines and inside them by words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mino.common.ui.difference import Piece, difference, stretches

CONTEXT = 3
"""How many unchanged lines are shown around a change."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: `kind` is same, cut (only in the old text), add (only in the new one) or gap (lines left out).

    `number` counts in the text that the line stands in; for a gap it is how many lines are left out.
    """

    kind: str
    number: int
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class InstructionDiff:
    """All lines in order, and how many were added and cut."""

    lines: Sequence[Line]
    added: int
    cut: int


def instruction_diff(old: str, new: str, context: int = CONTEXT) -> InstructionDiff:
    """Compare two texts; unchanged lines further than `context` from a change are left out as one gap."""
    before, after = old.splitlines(), new.splitlines()
    lines: list[Line] = []
    found = list(stretches(before, after))
    for index, (differs, old_part, new_part) in enumerate(found):
        if differs:
            lines.extend(_changed(before[old_part], old_part.start, after[new_part], new_part.start))
        else:
            lines.extend(_unchanged(after[new_part], new_part.start, (index == 0, index == len(found) - 1), context))
    kinds = [line.kind for line in lines]
    return InstructionDiff(lines, kinds.count("add"), kinds.count("cut"))


def _unchanged(lines: Sequence[str], start: int, ends: tuple[bool, bool], context: int) -> Iterator[Line]:
    is_first, is_last = ends
    head = 0 if is_first else context
    tail = 0 if is_last else context
    hidden = len(lines) - head - tail
    if hidden <= 1 or (is_first and is_last):  # to say that one line is left out takes as much room as the line
        head, hidden = len(lines), 0
    for offset, text in enumerate(lines):
        if offset == head and hidden > 0:
            yield Line("gap", hidden, ())
        if not head <= offset < head + hidden:
            yield Line("same", start + offset + 1, ((text, False),))


def _changed(old: Sequence[str], old_start: int, new: Sequence[str], new_start: int) -> Iterator[Line]:
    """The lines of one change: cut lines first, then added ones, those at the same place compared word by word."""
    pairs = [difference(before, after) for before, after in zip(old, new, strict=False)]
    for offset, text in enumerate(old):
        pieces = pairs[offset][0] if offset < len(pairs) else [(text, True)]
        yield Line("cut", old_start + offset + 1, pieces)
    for offset, text in enumerate(new):
        pieces = pairs[offset][1] if offset < len(pairs) else [(text, True)]
        yield Line("add", new_start + offset + 1, pieces)
