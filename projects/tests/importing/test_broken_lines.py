from __future__ import annotations

import io
import re
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projects.importing.files import sentence
from projects.importing.parse.delimited import LONGEST_FIELD
from projects.importing.parse.limits import Limits
from projects.importing.parse.problems import ImportRefused, ProblemCode
from projects.tests.importing.reading import checked, read, table_of, where

HEADER = "site_url,name,expected_price\n"


def test_lines_are_counted_across_line_breaks_in_quotes() -> None:
    records, _ = read('a,b\n"one\ntwo",1\r\n\n"x\r\ny\rz",2\nlast,3\n')
    assert [line for line, _ in records] == [2, 5, 8]


def test_an_unclosed_quote_is_told_and_swallows_no_row() -> None:
    records, problems = read(
        HEADER + 'https://a.example/,"Lamp,1\n' + "".join(f"https://b.example/{n},B,2\n" for n in range(50))
    )
    assert where(problems, ProblemCode.UNCLOSED_QUOTE) == [(2, None)]
    assert "line 2 is not closed before the end" in problems[0].message
    assert [line for line, _ in records] == list(range(3, 53))


def test_an_unclosed_quote_does_not_merge_with_a_later_quoted_cell() -> None:
    content = (
        HEADER
        + 'https://a.example/,"Lamp,1\nhttps://b.example/,B,2\nhttps://c.example/,"C, red",3\nhttps://d.example/,D,4\n'
    )
    records, problems = read(content)
    assert where(problems, ProblemCode.UNCLOSED_QUOTE) == [(2, None)]
    assert [cells[0][8] for _, cells in records] == ["b", "c", "d"]


def test_a_quote_inside_a_quoted_cell_is_a_warning_and_keeps_the_text() -> None:
    records, problems = read('a,b\n"5" screen",1\nx,2\n')
    assert records[0] == (2, ['5 screen"', "1"])
    assert where(problems, ProblemCode.STRAY_QUOTE) == [(2, None)]


def test_the_end_of_a_broken_cell_is_not_taken_for_a_row() -> None:
    records, problems = read('a,b\n"one,1\ntwo",2,x\nthree,3\n')
    assert [line for line, _ in records] == [4]
    assert {problem.line for problem in problems} == {2, 3}


def test_lines_that_came_to_nothing_count_as_rows_with_a_problem() -> None:
    report = checked(HEADER + 'https://a.example/,"Lamp,1\nhttps://b.example/,B,2\n')
    assert (report.rows, report.good_rows, report.bad_rows) == (2, 1, 1)


def test_too_many_and_too_few_fields_are_told_by_line() -> None:
    report = checked(HEADER + "https://a.example/,A,1,2\nhttps://b.example/,B\nhttps://c.example/,C,3\n")
    assert where(report.problems, ProblemCode.TOO_MANY_FIELDS) == [(2, None)]
    assert where(report.problems, ProblemCode.TOO_FEW_FIELDS) == [(3, None)]
    assert (report.good_rows, report.bad_rows) == (1, 2)


def test_empty_fields_at_the_end_and_empty_lines_do_no_harm() -> None:
    report = checked(HEADER + "https://a.example/,A,1,,,\n\n,,\nhttps://b.example/,B,2\n")
    assert (report.good_rows, report.bad_rows, report.blank_lines) == (2, 0, 2)


def test_a_cell_over_the_limit_is_told_by_line_and_column() -> None:
    report = checked(HEADER + f"https://a.example/,{'x' * 40_000},1\nhttps://b.example/,B,2\n")
    assert where(report.problems, ProblemCode.CELL_TOO_LONG) == [(2, "name")]
    assert report.good_rows == 1


def test_a_monstrous_cell_is_told_and_reading_goes_on() -> None:
    records, problems = read(HEADER + f"https://a.example/,{'x' * (LONGEST_FIELD + 1)},1\nhttps://b.example/,B,2\n")
    assert where(problems, ProblemCode.CELL_TOO_LONG) == [(2, None)]
    assert [line for line, _ in records] == [3]


def test_control_characters_are_removed_with_a_warning() -> None:
    records, problems = read("site_url,name\nhttps://a.example/,A\x00B\x1b\n")
    assert records == [(2, ["https://a.example/", "AB"])]
    assert [(p.line, p.column, p.found) for p in problems] == [(2, "name", "U+0000 U+001B")]


def test_hundreds_of_unclosed_quotes_end_the_reading() -> None:
    with pytest.raises(ImportRefused, match="More than 200 quotes"):
        read("a,b\n" + 'x,"y\n' * 1_000)


def test_names_that_are_missing_or_repeated_are_mended_with_a_warning() -> None:
    table = table_of("url,,name,Name,\nhttps://a.example/,1,2,3,4\n")
    assert table.names == ["url", "column_2", "name", "Name_2", "column_5"]
    codes = [problem.code for problem in table.problems]
    assert codes == [ProblemCode.EMPTY_HEADER, ProblemCode.DUPLICATE_HEADER, ProblemCode.EMPTY_HEADER]


def test_more_columns_or_rows_than_the_limits_are_refused() -> None:
    with pytest.raises(ImportRefused, match="201 columns"):
        table_of(",".join(f"c{n}" for n in range(201)) + "\n")
    report = checked(HEADER + "https://a.example/,A,1\n" * 4, Limits(rows=3))
    assert report.fatal is not None
    assert report.fatal.code is ProblemCode.BATCH_TOO_LARGE


def test_a_file_larger_than_the_limit_is_refused() -> None:
    with pytest.raises(ImportRefused, match="at most 0 MB"):
        table_of("a,b\n1,2\n", limits=Limits(file_bytes=4))


def test_a_quote_that_mino_exported_before_a_formula_is_removed_again() -> None:
    records, _ = read("mino_row_key,site_url,note\nk1,https://a.example/,'=1+1\nk2,https://b.example/,''x\n")
    assert [cells[2] for _, cells in records] == ["=1+1", "'x"]
    plain, _ = read("row,site_url,note\nk1,https://a.example/,'=1+1\n")
    assert plain[0][1][2] == "'=1+1"


@pytest.mark.parametrize("content", ["", "\n\n", ",,,\n,,,\n", "\ufeff"])
def test_a_file_without_anything_is_refused(content: str) -> None:
    with pytest.raises(ImportRefused) as refusal:
        table_of(content)
    assert refusal.value.problem.code is ProblemCode.BATCH_EMPTY


def test_a_header_alone_is_an_empty_batch() -> None:
    report = checked("site_url,name\n")
    assert report.fatal is not None
    assert report.fatal.code is ProblemCode.BATCH_EMPTY


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "Excel"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"<!DOCTYPE html><table>", "web page"),
        (b"\x00\x01\x02\x03 a,b\n\x05\x06\x07", "not a text file"),
        (b'[{"url": "https://a.example"}]', "JSON"),
    ],
)
def test_other_kinds_of_files_are_refused_by_name(content: bytes, word: str) -> None:
    with pytest.raises(ImportRefused, match=word) as refusal:
        table_of(content)
    assert "Found:" not in sentence(refusal.value.problem), "there is nothing to show that would help"


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_crash(content: bytes) -> None:
    with suppress(ImportRefused):
        report = checked(content)
        assert report.can_import or report.problems


@settings(deadline=None)
@example(['"\r;","', '"'])
@given(st.lists(st.text(alphabet="a,;\"'\n\r\t| ", max_size=12), min_size=1, max_size=12))
def test_no_arrangement_of_quotes_loses_a_line_silently(pieces: list[str]) -> None:
    content = "site_url,name\n" + "".join(f"https://a.example/,{piece}\n" for piece in pieces)
    records, problems = read(content, delimiter=",", quote='"')
    covered = {problem.line for problem in problems} | {1}
    for line, cells in records:
        breaks = sum(len(re.findall(r"\r\n|\r|\n", cell)) for cell in cells)
        covered.update(range(line, line + breaks + 1))
    lines = list(io.StringIO(content, newline=""))
    assert {number for number, line in enumerate(lines, start=1) if line.strip("\r\n")} <= covered
