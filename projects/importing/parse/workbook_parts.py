"""The parts of an .xlsx file (ECMA-376): sheets, shared texts, date styles, and a sheet's rows as a stream.

Read with lxml, row by row, since openpyxl takes a minute for what takes seconds here, and readers that unfold a whole
sheet take as much memory as a hostile cell address says.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from .problems import ProblemCode, refused

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
PARSING: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
HEAD_BYTES = 4_096
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its number, its cells as text, and which of them hold a formula's error, or one without a saved
    value."""

    number: int
    cells: list[str]
    errors: list[int]
    unsaved: list[int]


class Parts:
    """The parts of one workbook. Whatever is damaged raises what zipfile, lxml or int() raise."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        workbook = self._tree("xl/workbook.xml")
        properties = workbook.find("{*}workbookPr")
        is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
        targets = {one.get("Id"): one.get("Target") for one in self._tree("xl/_rels/workbook.xml.rels")}
        self.sheets: dict[str, str] = {}
        for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
            target = targets.get(sheet.get(RELATION) or sheet.get(STRICT_RELATION)) or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if path in archive.namelist() and "chartsheet" not in path:
                self.sheets[sheet.get("name") or path] = path
        self._dates, self._durations = self._date_styles()
        self._shared: list[str] | None = None

    def rows(self, sheet: str) -> Iterator[tuple[SheetRow, float]]:
        """The rows of a sheet that are in the file, each with the share of the sheet that has been read."""
        path = self.sheets[sheet]
        size = max(1, self._archive.getinfo(path).file_size)
        self._shared = self._shared_texts() if self._shared is None else self._shared
        number = 0
        with self._open(path) as stream:
            for _, row in etree.iterparse(stream, tag="{*}row", **PARSING):
                number = int(row.get("r") or number + 1)
                yield self._row(row, number), stream.tell() / size
                _forget(row)

    def _row(self, row: etree._Element, number: int) -> SheetRow:
        space = row.tag[:-3]
        value_tag, inline_tag, formula_tag = f"{space}v", f"{space}is", f"{space}f"
        cells: list[str] = []
        errors: list[int] = []
        unsaved: list[int] = []
        for cell in row:
            reference = cell.get("r")
            index = _column_of(reference) if reference else len(cells)
            while len(cells) < index:
                cells.append("")
            kind = cell.get("t")
            if kind == "inlineStr":
                inline = cell.find(inline_tag)
                text = "" if inline is None else _text_in(inline)
            else:
                value = cell.findtext(value_tag) or ""
                text = self._text(value, kind, cell.get("s")) if value else ""
                if not value and kind in (None, "n") and cell.find(formula_tag) is not None:
                    unsaved.append(index)
            if kind == "e":
                errors.append(index)
            cells[index:] = [text]
        return SheetRow(number, cells, errors, unsaved)

    def _text(self, value: str, kind: str | None, style: str | None) -> str:
        if kind == "s":
            return (self._shared or [])[int(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        if kind in (None, "n"):
            if style in self._durations:
                return _duration(value)
            return self._date(value) if style in self._dates else _number(value)
        return value

    def _date(self, value: str) -> str:
        try:
            moment = from_excel(float(value), self._epoch)
        except (OverflowError, ValueError):
            return _number(value)
        if not isinstance(moment, datetime):
            return moment.isoformat() if moment is not None else ""
        # Excel counts days, so that a second may come out as 59.999999.
        rounded = moment.replace(microsecond=0)
        return rounded.isoformat() if rounded.time().isoformat() != "00:00:00" else rounded.date().isoformat()

    def _date_styles(self) -> tuple[set[str], set[str]]:
        """The numbers of the cell styles that show a date or a time of day, and of those that show a duration."""
        if "xl/styles.xml" not in self._archive.namelist():
            return set(), set()
        styles = self._tree("xl/styles.xml")
        formats = dict(BUILTIN_FORMATS)
        for own in styles.iterfind("{*}numFmts/{*}numFmt"):
            formats[int(own.get("numFmtId") or 0)] = own.get("formatCode") or ""
        dates, durations = set(), set()
        for number, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
            code = formats.get(int(style.get("numFmtId") or 0), "General")
            if is_timedelta_format(code):
                durations.add(str(number))
            elif is_date_format(code):
                dates.add(str(number))
        return dates, durations

    def _shared_texts(self) -> list[str]:
        path = next((name for name in self._archive.namelist() if name.lower() == "xl/sharedstrings.xml"), None)
        if path is None:
            return []
        texts = []
        with self._open(path) as stream:
            for _, item in etree.iterparse(stream, tag="{*}si", **PARSING):
                texts.append(_text_in(item))
                _forget(item)
        return texts

    def _tree(self, path: str) -> etree._Element:
        with self._open(path) as stream:
            return etree.parse(stream, etree.XMLParser(**PARSING)).getroot()

    def _open(self, path: str) -> IO[bytes]:
        with self._archive.open(path) as stream:
            if b"<!DOCTYPE" in stream.read(HEAD_BYTES):
                raise refused(
                    ProblemCode.FILE_BROKEN,
                    "The workbook has a document type definition, which no spreadsheet writes.",
                    "Open it in a spreadsheet, save it again, and choose the new file.",
                )
        return self._archive.open(path)


def _text_in(element: etree._Element) -> str:
    """A text, plain or in runs of different looks, without its phonetic reading."""
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return _unescaped(element[0].text or "")
    texts = [child.text or "" for child in element.iterfind("{*}t")]
    texts += [text.text or "" for text in element.iterfind("{*}r/{*}t")]
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """Control characters, which XML can't hold, are written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19)."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _number(value: str) -> str:
    """A number as a person would write it: 12.0 is "12", and of the 17 digits in the file the 15 that are shown."""
    if value.isdigit() and len(value) <= 15:
        return value
    try:
        text = format(Decimal(f"{float(value):.15g}"), "f")
    except (ValueError, InvalidOperation):
        return value
    return text.rstrip("0").rstrip(".") if "." in text else text


def _duration(value: str) -> str:
    """A share of a day as an ISO 8601 duration."""
    try:
        minutes, seconds = divmod(round(float(value) * 86_400), 60)
    except (ValueError, OverflowError):
        return value
    hours, minutes = divmod(minutes, 60)
    return f"PT{hours}H{minutes}M{seconds}S"


_COLUMNS: dict[str, int] = {}


def _column_of(reference: str) -> int:
    """The index of a cell's column: "C7" is 2. Raises ValueError beyond XFD, the last column there is."""
    letters = reference.rstrip("0123456789")
    index = _COLUMNS.get(letters)
    if index is None:
        index = 0
        for letter in letters.upper():
            index = index * 26 + ord(letter) - 64
        if not 0 < index <= 16_384:
            raise ValueError(f"There is no column {letters[:10]}.")
        _COLUMNS[letters] = index
    return index - 1


def _forget(element: etree._Element) -> None:
    """Free an element that was read, and those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
