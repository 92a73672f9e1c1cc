"""Exports as XLSX: every text is written as text, so that no cell can be a formula or a link."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from analytics.exporting.table import Cell, FlatTable

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""
MOST_UNITS = 32_767
"""What a cell holds, in units of UTF-16; a character takes one or two."""
_EXACT = 10**15
"""Up to here a spreadsheet keeps every digit of a whole number."""
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff&<>]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class ResultSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are written at once, straight into the file of rows that XlsxWriter keeps on disk.

    XlsxWriter's own way takes more than twice as long, and it copies a text that begins with <r> and ends with </r>
    into the sheet unescaped, as formatting. Texts come from agents here.
    """

    letters: list[str]
    """The names of the columns: A, B ..."""

    def write_cells(self, number: int, cells: Sequence[Cell], *, style: int = 0) -> None:
        """Write a whole row; `number` counts from 0, and rows come in order."""
        self._check_dimensions(number, len(cells) - 1)
        place = number + 1
        written = [
            cell_xml(f"{letters}{place}", value, style) for letters, value in zip(self.letters, cells, strict=True)
        ]
        self.fh.write(f'<row r="{place}">{"".join(written)}</row>')


def cell_xml(reference: str, value: Cell, style: int = 0) -> str:
    """One cell as SpreadsheetML (ECMA-376 part 1, 18.3.1.4): a number or an inline string."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, (int, float)) and abs(value) < _EXACT and math.isfinite(value):
        return f'<c r="{reference}"><v>{value!r}</v></c>'
    styled = f' s="{style}"' if style else ""
    return f'<c r="{reference}"{styled} t="inlineStr"><is><t xml:space="preserve">{xml_text(str(value))}</t></is></c>'


def xml_text(text: str) -> str:
    """Text for a cell: cut to what one can hold, characters that XML can't carry as _xHHHH_ (ECMA-376, ST_Xstring)."""
    if len(text) > MOST_UNITS // 2:
        text = _cut(text)
    return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text


def _cut(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    return text if len(units) <= MOST_UNITS * 2 else units[: MOST_UNITS * 2 - 2].decode("utf-16-le", "ignore") + "…"


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if found in _ENTITIES:
        return _ENTITIES[found]
    return f"_x{ord(found):04X}_"


def write_xlsx(table: FlatTable, file: IO[bytes]) -> None:
    """Write the whole table; memory stays flat, the rows wait in temporary files."""
    with Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": table.title[:255], "comments": table.about[:255]})
        sheet = _new_sheet(book, table)
        number = 0
        for rows in table.rows():
            for cells in rows:
                if number == MOST_ROWS:
                    sheet, number = _new_sheet(book, table), 0
                number += 1
                sheet.write_cells(number, list(map(_quoted_again, cells)) if table.quotes_again else cells)


def _quoted_again(cell: Cell) -> Cell:
    """What the import takes one quote off again, wherever it finds one."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] == "'" else cell


def _new_sheet(book: Workbook, table: FlatTable) -> ResultSheet:
    count = len(book.worksheets())
    sheet: ResultSheet = book.add_worksheet(f"{table.name} {count + 1}" if count else table.name, ResultSheet)
    sheet.letters = [xl_col_to_name(index) for index in range(len(table.headers))]
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.write_cells(0, list(table.headers), style=bold._get_xf_index())
    return sheet
