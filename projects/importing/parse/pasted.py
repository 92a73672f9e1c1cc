"""Addresses pasted into a page."""

from __future__ import annotations

from .addresses import is_address
from .headers import SourceColumn
from .limits import Limits
from .problems import ProblemCode, refused
from .table import ListTable

URL_COLUMN = "site_url"


def table_of_addresses(text: str, limits: Limits) -> ListTable:
    """A table with the one column site_url: an address a line, or several addresses separated by spaces in a line.

    A line that is not made of addresses alone stays one cell, so that the check can tell what is wrong with it.
    Raises ImportRefused when there is no address, or too many.
    """
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        if number == 1 and words == [URL_COLUMN]:
            continue
        if len(words) > 1 and all(is_address(word) for word in words):
            rows.extend((number, [word]) for word in words)
        elif words:
            rows.append((number, [line.strip()]))
    if not rows:
        raise refused(ProblemCode.BATCH_EMPTY, "There is no address.", "Paste at least one address, one a line.")
    if len(rows) > limits.rows:
        raise refused(
            ProblemCode.BATCH_TOO_LARGE,
            f"There are {len(rows):,} addresses; at most {limits.rows:,} can be imported at once.",
            "Split them into several batches.",
        )
    return ListTable((SourceColumn(0, URL_COLUMN, URL_COLUMN),), rows, "pasted addresses")
