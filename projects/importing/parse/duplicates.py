"""Finds equal URLs among a million without keeping them."""

from __future__ import annotations

from array import array

import numpy as np

from .problems import ProblemCode, ProblemLog


class DuplicateUrls:
    """Keeps a 64-bit hash and a line number of each URL: 12 bytes a row.

    Two different URLs of a million are taken for equal with a probability of 3 in 100 million; it would be a warning.
    """

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
