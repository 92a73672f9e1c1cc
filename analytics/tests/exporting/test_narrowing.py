"""Exports of exactly those rows and columns that the grid's filters, ticks and the choices of columns mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models import User
from analytics.exporting.background.ordering import export_order
from analytics.exporting.background.running import export_run
from analytics.exporting.batch import BatchRows
from analytics.exporting.formats import ExportFormat
from analytics.exporting.forms import BatchExportForm, ExportForm, rows_wanted_of, wanted_of
from analytics.exporting.results import Results
from analytics.exporting.row_numbers import MOST_LONG, read_numbers, written
from executions.models import Execution
from mino.tests.factories import FieldResultFactory
from projects.models import Batch, Row
from projects.services.tags import rows_tag, tag_create


@pytest.fixture
def tagged(mixed: Execution) -> Execution:
    """The mixed execution on sites of its own, its first row tagged."""
    for job in mixed.jobs.all():
        mixed.jobs.filter(pk=job.pk).update(url=f"https://www.shop{job.position}.example:8443/Kettles/{job.position}")
    first = Row.objects.filter(jobs=mixed.jobs.get(position=1))
    tag = tag_create(organization=mixed.organization, user=None, name="Late", colour="#123456")
    rows_tag(batch=mixed.batch, user=None, rows=list(first.values_list("pk", flat=True)), tag=tag, on=True)
    job = mixed.jobs.get(position=1)
    FieldResultFactory(job=job, column="title", outcome="correct")
    return mixed


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("outcome=wrong&column=title", [2]),
        ("outcome=wrong&column=price", []),
        ("outcome=missed", [2]),
        ("outcome=missed,correct", [1, 2]),
        ("outcome=correct&outcome=wrong&column=title", [1, 2]),
        ("column=title", [1, 2, 3, 4]),
        ("search=kettles/3", [3]),
        ("site=Shop4.example", [4]),
        ("site=hop4.example", []),
        ("tag=LATE", [1]),
        ("rows=102-103, 101", [1, 2, 3]),
        ("rows=101-9999", [1, 2, 3, 4]),
        ("rows=102&status=error", []),
    ],
)
def test_the_filters_of_the_grid_narrow_an_export(tagged: Execution, query: str, expected: list[int]) -> None:
    form = ExportForm(QueryDict(query), columns=tagged.columns)
    assert form.is_valid(), form.errors
    source = Results(tagged, form.wanted)
    table = source.table()
    assert [cells[1] for rows in table.rows() for cells in rows] == [100 + one for one in expected]
    assert source.count(100) == len(expected)
    kept = json.loads(json.dumps(form.parameters))
    assert wanted_of(kept) == form.wanted
    assert ExportForm(QueryDict(form.query), columns=tagged.columns).is_valid()


def test_only_some_inputs_and_fields(mixed: Execution) -> None:
    form = ExportForm(QueryDict("only=price&columns=truth,extracted"), columns=mixed.columns)
    assert form.is_valid()
    assert Results(mixed, form.wanted).table().headers == [
        *("mino_row_key", "position", "site_url"),
        *("expected_price", "extracted_price"),
    ]
    (first, *_) = map(json.loads, b"".join(Results(mixed, form.wanted).lines()).splitlines())
    assert set(first["fields"]) == {"price"}
    unknown = ExportForm(QueryDict("only=price,secret"), columns=mixed.columns)
    assert unknown.errors["only"] == ["There is no such choice: secret."]


def test_names_with_commas_are_parameters_of_their_own() -> None:
    columns = [{"name": name, "role": "ground_truth"} for name in ("net, EUR", "net", "EUR", "title")]
    form = ExportForm(QueryDict("only=net%2C+EUR&only=title,net"), columns=columns)
    assert form.is_valid(), form.errors
    assert form.parameters["only"] == ["net, EUR", "title", "net"]
    again = ExportForm(QueryDict(form.query), columns=columns)
    assert again.is_valid()
    assert again.parameters == form.parameters


def test_one_outcome_as_exports_kept_it_before() -> None:
    assert wanted_of({"outcome": "wrong", "column": "title"}).outcomes == ("wrong",)


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("rows=1-x", "rows", "“1-x” is no row. Write numbers and spans, such as 1-50, 60."),
        ("rows=9-3", "rows", "“9-3” is no row. Write numbers and spans, such as 1-50, 60."),
        ("rows=0", "rows", "“0” is no row. Write numbers and spans, such as 1-50, 60."),
        ("site=a/b", "site", "Give the host alone, such as shop.example."),
        ("column=secret&outcome=wrong", "column", "There is no column “secret” here. There are: title, price."),
        ("outcome=odd", "outcome", "There is no such choice: odd."),
    ],
)
def test_a_filter_that_means_nothing_is_refused(mixed: Execution, query: str, field: str, told: str) -> None:
    assert ExportForm(QueryDict(query), columns=mixed.columns).errors[field] == [told]


@pytest.mark.parametrize(
    ("text", "short"), [("3,1,2", "1-3"), ("5-9, 1\n7-12", "1,5-12"), ("", ""), ("4;4", "4"), ("1–3", "1-3")]
)
def test_numbers_are_read_and_written(text: str, short: str) -> None:
    assert written(read_numbers(text)) == short


def test_more_spans_than_a_statement_holds_are_refused() -> None:
    many = ",".join(f"{start}-{start + 50}" for start in range(1, 100 * (MOST_LONG + 1), 100))
    with pytest.raises(ValueError, match="at most 200 spans"):
        read_numbers(many)
    with pytest.raises(ValueError, match="at most 5,000"):
        read_numbers(",".join(["1"] * 5001))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"rows": "2-3"}, [2, 3]),
        ({"search": "shop2"}, [2]),
        ({"site": "shop1.example"}, [1]),
        ({"has_ground_truth": "no"}, [3]),
    ],
)
def test_a_part_of_a_batch_can_be_exported(
    batch: Batch, viewer: User, values: dict[str, Any], expected: list[int]
) -> None:
    Row.objects.filter(batch=batch, position=3).update(truth={}, has_truth=False)
    form = BatchExportForm(QueryDict("&".join(f"{name}={value}" for name, value in values.items())))
    assert form.is_valid(), form.errors
    assert rows_wanted_of(json.loads(json.dumps(form.parameters))) == form.wanted
    source = BatchRows(batch, wanted=form.wanted)
    urls = list(Row.objects.filter(batch=batch, position__in=expected).values_list("url", flat=True))
    assert [cells[0] for rows in source.table().rows() for cells in rows] == urls
    export = export_order(source=source, export_format=ExportFormat.CSV, user=viewer, parameters=form.parameters)
    assert (export.rows_total, export.name.endswith("-chosen")) == (len(expected), True)
    export_run(export.pk)
    export.refresh_from_db()
    assert (export.status, export.rows_done) == ("ready", len(expected))
