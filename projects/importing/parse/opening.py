"""The one door: any file, or pasted text, becomes a table or is refused with a reason."""

from __future__ import annotations

import codecs
import io
from dataclasses import replace
from typing import BinaryIO

from .delimited_table import DelimitedTable, detect_dialect
from .dialect import ENCODING_NAMES, ONE_COLUMN, Dialect
from .encoding import encoding_of_zeros
from .exported import is_exported_batch
from .json_lines import BEGINNING, JsonLinesTable
from .limits import MEBIBYTE, Limits
from .pasted import table_of_addresses
from .problems import ProblemCode, refused
from .table import Table
from .workbook import WorkbookTable

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)
CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r"))
SAVE_AS = "Save the table as CSV (UTF-8) or as an Excel workbook (.xlsx) and choose that file."


def open_table(
    file: BinaryIO,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    dialect: Dialect | None = None,
    limits: Limits | None = None,
) -> Table:
    """Open a seekable binary file as a table; what is given by name overrides what would be detected.

    An empty `delimiter` means one column, an empty `quote` none. With `dialect` nothing is detected: it says all about
    a text file that a program has written.

    The file stays open and is read anew by each `Table.records`. Raises ImportRefused when it is no table, is empty, or
    exceeds a limit; never anything else for whatever bytes it holds.
    """
    limits = limits or Limits()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(2048)
    file.seek(0)
    if size > limits.file_bytes:
        raise refused(
            ProblemCode.BATCH_TOO_LARGE,
            f"The file has {size / MEBIBYTE:,.0f} MB; at most {limits.file_bytes / MEBIBYTE:,.0f} MB can be imported.",
            "Split it into several files.",
        )
    if dialect is not None:
        return DelimitedTable(file, dialect, limits, header=dialect.header)
    if head.startswith(ZIP):
        return WorkbookTable(file, limits, sheet=sheet, header=header)
    if head.startswith(BEGINNING):
        return JsonLinesTable(file, limits)
    _refuse_foreign(head)
    _check_characters(delimiter, quote)
    encoding = _known_encoding(encoding)
    dialect = Dialect() if is_exported_batch(file) else detect_dialect(file, encoding)
    if delimiter is not None:
        dialect = replace(dialect, delimiter=delimiter or ONE_COLUMN, skip_initial_space=False)
    if quote is not None:
        dialect = replace(dialect, quote=quote or None)
    return DelimitedTable(file, dialect, limits, header=header)


def open_pasted(text: str, *, limits: Limits | None = None) -> Table:
    """Open pasted text: addresses, one a line or separated by spaces, or a table copied from a spreadsheet."""
    limits = limits or Limits()
    first = next((line for line in text.splitlines() if line.strip()), "")
    if any(delimiter in first for delimiter in "\t;,") and "://" not in first:
        return open_table(io.BytesIO(text.encode("utf-8", "surrogatepass")), encoding="utf-8", limits=limits)
    return table_of_addresses(text, limits)


def _is_binary(head: bytes) -> bool:
    """Whether there are more control characters than any text has (UTF-16 and UTF-32 are full of zeros)."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) or encoding_of_zeros(head):
        return False
    return len(head) - len(head.translate(None, CONTROL_BYTES)) > 0.1 * len(head)


def _known_encoding(encoding: str | None) -> str | None:
    if encoding is not None and encoding not in ENCODING_NAMES:
        raise refused(
            ProblemCode.FILE_TYPE,
            f"“{encoding[:40]}” is not an encoding that can be read.",
            f"Choose one of: {', '.join(ENCODING_NAMES)}.",
        )
    return encoding


def _check_characters(delimiter: str | None, quote: str | None) -> None:
    for name, character in (("delimiter", delimiter), ("quote", quote)):
        if character and (len(character) > 1 or character in "\r\n"):
            raise refused(ProblemCode.FILE_TYPE, f"The {name} is not a single character.", "Choose one character.")
    if delimiter and delimiter == quote:
        raise refused(ProblemCode.FILE_TYPE, "Delimiter and quote are the same.", "Choose two different characters.")


def _refuse_foreign(head: bytes) -> None:
    if head.startswith(OLD_EXCEL):
        raise refused(
            ProblemCode.FILE_TYPE,
            "This is an old or a protected Excel file.",
            "Open it in a spreadsheet and save it as an Excel workbook (.xlsx) without a password.",
        )
    for magic, kind in FOREIGN:
        if head.startswith(magic):
            raise refused(ProblemCode.FILE_TYPE, f"This is {kind}, not a table.", SAVE_AS)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise refused(ProblemCode.FILE_TYPE, "This is a web page or an XML file, not a table.", SAVE_AS)
    if _is_binary(head):
        raise refused(ProblemCode.FILE_TYPE, "This is not a text file.", SAVE_AS)
    if start.startswith((b"{", b'[{"', b"[\n", b"[\r\n")):
        raise refused(ProblemCode.FILE_TYPE, "This is a JSON file, not a table.", SAVE_AS)
