from __future__ import annotations

from dataclasses import replace

import pytest

from mino.common.values.columns import ColumnRole
from projects.importing.parse.check import CheckedRows, check
from projects.importing.parse.choices import choices_from_guesses
from projects.importing.parse.guess import guess_columns
from projects.importing.parse.limits import Limits
from projects.importing.parse.opening import open_pasted
from projects.importing.parse.problems import ProblemCode, ProblemLog
from projects.importing.parse.table import preview
from projects.tests.importing.reading import checked, rows_of, table_of, where

HEADER = "site_url,id,expected_price,expected_in_stock\n"
GOOD = "".join(f"https://a.example/{n},k{n},{n}.50,yes\n" for n in range(30))


def test_a_clean_table_has_no_problem() -> None:
    report = checked(HEADER + GOOD)
    assert (report.rows, report.good_rows, report.truth_rows, report.problems) == (30, 30, 30, [])


def test_a_missing_and_an_invalid_address_are_errors_with_line_and_column() -> None:
    report = checked(HEADER + GOOD + ",x1,1,no\nhttp//b.example,x2,1,no\n")
    assert where(report.problems, ProblemCode.MISSING_URL) == [(32, "site_url")]
    assert where(report.problems, ProblemCode.INVALID_URL) == [(33, "site_url")]
    assert report.problems[1].remedy == "Did you mean http://b.example?"
    assert report.good_rows == 30


def test_a_repeated_address_is_a_warning_that_names_the_first_line() -> None:
    report = checked(HEADER + GOOD + "https://a.example/3,x1,1,no\nhttps://a.example/3,x2,1,no\n")
    found = [(problem.line, problem.message) for problem in report.problems]
    assert found == [(32, "The same URL as in line 5."), (33, "The same URL as in line 5.")]
    assert (report.good_rows, report.duplicate_urls) == (32, 2)


def test_a_repeated_or_missing_key_is_an_error() -> None:
    table = table_of(HEADER + GOOD + "https://b.example/,k3,1,no\nhttps://c.example/,,1,no\n")
    guesses = [replace(guess, role=ColumnRole.KEY) if guess.name == "id" else guess for guess in guess_columns(table)]
    report = check(table, choices_from_guesses(guesses))
    assert where(report.problems, ProblemCode.DUPLICATE_KEY) == [(32, "id")]
    assert where(report.problems, ProblemCode.EMPTY_KEY) == [(33, "id")]
    assert report.good_rows == 30


def test_a_key_that_no_index_can_hold_is_an_error() -> None:
    table = table_of(HEADER + GOOD + f"https://b.example/,{'k' * 201},1,no\n")
    guesses = [replace(guess, role=ColumnRole.KEY) if guess.name == "id" else guess for guess in guess_columns(table)]
    report = check(table, choices_from_guesses(guesses))
    assert where(report.problems, ProblemCode.LONG_KEY) == [(32, "id")]
    assert report.good_rows == 30


def test_a_truth_that_is_not_of_its_type_is_a_warning() -> None:
    report = checked(HEADER + GOOD + "https://b.example/,x,call us,maybe\n")
    found = [(problem.line, problem.column, problem.found) for problem in report.problems]
    assert found == [(32, "expected_price", "call us"), (32, "expected_in_stock", "maybe")]
    assert report.good_rows == 31


def test_alternatives_and_absence_are_read_as_such() -> None:
    report = checked(HEADER + GOOD + "https://b.example/,x,12|13.5,(absent)\nhttps://c.example/,y,12|call us,no\n")
    assert [(problem.line, problem.found) for problem in report.problems] == [(33, "call us")]


def test_the_share_of_filled_truth_is_counted_by_column() -> None:
    report = checked(HEADER + GOOD + "https://b.example/,x,,no\nhttps://c.example/,y, ,\n")
    assert [(share.name, share.filled, share.rows) for share in report.truth] == [
        ("price", 30, 32),
        ("in_stock", 31, 32),
    ]
    assert report.truth_rows == 31


def test_a_table_without_addresses_is_refused_with_a_remedy() -> None:
    report = checked("name,price\nA,1\nB,2\n")
    assert report.fatal is not None
    assert report.fatal.code is ProblemCode.NO_URL_COLUMN
    assert "Site URL" in report.fatal.remedy


def test_two_columns_with_the_same_role_or_name_are_refused() -> None:
    table = table_of("url,link,a,b\nhttps://a.example/,https://b.example/,1,2\n")
    roles = [ColumnRole.SITE_URL, ColumnRole.SITE_URL, ColumnRole.INPUT, ColumnRole.INPUT]
    guesses = [
        replace(guess, role=role, name=guess.name[0] if role is ColumnRole.SITE_URL else "x")
        for guess, role in zip(guess_columns(table), roles, strict=True)
    ]
    codes = check(table, choices_from_guesses(guesses)).log.counts
    assert set(codes) == {ProblemCode.SEVERAL_URL_COLUMNS, ProblemCode.DUPLICATE_NAME}


def test_an_input_and_a_truth_may_share_a_name() -> None:
    report = checked("url,price,expected_price\nhttps://a.example/,1,2\n")
    assert report.can_import


def test_only_a_thousand_problems_are_kept_but_all_are_counted() -> None:
    report = checked("site_url,name\n" + "https://a.example/,A\n" * 20 + "nothing,B\n" * 1_500)
    assert report.log.counts[ProblemCode.INVALID_URL] == 1_500
    assert len([p for p in report.problems if p.code is ProblemCode.INVALID_URL]) == 1_000


def test_progress_is_told_while_checking() -> None:
    seen: list[tuple[int, float]] = []
    table = table_of(HEADER + "https://a.example/x,,1,yes\n" * 5_000)
    check(table, choices_from_guesses(guess_columns(table)), progress=lambda rows, share: seen.append((rows, share)))
    assert [rows for rows, _ in seen] == [2_000, 4_000]
    assert all(0 < share <= 1 for _, share in seen)


def test_checked_rows_come_out_in_order_with_completed_addresses() -> None:
    table = table_of(
        "site_url,expected_x\na.example/1,1\nnot an address,2\nhttps://a.example/2,\n" + "https://b.example/,1\n" * 9
    )
    rows = list(CheckedRows(table, choices_from_guesses(guess_columns(table))))
    assert [(row.line, row.url, row.good, row.has_truth) for row in rows[:3]] == [
        (2, "https://a.example/1", True, True),
        (3, "", False, True),
        (4, "https://a.example/2", True, False),
    ]


def test_pasted_addresses_become_rows_by_line_and_by_space() -> None:
    table = open_pasted("https://a.example/1\nb.example/2 https://c.example/3\n\nnot an address at all\n")
    assert table.names == ["site_url"]
    assert [(record.line, record.cells[0]) for record in preview(table)] == [
        (1, "https://a.example/1"),
        (2, "b.example/2"),
        (2, "https://c.example/3"),
        (4, "not an address at all"),
    ]
    report = check(table, choices_from_guesses(guess_columns(table)))
    assert where(report.problems, ProblemCode.INVALID_URL) == [(4, "site_url")]


def test_a_pasted_spreadsheet_is_a_table() -> None:
    table = open_pasted("site_url\texpected_price\nhttps://a.example/\t12,50\n")
    assert (table.names, rows_of(table)) == (["site_url", "expected_price"], [["https://a.example/", "12,50"]])


def test_pasted_control_characters_are_removed_with_a_warning() -> None:
    log = ProblemLog()
    table = open_pasted("https://a.example/\x00x\n")
    assert [cells for _, cells in table.records(log)] == [["https://a.example/x"]]
    assert log.counts[ProblemCode.CONTROL_CHARACTER] == 1


def test_too_many_pasted_addresses_are_told() -> None:
    report = check(
        table := open_pasted("a.example b.example c.example"),
        choices_from_guesses(guess_columns(table)),
        Limits(rows=2),
    )
    assert report.fatal is not None
    assert report.fatal.code is ProblemCode.BATCH_TOO_LARGE


def test_a_text_truth_of_any_kind_is_fine() -> None:
    report = checked("site_url,expected_name\nhttps://a.example/,=SUM(A1)\nhttps://b.example/,<script>\n")
    assert report.problems == []
    assert report.truth[0].filled == 2


def test_a_column_full_of_what_is_no_date_ends_the_checking_early_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("projects.importing.parse.cells.UNREADABLE_DATES", 4)
    content = "site_url,expected_date\n" + "https://a.example/,2024-05-01\n" * 900
    odd = "".join(f"https://a.example/,{number} maybe 20\n" for number in range(1_000, 1_010))
    report = checked(content + odd)
    unjudged = next(problem for problem in report.problems if problem.code is ProblemCode.NOT_ALL_CHECKED)
    assert (unjudged.column, unjudged.message[:8]) == ("expected_date", "6 cells ")
    assert report.log.counts[ProblemCode.UNREADABLE_TRUTH] == 4
    assert report.good_rows == 910
