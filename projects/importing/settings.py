"""How large an import may be, and when it goes into the background."""

from __future__ import annotations

from django.conf import settings

from projects.importing.parse.limits import MEBIBYTE, Limits

BACKGROUND_BYTES = 5 * MEBIBYTE
BACKGROUND_ROWS = 10_000
# A workbook takes some thirty times longer per byte than a text file.
BACKGROUND_WORKBOOK_BYTES = MEBIBYTE // 4


def import_limits() -> Limits:
    """The limits that the settings give."""
    return Limits(
        file_bytes=settings.IMPORT_MAX_BYTES,
        rows=settings.IMPORT_MAX_ROWS,
        columns=settings.IMPORT_MAX_COLUMNS,
        cell_characters=settings.IMPORT_MAX_CELL,
    )


def is_long(size: int, rows: int, name: str) -> bool:
    """Whether reading a file of this size takes too long for a request."""
    is_workbook = name.lower().endswith((".xlsx", ".xlsm"))
    return rows > BACKGROUND_ROWS or size > (BACKGROUND_WORKBOOK_BYTES if is_workbook else BACKGROUND_BYTES)
