"""Ground truth over the API: all or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from mino.tests.api.asking import Asker, code_of
from mino.tests.factories import BatchFactory
from projects.models import Batch, Row, TruthRevision


@pytest.fixture
def rows(batch: Batch) -> list[Row]:
    """The rows of the batch."""
    return list(Row.objects.filter(batch=batch).order_by("position"))


def change(ask: Asker, batch: Batch, *cells: dict[str, Any], reason: str = "") -> Any:
    """The answer to setting the cells."""
    return ask("PATCH", f"batches/{batch.pk}/ground-truth", {"changes": list(cells), "reason": reason})


def test_cells_are_set_and_their_history_is_kept(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    done = change(
        ask,
        batch,
        {"row_id": str(rows[0].pk), "column": "price", "value": "99"},
        {"position": 2, "column": "price", "value": None},
        {"position": 2, "column": "title", "value": rows[1].truth["title"]},
        reason="Looked up",
    )
    assert done.json() == {"affected_cells": 2, "affected_rows": 2, "doubts": []}
    assert Row.objects.get(pk=rows[0].pk).truth["price"] == "99"
    assert "price" not in Row.objects.get(pk=rows[1].pk).truth
    history = ask.get(f"batches/{batch.pk}/ground-truth/revisions?row_id={rows[0].pk}&column=price")["data"]
    assert [(one["before"], one["after"], one["reason"]) for one in history] == [("1.50", "99", "Looked up")]
    assert history[0]["user"]["type"] == "api_key"
    again = change(ask, batch, {"position": 1, "column": "price", "value": "99"})
    assert again.json()["affected_cells"] == 0


def test_rows_are_named_by_their_key(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    Row.objects.filter(pk=rows[2].pk).update(key="sku-3")
    assert change(ask, batch, {"key": "sku-3", "column": "price", "value": "7"}).json()["affected_cells"] == 1
    assert Row.objects.get(pk=rows[2].pk).truth["price"] == "7"


def test_values_that_only_the_same_text_matches_are_doubted(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    doubts = change(ask, batch, {"position": 1, "column": "price", "value": "cheap"}).json()["doubts"]
    assert [(one["row_id"], one["column"]) for one in doubts] == [(str(rows[0].pk), "price")]


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ({"position": 99, "column": "price", "value": "1"}, "changes.1.position"),
        ({"position": 2**31, "column": "price", "value": "1"}, "changes.1.position"),
        ({"key": "nobody", "column": "price", "value": "1"}, "changes.1.key"),
        ({"column": "price", "value": "1"}, "changes.1"),
        ({"position": 1, "key": "x", "column": "price", "value": "1"}, "changes.1"),
        ({"position": 1, "column": "weight", "value": "1"}, "column"),
        ({"position": 1, "column": "price", "value": 5}, "changes.1.value"),
        ({"position": 1, "column": "price", "value": "a\x00"}, "changes.1.value"),
        ({"position": 1, "column": "price", "value": "x" * 40_000}, "changes.1.value"),
        ({"position": 1, "column": "price", "value": "1", "row": 1}, "changes.1.row"),
        ({"position": 2, "column": "price", "value": "1"}, None),
    ],
)
def test_one_wrong_cell_refuses_all(
    ask: Asker, batch: Batch, rows: list[Row], cell: dict[str, Any], path: str | None
) -> None:
    refused = change(ask, batch, {"position": 2, "column": "price", "value": "99"}, cell)
    assert code_of(refused) == "VALIDATION_ERROR"
    if path is not None:
        assert [one["path"] for one in refused.json()["details"]] == [path]
    assert not TruthRevision.objects.exists()


def test_rows_of_others_are_unknown(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    foreign = BatchFactory(rows=1).rows.get()
    refused = change(ask, batch, {"row_id": str(foreign.pk), "column": "price", "value": "1"})
    assert [one["path"] for one in refused.json()["details"]] == ["changes.0.row_id"]


def test_what_somebody_else_changed_is_not_overwritten(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    late = change(
        ask,
        batch,
        {"position": 1, "column": "price", "value": "2"},
        {"position": 2, "column": "price", "value": "3", "seen": "1.00"},
    )
    assert (late.status_code, code_of(late)) == (409, "INVALID_STATE")
    assert late.json()["details"] == [{"path": "changes.1.seen", "message": "The cell holds “2.50” by now."}]
    assert not TruthRevision.objects.exists()
    assert change(ask, batch, {"position": 2, "column": "price", "value": "3", "seen": "2.50"}).status_code == 200


def test_no_cells_and_too_many(ask: Asker, batch: Batch) -> None:
    assert code_of(change(ask, batch)) == "VALIDATION_ERROR"
    many = [{"position": n + 1, "column": "price", "value": "1"} for n in range(5_001)]
    assert code_of(change(ask, batch, *many)) == "VALIDATION_ERROR"


def test_the_history_costs_the_same_whatever_its_length(
    ask: Asker, batch: Batch, rows: list[Row], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for value in ("7", "8"):
        change(ask, batch, *({"position": n, "column": "price", "value": value} for n in (1, 2, 3)))
        with django_assert_num_queries(3):
            ask.get(f"batches/{batch.pk}/ground-truth/revisions")
