"""An exported batch is imported as the same batch."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.exporting.batch import BATCH_FORMATS, BatchRows
from analytics.exporting.writing import ExportFormat, write
from mino.common.values.columns import ColumnType
from mino.tests.factories import BatchFactory, RowFactory
from projects.importing.files import import_file
from projects.models import Batch, Project, Row

# What an import keeps of a cell: no control characters but tabs and line ends, no halves of characters.
CONTROLS = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=40)
NASTY = st.sampled_from(
    [
        *(
            "=1+1",
            "'quoted",
            "''twice",
            "@SUM(A1)",
            "-1;=2",
            "\t=x",
            "\r\n=y",
            "a,b;c|d",
            'say "so"',
            '"',
            "a\nb",
            "a\rb",
        ),
        *(" padded ", "_x0041_", "_x005F_x0000_", "(absent)", "a|b", "\\N", "\\", "[]", "{}", "TRUE", "007", "1e5"),
        *("#N/A", "\ufffe", "\u2028", "https://x.example", "<r><t>x</t></r>", "a & b < c"),
    ]
)
CELLS = st.lists(st.one_of(CELL, NASTY), min_size=4, max_size=4)
COLUMNS: list[dict[str, Any]] = [
    {"name": "note", "header": "=Note", "type": "text", "role": "input"},
    {"name": "Page", "header": "Page", "type": "url", "role": "site_url"},
    {"name": "left out", "header": "left out", "type": "text", "role": "ignored"},
    {"name": "id", "header": "12.5", "type": "text", "role": "key"},
    {"name": "price", "header": "note", "type": "number", "role": "ground_truth", "options": {"tolerance": 0.5}},
    {"name": "score_x", "header": "", "type": "text", "role": "input"},
    {"name": "mino_batch", "header": "mino_batch", "type": "boolean", "role": "ground_truth"},
]


def filled(rows: list[list[str]], project: Project) -> Batch:
    batch: Batch = BatchFactory(project=project, columns=COLUMNS)
    for position, (note, score, price, day) in enumerate(rows, 1):
        truth = {name: cell for name, cell in {"price": price, "mino_batch": day}.items() if cell.strip()}
        key = f"'k{position}" if position % 2 else f"={position}"
        inputs = {"note": note, "score_x": score}
        RowFactory(batch=batch, position=position, key=key, inputs=inputs, truth=truth, has_truth=bool(truth))
    return batch


def imported_again(batch: Batch, export_format: ExportFormat) -> Batch:
    file = io.BytesIO()
    write(BatchRows(batch), export_format, file)
    return import_file(project=batch.project, user=None, file=file, filename=f"b.{export_format}").batch


def contents(batch: Batch) -> list[Mapping[str, Any]]:
    return list(Row.objects.filter(batch=batch).values("position", "url", "key", "inputs", "truth", "has_truth"))


def columns(batch: Batch) -> list[Mapping[str, Any]]:
    kept = batch.columns.exclude(role="ignored").order_by("position")
    return list(kept.values("name", "header", "type", "role", "options"))


@pytest.mark.parametrize("export_format", BATCH_FORMATS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, min_size=1, max_size=6))
@example(rows=[["", "", "", ""]])
@example(rows=[["_x005F_x0000_", "_x0000_", "", "_x000D_"]])
@example(rows=[["'", "a\nhttps://x.example,'k,1,2,3", "", "x"], ["=", '"\n"', "1", "2026-01-01"]])
def test_any_cells_come_back(project: Project, export_format: ExportFormat, rows: list[list[str]]) -> None:
    batch = filled(rows, project)
    again = imported_again(batch, export_format)
    assert contents(again) == contents(batch)
    assert columns(again) == columns(batch)
    assert (again.row_count, again.truth_row_count) == (len(rows), sum(row["has_truth"] for row in contents(batch)))


@pytest.mark.parametrize("export_format", BATCH_FORMATS)
@pytest.mark.parametrize("kind", ColumnType)
def test_a_column_keeps_its_type_whatever_its_cells_look_like(
    project: Project, export_format: ExportFormat, kind: ColumnType
) -> None:
    truth = {"name": "fact", "header": "expected_fact", "type": kind.value, "role": "ground_truth"}
    url = {"name": "site", "header": "site", "type": "url", "role": "site_url"}
    batch: Batch = BatchFactory(project=project, columns=[truth, url])
    for position, cell in enumerate(("12", "2026-01-01", "yes", "https://a.example", "+49 30 123456"), 1):
        RowFactory(batch=batch, position=position, truth={"fact": cell})
    again = imported_again(batch, export_format)
    assert columns(again) == columns(batch)
    assert contents(again) == contents(batch)


@pytest.mark.parametrize("export_format", BATCH_FORMATS)
def test_nasty_strings_come_back(project: Project, export_format: ExportFormat, test_data: Any) -> None:
    lines = (test_data / "values" / "naughty.csv").read_text(encoding="utf-8", errors="replace").split("\n")
    cells = ["".join(sign for sign in line if sign not in CONTROLS) for line in lines]
    batch = filled([[cell, cell, cell, ""] for cell in cells], project)
    assert contents(imported_again(batch, export_format)) == contents(batch)
