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
        {"row_position": 2, "column": "price", "value": None},
        {"row_position": 2, "column": "title", "value": rows[1].truth["title"]},
        reason="Looked up",
    )
    [made] = set(TruthRevision.objects.values_list("change", flat=True))
    assert done.json() == {"affected_cells": 2, "affected_rows": 2, "change_id": str(made), "doubts": []}
    assert ask.get(f"ground-truth/changes/{made}")["cells"] == 2
    assert Row.objects.get(pk=rows[0].pk).truth["price"] == "99"
    assert "price" not in Row.objects.get(pk=rows[1].pk).truth
    history = ask.get(f"batches/{batch.pk}/ground-truth/revisions?row_id={rows[0].pk}&column=price")["data"]
    assert [(one["before"], one["after"], one["reason"]) for one in history] == [("1.50", "99", "Looked up")]
    assert history[0]["changed_by"]["type"] == "api_key"
    again = change(ask, batch, {"row_position": 1, "column": "price", "value": "99"})
    assert (again.json()["affected_cells"], again.json()["change_id"]) == (0, None)


def test_rows_are_named_by_their_key(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    Row.objects.filter(pk=rows[2].pk).update(key="sku-3")
    assert change(ask, batch, {"key": "sku-3", "column": "price", "value": "7"}).json()["affected_cells"] == 1
    assert Row.objects.get(pk=rows[2].pk).truth["price"] == "7"


def test_values_that_only_the_same_text_matches_are_doubted(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    doubts = change(ask, batch, {"row_position": 1, "column": "price", "value": "cheap"}).json()["doubts"]
    assert [(one["row_id"], one["column"]) for one in doubts] == [(str(rows[0].pk), "price")]


@pytest.mark.parametrize(
    ("cell", "path"),
    [
        ({"row_position": 99, "column": "price", "value": "1"}, "changes.1.row_position"),
        ({"row_position": 2**31, "column": "price", "value": "1"}, "changes.1.row_position"),
        ({"key": "nobody", "column": "price", "value": "1"}, "changes.1.key"),
        ({"column": "price", "value": "1"}, "changes.1"),
        ({"row_position": 1, "key": "x", "column": "price", "value": "1"}, "changes.1"),
        ({"row_position": 1, "column": "weight", "value": "1"}, "changes.1.column"),
        ({"row_position": 1, "column": "price", "value": 5}, "changes.1.value"),
        ({"row_position": 1, "column": "price", "value": "a\x00"}, "changes.1.value"),
        ({"row_position": 1, "column": "price", "value": "x" * 40_000}, "changes.1.value"),
        ({"row_position": 1, "column": "price", "value": "1", "row": 1}, "changes.1.row"),
        ({"position": 1, "column": "price", "value": "1"}, "changes.1.position"),
        ({"row_position": 2, "column": "price", "value": "1"}, "changes.1"),
    ],
)
def test_one_wrong_cell_refuses_all(ask: Asker, batch: Batch, rows: list[Row], cell: dict[str, Any], path: str) -> None:
    refused = change(ask, batch, {"row_position": 2, "column": "price", "value": "99"}, cell)
    assert code_of(refused) == "VALIDATION_ERROR"
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
        {"row_position": 1, "column": "price", "value": "2"},
        {"row_position": 2, "column": "price", "value": "3", "seen": "1.00"},
    )
    assert (late.status_code, code_of(late)) == (409, "INVALID_STATE")
    assert late.json()["details"] == [{"path": "changes.1.seen", "message": "The cell holds “2.50” by now."}]
    assert not TruthRevision.objects.exists()
    assert change(ask, batch, {"row_position": 2, "column": "price", "value": "3", "seen": "2.50"}).status_code == 200


def test_no_cells_and_too_many(ask: Asker, batch: Batch) -> None:
    assert code_of(change(ask, batch)) == "VALIDATION_ERROR"
    many = [{"row_position": n + 1, "column": "price", "value": "1"} for n in range(5_001)]
    assert code_of(change(ask, batch, *many)) == "VALIDATION_ERROR"


def test_a_cell_given_twice_is_named(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    cell = {"row_position": 1, "column": "price"}
    refused = change(ask, batch, {**cell, "value": "1"}, {**cell, "value": "2"})
    assert (refused.status_code, refused.json()["details"][0]["path"]) == (400, "changes.1")
    assert not TruthRevision.objects.exists()


def test_the_history_costs_the_same_whatever_its_length(
    ask: Asker, batch: Batch, rows: list[Row], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for value in ("7", "8"):
        change(ask, batch, *({"row_position": n, "column": "price", "value": value} for n in (1, 2, 3)))
        with django_assert_num_queries(4):  # key, batch, page, rows
            ask.get(f"batches/{batch.pk}/ground-truth/revisions?include=row_position,url")


def test_a_change_of_a_cell_is_taken_back(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    history = f"batches/{batch.pk}/ground-truth/revisions?row_id={rows[0].pk}&column=price"
    for value in ("99", "98"):
        change(ask, batch, {"row_position": 1, "column": "price", "value": value})
    first = ask.get(history)["data"][1]
    path = f"ground-truth/revisions/{first['id']}/take-back"
    stale = ask("POST", path, {"seen": "99"})
    assert (code_of(stale), stale.json()["details"]) == (
        "INVALID_STATE",
        [{"path": "seen", "message": "The cell holds “98” by now."}],
    )
    done = ask("POST", path, {"seen": "98"}).json()
    assert (done["affected_cells"], done["affected_rows"], done["doubts"]) == (1, 1, [])
    assert Row.objects.get(pk=rows[0].pk).truth["price"] == "1.50"
    newest = ask.get(history)["data"][0]
    assert (newest["before"], newest["after"], newest["change_id"]) == ("98", "1.50", done["change_id"])
    assert newest["reason"].startswith("Takes back a change of ")
    assert ask("POST", path, {"reason": "Again"}).json()["affected_cells"] == 0, "it holds that value"
    long = ask("POST", path, {"reason": "x" * 501})
    assert (code_of(long), long.json()["details"][0]["path"]) == ("VALIDATION_ERROR", "reason")


def test_a_change_is_taken_back_once_for_a_key(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    for taken_back, first_change in (("revisions", "id"), ("changes", "change_id")):
        change(ask, batch, {"row_position": 1, "column": "price", "value": "99"})
        newest = ask.get(f"batches/{batch.pk}/ground-truth/revisions")["data"][0]
        path = f"ground-truth/{taken_back}/{newest[first_change]}/take-back"
        first, again = (ask("POST", path, {}, Idempotency_Key=taken_back).json() for _ in range(2))
        assert (first["affected_cells"], again) == (1, first)


def test_cells_that_were_changed_together_are_taken_back_together(ask: Asker, batch: Batch, rows: list[Row]) -> None:
    cells = [{"row_position": one.position, "column": "price", "value": f"7{one.position}"} for one in rows]
    change(ask, batch, *cells, reason="A list")
    revisions = ask.get(f"batches/{batch.pk}/ground-truth/revisions")["data"]
    [change_id] = {one["change_id"] for one in revisions}
    shown = ask.get(f"ground-truth/changes/{change_id}")
    assert (shown["cells"], shown["reason"], shown["batch_id"]) == (len(rows), "A list", str(batch.pk))
    assert shown["changed_by"]["type"] == "api_key"
    change(ask, batch, {"row_position": 1, "column": "price", "value": "8"})
    alone = ask.get(f"batches/{batch.pk}/ground-truth/revisions?change_id={change_id}")["data"]
    assert {one["id"] for one in alone} == {one["id"] for one in revisions}
    done = ask("POST", f"ground-truth/changes/{change_id}/take-back", {})
    told = done.json()
    assert (told["affected_cells"], told["left_cells"]) == (len(rows) - 1, 1)
    assert told["change_id"] != change_id
    assert ask.get(f"ground-truth/changes/{told['change_id']}")["cells"] == len(rows) - 1
    assert [one.truth["price"] for one in Row.objects.filter(batch=batch).order_by("position")] == [
        "8",
        *(one.truth["price"] for one in rows[1:]),
    ]
    assert code_of(ask("POST", f"ground-truth/changes/{change_id}/take-back", {})) == "INVALID_STATE"
    newest = TruthRevision.objects.filter(batch=batch).order_by("-pk")[0]
    assert f"{len(rows)} cells" in newest.reason
    assert newest.author_name == "API key CI"
