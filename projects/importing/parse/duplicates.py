"""Finds equal URLs and equal keys among a million without keeping them.

Only 64-bit hashes are kept. Two different ones of a million texts are taken for equal with a probability of 3 in 100
million.
"""

from __future__ import annotations

from array import array

import numpy as np

from .problems import ProblemCode, ProblemLog


class DuplicateUrls:
    """Keeps a hash and a line number of each URL, 12 bytes a row, and finds the equal ones at the end."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._lines = array("I")

    def add(self, line: int, url: str) -> None:
        """Remember the URL of a line; lines come in ascending order."""
        self._hashes.append(hash(url))
        self._lines.append(line)

    def report(self, column: str, log: ProblemLog) -> int:
        """Note repeated URLs, each with the line where it stands first, as many as the log keeps; returns the count."""
        if not self._hashes:
            return 0
        hashes = np.frombuffer(self._hashes, dtype=np.int64)
        lines = np.frombuffer(self._lines, dtype=np.uint32)
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        repeats = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
        starts = np.searchsorted(ordered, ordered[repeats])
        repeated, first_lines = lines[order[repeats]], lines[order[starts]]
        by_line = np.argsort(repeated, kind="stable")
        listed = by_line[: log.keep]
        for place in listed:
            log.warning(
                int(repeated[place]),
                column,
                ProblemCode.DUPLICATE_URL,
                f"The same URL as in line {first_lines[place]}.",
                remedy="Nothing, if the site shall be visited twice; otherwise take one of the lines out.",
            )
        log.count_warnings(ProblemCode.DUPLICATE_URL, len(repeats) - len(listed))
        return len(repeats)


class SeenKeys:
    """Says at once whether a key was there before; keeps some 80 bytes a row."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._hashes = array("q")
        self._lines = array("I")

    def first_line(self, line: int, key: str) -> int | None:
        """The line where an equal key stood first; None, and remembered, if there was none."""
        hashed = hash(key)
        if hashed in self._seen:
            return self._lines[self._hashes.index(hashed)]
        self._seen.add(hashed)
        self._hashes.append(hashed)
        self._lines.append(line)
        return None
