"""The columns and the rows of an export."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from analytics.exporting.choosing import Group, Wanted
from analytics.exporting.forms import ExportForm, wanted_of
from analytics.exporting.layout import Layout
from analytics.exporting.results import Results
from analytics.exporting.rows import export_rows
from analytics.tests.exporting.conftest import add_job
from executions.models import Execution


def form_of(query: str) -> ExportForm:
    form = ExportForm(QueryDict(query))
    form.is_valid()
    return form


def positions(execution: Execution, **asked: Any) -> list[int]:
    return [row.position - 100 for rows in export_rows(execution, Wanted(**asked)) for row in rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"statuses": ("completed",)}, [1, 2]),
        ({"statuses": ("completed", "error")}, [1, 2, 3]),
        ({"evaluation_results": ("fail",)}, [2]),
        ({"error_codes": ("TIMEOUT",)}, [3]),
        ({"accuracy_min": 50.0}, [1]),
        ({"accuracy_max": 50.0}, [2]),
        ({"accuracy_min": 0.0, "accuracy_max": 100.0}, [1, 2]),
        ({"has_ground_truth": False}, [4]),
    ],
)
def test_filters_leave_out_rows(mixed: Execution, asked: dict[str, Any], expected: list[int]) -> None:
    mixed.jobs.exclude(position=4).update(has_ground_truth=True)
    mixed.jobs.filter(position=4).update(has_ground_truth=False)
    assert positions(mixed, **asked) == expected
    assert Results(mixed, Wanted(**asked)).jobs().count() == len(expected)


def test_only_the_chosen_groups_have_columns(mixed: Execution) -> None:
    layout = Layout.of(mixed, Wanted(frozenset({Group.EXTRACTED, Group.ERRORS})))
    assert layout.headers == [
        *("mino_row_key", "position", "site_url"),
        *("extracted_title", "extracted_price", "error_code", "error_message"),
    ]
    rows = [layout.cells(row) for rows in export_rows(mixed) for row in rows]
    assert rows[0][3:] == ["Kettle 101", 101.5, "", ""]
    assert rows[2][3:] == [None, None, "TIMEOUT", "Too slow."]


def test_each_group_gives_as_many_cells_as_headers(mixed: Execution) -> None:
    for group in Group:
        wanted = Wanted(frozenset({group}))
        table = Results(mixed, wanted).table()
        assert {len(cells) for rows in table.rows() for cells in rows} == {len(table.headers)}, group


def test_cost_times_and_sources_are_there_when_asked_for(execution: Execution) -> None:
    ended = datetime(2026, 3, 1, 12, tzinfo=UTC)
    values = {"sources": {"title": "h1"}, "cost": Decimal("0.012300"), "finished_at": ended}
    add_job(execution, 1, result={"title": "Kettle"}, **values)
    wanted = Wanted(frozenset({Group.SOURCES, Group.COST, Group.TIMES}))
    table = Results(execution, wanted).table()
    row = dict(zip(table.headers, next(iter(next(table.rows()))), strict=True))
    assert (row["source_title"], row["source_price"]) == ("h1", None)
    assert (row["cost"], row["currency"]) == (Decimal("0.012300"), "USD")
    assert (row["started_at"], row["finished_at"]) == (None, "2026-03-01T12:00:00+00:00")
    (found,) = map(json.loads, b"".join(Results(execution, wanted).lines()).splitlines())
    assert (found["cost"], found["fields"]["title"]) == (0.0123, {"source": "h1"})


def test_partial_scores_are_found_in_filtered_rows_too(mixed: Execution) -> None:
    (rows,) = export_rows(mixed, Wanted(evaluation_results=("fail",)))
    assert rows[0].score_of("title") == 0.75


def test_a_filtered_chunk_takes_no_more_queries(mixed: Execution) -> None:
    with CaptureQueriesContext(connection) as queries:
        next(export_rows(mixed, Wanted(statuses=("completed",))))
    assert len(queries) == 2


def test_lists_may_be_separated_by_commas_or_repeated() -> None:
    repeated = form_of("status=error&status=completed&columns=cost").wanted
    assert form_of("status=error,completed&columns=cost").wanted == repeated
    assert repeated.statuses == ("error", "completed")


def test_an_address_without_choices_means_the_usual() -> None:
    assert form_of("").wanted == Wanted()
    assert form_of("").query == "format=csv"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("status=late", "There is no such choice: late."),
        ("columns=truth,secrets", "There is no such choice: secrets."),
        ("accuracy_min=120", "Ensure this value is less than or equal to 100."),
        ("accuracy_min=nan", "Enter a number."),
        ("accuracy_min=80&accuracy_max=20", "Nothing lies between 80 and 20 %. Give the smaller one first."),
        ("error_code=OOPS", "There is no such choice: OOPS."),
    ],
)
def test_a_mistake_is_told_at_its_field(query: str, told: str) -> None:
    form = form_of(query)
    assert form.errors[query.split("&")[-1].split("=")[0]] == [told]


def test_choices_survive_being_kept() -> None:
    query = "format=jsonl&columns=cost,errors&status=error&error_code=TIMEOUT&has_ground_truth=no&accuracy_min=12.5"
    form = form_of(query)
    assert wanted_of(json.loads(json.dumps(form.parameters))) == form.wanted
    assert form_of(form.query).wanted == form.wanted


def test_json_lines_have_one_row_each(mixed: Execution) -> None:
    rows = [json.loads(line) for line in b"".join(Results(mixed).lines()).splitlines()]
    assert [row["row_key"] for row in rows] == ["101", "102", "103", "104"]
    assert rows[2]["error"] == {"code": "TIMEOUT", "message": "Too slow."}
