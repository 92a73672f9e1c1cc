"""An Excel workbook (.xlsx) as a table: one sheet, read row by row, every cell as plain text."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from .clean import clean_record
from .headers import SourceColumn, check_width, looks_like_data, name_columns, numbered_columns
from .limits import MEBIBYTE, Limits
from .lines import SUSPICIOUS
from .problems import ImportRefused, ProblemCode, ProblemLog, refused
from .reading import ReadingState
from .table import Table
from .workbook_parts import Parts, SheetRow

SHARED_TEXT = "xl/sharedstrings.xml"
# What a damaged or dishonest workbook makes the archive, the parser or the conversions raise.
BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    etree.LxmlError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
)


class WorkbookTable(Table):
    """One sheet of a workbook, the first one with cells unless `sheet` names another; formulas give their saved values.

    Raises ImportRefused when it is damaged, unfolds to more than the limits, or has no rows.
    """

    def __init__(self, file: BinaryIO, limits: Limits, *, sheet: str | None = None, header: bool | None = None) -> None:
        self._limits = limits
        archive = open_archive(file, limits)
        try:
            self._parts = Parts(archive)
        except ImportRefused:
            raise
        except BROKEN as error:
            raise _broken() from error
        self.sheets = list(self._parts.sheets)
        log = ProblemLog()
        self.sheet, line, first = self._first_record(sheet)
        has_header = header if header is not None else not looks_like_data(first)
        self.header_line = line if has_header else 0
        self.columns = self._named(first, line, log)
        told = f"header in line {line}" if has_header else "no header"
        self.description = f"Excel workbook, sheet “{self.sheet}”, {told}"
        self.problems = log.kept()

    def raw_records(self, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        """See Table. Lines are the sheet's own row numbers."""
        width = len(self.columns)
        state.size = 1_000
        for row, share in self._rows(self.sheet):
            state.bytes_read = int(share * 1_000)
            cells = row.cells
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if row.number <= self.header_line:
                continue
            if not any(cells):
                state.blank_lines += 1
                continue
            cells.extend([""] * (width - len(cells)))
            for index in row.errors:
                self._note_error(row.number, index, cells, log)
            for index in row.unsaved:
                self._note_unsaved(row.number, index, log)
            if any(map(SUSPICIOUS.search, cells)):
                cells = clean_record(row.number, cells, self.names, "utf-8", log)
            yield row.number, cells

    def _note_error(self, line: int, index: int, cells: list[str], log: ProblemLog) -> None:
        log.error(
            line,
            self.names[index] if index < len(self.columns) else None,
            ProblemCode.CELL_ERROR,
            f"The cell's formula gives the error {cells[index]}.",
            cells[index],
            "Mend the formula or clear the cell.",
        )

    def _note_unsaved(self, line: int, index: int, log: ProblemLog) -> None:
        log.warning(
            line,
            self.names[index] if index < len(self.columns) else None,
            ProblemCode.CELL_ERROR,
            "The cell's formula has no saved value; the cell counts as empty.",
            remedy="Open the workbook in a spreadsheet and save it there.",
        )

    def _first_record(self, wanted: str | None) -> tuple[str, int, list[str]]:
        if wanted is not None and wanted not in self.sheets:
            raise refused(
                ProblemCode.FILE_TYPE,
                f"The workbook has no sheet “{wanted}”.",
                f"Choose one of: {', '.join(self.sheets[:20])}.",
            )
        for sheet in [wanted] if wanted is not None else self.sheets:
            for row, _ in self._rows(sheet):
                cells = row.cells
                while cells and not cells[-1].strip():
                    cells.pop()
                if cells:
                    return sheet, row.number, cells
        raise refused(
            ProblemCode.BATCH_EMPTY,
            "The workbook has no rows.",
            "Give a sheet a header line and at least one row with a site's address.",
        )

    def _named(self, first: list[str], line: int, log: ProblemLog) -> tuple[SourceColumn, ...]:
        if self.header_line:
            return name_columns(first, line, self._limits, log)
        check_width(len(first), self._limits, line)
        log.warning(
            line,
            None,
            ProblemCode.NO_HEADER,
            "The first line looks like data, not like names of columns; it is imported as a row.",
            ", ".join(first),
            "Name the columns below, or say that the first line is the header.",
        )
        return numbered_columns(len(first), self._limits)

    def _rows(self, sheet: str) -> Iterator[tuple[SheetRow, float]]:
        """The rows of a sheet. Damage found on the way is a refusal, too."""
        try:
            yield from self._parts.rows(sheet)
        except ImportRefused:
            raise
        except BROKEN as error:
            raise _broken() from error


def _broken() -> ImportRefused:
    return refused(
        ProblemCode.FILE_BROKEN,
        "The workbook is damaged and can't be read.",
        "Open it in a spreadsheet, save it again, and choose the new file.",
    )


def open_archive(file: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """The archive, or ImportRefused for one that is no workbook or unfolds to too much (as far as it admits).

    zipfile never unpacks more of an entry than its declared size, so the declared sizes bound the work.
    """
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN as error:
        raise _broken() from error
    entries = archive.infolist()
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise refused(
            ProblemCode.FILE_TYPE,
            "This is a ZIP archive, but not an Excel workbook (.xlsx).",
            "Unpack it and choose the table inside, saved as CSV or .xlsx.",
            found=", ".join(sorted(names)[:5]),
        )
    unpacked = sum(entry.file_size for entry in entries)
    shared = sum(entry.file_size for entry in entries if entry.filename.lower() == SHARED_TEXT)
    if len(entries) > limits.archive_entries or unpacked > limits.unpacked_bytes or shared > limits.shared_text_bytes:
        raise refused(
            ProblemCode.BATCH_TOO_LARGE,
            f"The workbook unfolds to {unpacked / MEBIBYTE:,.0f} MB in {len(entries):,} parts, which is too much.",
            "Save the sheet with the sites as CSV (UTF-8) and choose that file.",
        )
    return archive
