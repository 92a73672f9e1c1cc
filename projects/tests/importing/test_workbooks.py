from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
    with pytest.raises(ImportRefused, match="document type definition"):
        rows_of(table_of(bomb.getvalue()))


def test_a_damaged_workbook_is_refused() -> None:
    content = workbook_of(["site_url"], ["https://a.example/"])
    for cut in (100, len(content) // 2, len(content) - 30):
        with pytest.raises(ImportRefused):
            rows_of(table_of(content[:cut]))


def test_control_characters_written_as_escapes_do_no_harm() -> None:
    report = checked(workbook_of(["site_url", "note"], ["https://a.example/", "a_x0000_b"]))
    assert report.good_rows == 1


MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def handmade(sheet: str, *, shared: str = "", properties: str = "") -> bytes:
    """A workbook as other programs write it: the strict namespace, one sheet, one date style (number 1)."""
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>'
        '<sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="a" Target="/xl/s.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="[h]:mm"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
        "xl/s.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def test_cells_and_rows_without_addresses_follow_each_other() -> None:
    inline = '<row><c t="inlineStr"><is><t>site_url</t></is></c><c t="str"><v>n</v></c></row>'
    table = table_of(handmade(inline + "<row><c><v>1</v></c><c><v>2.50</v></c></row>"))
    assert (table.names, list(table.records())) == (["site_url", "n"], [(2, ["1", "2.5"])])


def test_dates_and_durations_are_known_by_their_style() -> None:
    cells = '<c r="B7" s="1"><v>45413</v></c><c r="C7" s="2"><v>1.5</v></c>'
    sheet = f'<row><c t="str"><v>a</v></c></row><row r="7">{cells}</row>'
    assert list(table_of(handmade(sheet), header=True).records()) == [(7, ["", "2024-05-01", "PT36H0M0S"])]
    mac = table_of(handmade(sheet, properties='<workbookPr date1904="1"/>'), header=True)
    assert next(iter(mac.records()))[1][1] == "2028-05-02"


def test_shared_texts_may_have_runs_readings_and_escapes() -> None:
    shared = "<si><r><t>site</t></r><r><t>_url</t></r><rPh><t>no</t></rPh></si><si><t>a_x0041_b_x005F_</t></si>"
    sheet = '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    table = table_of(handmade(sheet, shared=shared))
    assert (table.names, rows_of(table)) == (["site_url"], [["aAb_"]])


def test_an_address_beyond_the_last_column_is_damage() -> None:
    with pytest.raises(ImportRefused, match="damaged"):
        table_of(handmade('<row><c r="XFE1"><v>1</v></c></row>'))


@settings(deadline=None)
@given(st.integers(1, 5_000), st.binary(min_size=1, max_size=4))
def test_no_damage_makes_the_reader_crash(place: int, junk: bytes) -> None:
    content = bytearray(workbook_of(["site_url", "n"], ["https://a.example/", 1]))
    content[place % len(content) : place % len(content) + len(junk)] = junk
    with suppress(ImportRefused):
        checked(bytes(content))
