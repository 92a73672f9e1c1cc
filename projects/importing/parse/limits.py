"""How large an imported file may be."""

from __future__ import annotations

from dataclasses import dataclass

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file, table, and cell that an import takes; the settings may give other numbers."""

    file_bytes: int = 100 * MEBIBYTE
    rows: int = 1_000_000
    columns: int = 200
    cell_characters: int = 32_767
    url_characters: int = 2_000
    name_characters: int = 100
    key_characters: int = 200
    # An .xlsx file is a ZIP archive: a few kilobytes may unfold to gigabytes.
    unpacked_bytes: int = 1024 * MEBIBYTE
    shared_text_bytes: int = 128 * MEBIBYTE
    archive_entries: int = 10_000
