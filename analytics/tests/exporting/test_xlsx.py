"""Exports as XLSX."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.utils.escape import unescape

from analytics.exporting import xlsx_file
from analytics.exporting.results import Results
from analytics.tests.exporting.conftest import add_job
from analytics.tests.exporting.test_csv import first_column
from executions.models import Execution
from mino.common.values.clean import clean_text
from projects.importing.parse.opening import open_table


def written(execution: Execution) -> io.BytesIO:
    file = io.BytesIO()
    xlsx_file.write_xlsx(Results(execution).table(), file)
    file.seek(0)
    return file


def cells(execution: Execution, header: str) -> list[Any]:
    sheet = openpyxl.load_workbook(written(execution)).worksheets[0]
    headers = [cell.value for cell in sheet[1]]
    return [row[headers.index(header)] for row in sheet.iter_rows(min_row=2)]


def test_numbers_are_numbers_and_nothing_is_nothing(mixed: Execution) -> None:
    assert [cell.value for cell in cells(mixed, "accuracy")] == [1, 0, None, None]
    assert [cell.value for cell in cells(mixed, "extracted_price")] == [101.5, None, None, None]
    assert [cell.value for cell in cells(mixed, "error_code")][2] == "TIMEOUT"


def test_formulas_are_texts(execution: Execution, test_data: Path) -> None:
    attacks = first_column(test_data / "values" / "csv_injection.csv")
    for position, attack in enumerate(attacks, 1):
        add_job(execution, position, result={"title": attack})
    found: list[Cell] = cells(execution, "extracted_title")
    assert [cell.value for cell in found] == attacks
    assert {cell.data_type for cell in found} <= {"s", "inlineStr"}


@pytest.mark.parametrize(
    "text",
    ["<r><t>x</t></r>", "a & b < c", " spaces ", "_x0041_", "\ufffe", "https://example.com/", "9" * 40, "{=1}"],
)
def test_odd_texts_arrive_as_they_are(execution: Execution, text: str) -> None:
    add_job(execution, 1, result={"title": text})
    assert unescape(cells(execution, "extracted_title")[0].value) == text


def test_control_characters_are_escaped_as_a_spreadsheet_wants_it() -> None:
    assert xlsx_file.xml_text("a\x00\x0bb\ud800") == "a_x0000__x000B_b_xD800_"


def test_a_text_is_cut_to_what_a_cell_can_hold() -> None:
    assert len(xlsx_file.xml_text("x" * 40_000)) == 32_767
    assert len(xlsx_file.xml_text("🦈" * 20_000).encode("utf-16-le")) // 2 <= 32_767
    assert xlsx_file.xml_text("x" * 32_767) == "x" * 32_767


def test_whole_numbers_too_long_for_a_spreadsheet_keep_their_digits(execution: Execution) -> None:
    add_job(execution, 1, result={"title": 8_901_234_567_890_123_456})
    assert cells(execution, "extracted_title")[0].value == "8901234567890123456"


def test_rows_beyond_a_sheet_go_on_in_the_next(mixed: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "MOST_ROWS", 3)
    book = openpyxl.load_workbook(written(mixed))
    assert [(sheet.title, sheet.max_row) for sheet in book.worksheets] == [("Results", 4), ("Results 2", 2)]
    assert book.worksheets[1]["A1"].value == "mino_row_key"
    assert book.worksheets[1]["A2"].value == "104"


def test_nasty_strings_make_a_workbook_that_opens(execution: Execution, test_data: Path) -> None:
    strings = [clean_text(text) for text in first_column(test_data / "values" / "naughty.csv")]
    for position, text in enumerate(strings, 1):
        add_job(execution, position, result={"title": text})
    assert [unescape(cell.value or "") for cell in cells(execution, "extracted_title")] == strings


def test_the_import_reads_what_was_exported(mixed: Execution) -> None:
    table = open_table(written(mixed))
    rows = [dict(zip(table.names, cells, strict=True)) for _, cells in table.records()]
    assert [row["mino_row_key"] for row in rows] == ["101", "102", "103", "104"]
    assert [row["expected_price"] for row in rows] == ["101.50", "102.50", "103.50", "104.50"]
