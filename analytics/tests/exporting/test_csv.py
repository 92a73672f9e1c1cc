"""Exports as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.exporting.csv_file import csv_chunks
from analytics.exporting.layout import Layout
from analytics.exporting.results import Results
from analytics.tests.exporting.conftest import add_job
from executions.models import Execution
from mino.common.values.clean import clean_text
from mino.common.values.spreadsheet import TRIGGERS, neutralised
from projects.importing.parse.opening import open_table


def exported(execution: Execution) -> list[dict[str, str]]:
    text = b"".join(csv_chunks(Results(execution).table())).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def reimported(execution: Execution) -> list[dict[str, str]]:
    table = open_table(io.BytesIO(b"".join(csv_chunks(Results(execution).table()))))
    return [dict(zip(table.names, cells, strict=True)) for _, cells in table.records()]


def first_column(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row[0] for row in csv.reader(file)][1:]


def test_each_field_has_truth_answer_outcome_and_score(mixed: Execution) -> None:
    passed, half, _, _ = exported(mixed)
    assert [passed[f"{kind}_price"] for kind in ("expected", "extracted", "outcome", "score")] == [
        "101.50",
        "101.5",
        "correct",
        "1.0",
    ]
    assert (half["outcome_title"], half["score_title"], half["score_price"]) == ("wrong", "0.75", "0.0")


def test_an_error_is_told_apart_from_a_wrong_answer_and_from_waiting(mixed: Execution) -> None:
    _, wrong, error, waiting = exported(mixed)
    assert (wrong["status"], wrong["evaluation_result"]) == ("completed", "fail")
    assert (error["status"], error["error_code"], error["error_message"]) == ("error", "TIMEOUT", "Too slow.")
    assert (error["evaluation_result"], error["outcome_price"], error["score_price"]) == ("", "", "")
    assert (waiting["status"], waiting["error_code"]) == ("queued", "")


def test_a_row_is_known_by_its_key_or_else_by_its_position(execution: Execution) -> None:
    add_job(execution, 1, row_key="kettle-a")
    add_job(execution, 2)
    assert [row["mino_row_key"] for row in exported(execution)] == ["kettle-a", "102"]


def test_an_input_called_like_a_column_of_the_export_gets_another_name(execution: Execution) -> None:
    execution.columns += [{"name": name, "role": "input"} for name in ("status", "Input_Status", "city")]
    headers = Layout.of(execution).headers
    assert len({header.casefold() for header in headers}) == len(headers)
    assert "city" in headers


def test_lists_and_objects_are_written_as_json(execution: Execution) -> None:
    add_job(execution, 1, result={"title": ["Kettle", "Käse"], "price": True})
    assert exported(execution)[0]["extracted_title"] == '["Kettle", "Käse"]'
    assert exported(execution)[0]["extracted_price"] == "true"


def test_cells_that_attack_spreadsheets_come_out_harmless(execution: Execution, test_data: Path) -> None:
    attacks = first_column(test_data / "values" / "csv_injection.csv")
    for position, attack in enumerate(attacks, 1):
        add_job(execution, position, result={"title": attack}, row_truth={"title": attack}, row_inputs={"a": attack})
    rows = exported(execution)
    assert len(rows) == len(attacks) == 15
    assert not [cell for row in rows for cell in row.values() if cell[:1] in TRIGGERS - {"'"}]
    assert [row["expected_title"] for row in reimported(execution)] == attacks


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|x", "-1+1", "@SUM(A1)", "\tx", "\r=1", "＝1", "-1;=2", "+1-A1", "'quoted"]
)
def test_what_a_spreadsheet_would_run_gets_a_quote(text: str) -> None:
    assert neutralised(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["-5", "+1.5e-3", "-1.234,50", "-12 %", "+49 30 1234567", "+1 (555) 123-4567", "a=b", ""]
)
def test_plain_numbers_and_phone_numbers_stay_as_they_are(text: str) -> None:
    assert neutralised(text) == text


@given(st.text())
def test_the_import_can_always_undo_it(text: str) -> None:
    written = neutralised(text)
    assert (written[1:] if written[:1] == "'" else written) == text


def test_nasty_strings_survive_export_and_import(execution: Execution, test_data: Path) -> None:
    strings = [clean_text(text) for text in first_column(test_data / "values" / "naughty.csv")]
    for position, text in enumerate(strings, 1):
        add_job(execution, position, result={"title": text}, row_truth={"title": text})
    rows = reimported(execution)
    assert [row["expected_title"] for row in rows] == strings
    assert [row["extracted_title"] for row in rows] == strings
