from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from projects.importing.parse.limits import Limits
from projects.importing.parse.problems import ImportRefused, ProblemCode
from projects.tests.importing.reading import checked, read, rows_of, table_of, where


def workbook_of(*rows: list[Any], before: str | None = None) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    if before is not None:
        sheet.title = before
        sheet = workbook.create_sheet("Sites")
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def test_cells_become_text_that_does_not_depend_on_formats() -> None:
    values = [
        12,
        12.0,
        0.1 + 0.2,
        1e21,
        True,
        date(2024, 5, 1),
        datetime(2024, 5, 1, 10, 30),
        time(8, 5),
        timedelta(minutes=80),
    ]
    table = table_of(workbook_of(["a", *"bcdefghi"], values))
    assert rows_of(table) == [
        [
            "12",
            "12",
            "0.3",
            "1000000000000000000000",
            "true",
            "2024-05-01",
            "2024-05-01T10:30:00",
            "08:05:00",
            "PT1H20M0S",
        ]
    ]


def test_the_first_sheet_with_cells_is_read_and_another_may_be_chosen() -> None:
    content = workbook_of(["site_url"], ["https://a.example/"], before="Empty")
    assert "sheet “Sites”" in table_of(content).description
    with pytest.raises(ImportRefused, match="no sheet “Prices”"):
        table_of(content, sheet="Prices")


def test_rows_keep_the_numbers_of_the_sheet_and_empty_ones_are_skipped() -> None:
    records, _ = read(
        workbook_of([], ["site_url", "n"], ["https://a.example/", 1], [], [None, None], ["https://b.example/"])
    )
    assert records == [(3, ["https://a.example/", "1"]), (6, ["https://b.example/", ""])]


def test_error_cells_are_told_by_line_and_column() -> None:
    report = checked(
        workbook_of(["site_url", "expected_price"], ["https://a.example/", "#DIV/0!"], ["https://b.example/", 2])
    )
    assert where(report.problems, ProblemCode.CELL_ERROR) == [(2, "expected_price")]
    assert (report.good_rows, report.bad_rows) == (1, 1)


def test_an_archive_that_unfolds_too_far_is_refused_before_it_is_read() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    with pytest.raises(ImportRefused, match="unfolds to"):
        table_of(written.getvalue(), limits=Limits(unpacked_bytes=1_000_000))


def test_an_archive_of_something_else_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("sites.csv", "a,b")
    with pytest.raises(ImportRefused, match="not an Excel workbook"):
        table_of(written.getvalue())


def test_entities_in_the_xml_are_refused() -> None:
    content = io.BytesIO(workbook_of(["site_url"], ["https://a.example/"]))
    bomb = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(bomb, "w") as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
                data = doctype + data[data.index(b"<worksheet") :]
            target.writestr(entry, data)
    with pytest.raises(ImportRefused, match="damaged"):
        rows_of(table_of(bomb.getvalue()))


def test_a_damaged_workbook_is_refused() -> None:
    content = workbook_of(["site_url"], ["https://a.example/"])
    for cut in (100, len(content) // 2, len(content) - 30):
        with pytest.raises(ImportRefused):
            rows_of(table_of(content[:cut]))


def test_control_characters_written_as_escapes_do_no_harm() -> None:
    report = checked(workbook_of(["site_url", "note"], ["https://a.example/", "a_x0000_b"]))
    assert report.good_rows == 1
