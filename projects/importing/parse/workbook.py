"""An Excel workbook (.xlsx) as a table: one sheet, read row by row, every cell as plain text."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from .clean import clean_record
from .headers import SourceColumn, check_width, looks_like_data, name_columns, numbered_columns
from .limits import MEBIBYTE, Limits
from .lines import SUSPICIOUS
from .problems import ImportRefused, ProblemCode, ProblemLog, refused
from .reading import ReadingState
from .table import Table

CELL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
SHARED_TEXT = "xl/sharedstrings.xml"
# What openpyxl raises for a damaged or dishonest workbook, depending on where the damage is.
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
)


class WorkbookTable(Table):
    """One sheet of a workbook, the first one with cells unless `sheet` names another; formulas give their saved values.

    Raises ImportRefused when it is damaged, unfolds to more than the limits, or has no rows.
    """

    def __init__(self, file: BinaryIO, limits: Limits, *, sheet: str | None = None, header: bool | None = None) -> None:
        self._file = file
        self._limits = limits
        check_archive(file, limits)
        log = ProblemLog()
        workbook = self._load()
        try:
            self.sheets = [worksheet.title for worksheet in workbook.worksheets]
        finally:
            workbook.close()
        self.sheet, line, first = self._first_record(sheet)
        has_header = header if header is not None else not looks_like_data(first)
        self.header_line = line if has_header else 0
        self._first_line = line
        self.columns = self._named(first, line, log)
        self.description = f"Excel workbook, sheet “{self.sheet}”, " + (
            f"header in line {line}" if has_header else "no header"
        )
        self.problems = log.kept()

    def raw_records(self, log: ProblemLog, state: ReadingState) -> Iterator[tuple[int, list[str]]]:
        """See Table. Lines are the sheet's own row numbers."""
        width = len(self.columns)
        for line, values in self._rows(self.sheet):
            if line <= self.header_line:
                continue
            cells = [text_of(value) for value in values]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if not any(cells):
                state.blank_lines += 1
                continue
            cells.extend([""] * (width - len(cells)))
            self._note_errors(line, cells, log)
            if any(SUSPICIOUS.search(cell) for cell in cells):
                cells = clean_record(line, cells, self.names, "utf-8", log)
            yield line, cells

    def _note_errors(self, line: int, cells: list[str], log: ProblemLog) -> None:
        for index, cell in enumerate(cells):
            if cell[:1] == "#" and cell in CELL_ERRORS:
                log.error(
                    line,
                    self.names[index] if index < len(self.columns) else None,
                    ProblemCode.CELL_ERROR,
                    f"The cell's formula gives the error {cell}.",
                    cell,
                    "Mend the formula or clear the cell.",
                )

    def _first_record(self, wanted: str | None) -> tuple[str, int, list[str]]:
        if wanted is not None and wanted not in self.sheets:
            raise refused(
                ProblemCode.FILE_TYPE,
                f"The workbook has no sheet “{wanted}”.",
                f"Choose one of: {', '.join(self.sheets[:20])}.",
            )
        for sheet in [wanted] if wanted is not None else self.sheets:
            for line, values in self._rows(sheet):
                cells = [text_of(value) for value in values]
                while cells and not cells[-1].strip():
                    cells.pop()
                if cells:
                    return sheet, line, cells
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

    def _rows(self, sheet: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Numbered rows of a sheet. Damage found on the way is a refusal, too."""
        workbook = self._load()
        try:
            worksheet = workbook[sheet]
            # A wrong <dimension> would cut rows or columns off; without it the cells themselves tell.
            worksheet.reset_dimensions()
            rows = worksheet.iter_rows(values_only=True)
            yield from enumerate(rows, start=1)
        except ImportRefused:
            raise
        except BROKEN as error:
            raise _broken(error) from error
        finally:
            workbook.close()

    def _load(self) -> Workbook:
        self._file.seek(0)
        try:
            with warnings.catch_warnings():
                # openpyxl warns of extensions that it does not keep when saving; nothing is saved here.
                warnings.simplefilter("ignore")
                return load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
        except BROKEN as error:
            raise _broken(error) from error


def _broken(error: BaseException) -> ImportRefused:
    return refused(
        ProblemCode.FILE_BROKEN,
        "The workbook is damaged and can't be read.",
        "Open it in a spreadsheet, save it again, and choose the new file.",
        found=f"{type(error).__name__}: {error}",
    )


def check_archive(file: BinaryIO, limits: Limits) -> None:
    """Raise ImportRefused for an archive that is no workbook, or unfolds to too much (as far as it admits).

    zipfile never unpacks more of an entry than its declared size, so the declared sizes bound the work.
    """
    file.seek(0)
    try:
        entries = zipfile.ZipFile(file).infolist()
    except BROKEN as error:
        raise _broken(error) from error
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


def text_of(value: Any) -> str:
    """A cell's value as text that doesn't depend on formats: 12.0 is "12", dates are ISO, durations ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # A spreadsheet keeps 15 digits; the sixteenth is noise (0.1 + 0.2).
        text = format(Decimal(f"{value:.15g}"), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    return str(value)


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"PT{hours}H{minutes}M{seconds}S"
