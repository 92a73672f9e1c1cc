"""Notes on cells of truth over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Organization, User
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import BatchFactory
from projects.models import Batch, Row, TruthNote


def write(ask: Asker, batch: Batch, **body: Any) -> Any:
    """The answer to writing a note."""
    return ask("POST", f"batches/{batch.pk}/ground-truth/notes", body)


def test_a_program_notes_reads_and_deletes(ask: Asker, batch: Batch) -> None:
    made = write(ask, batch, row_position=1, column="price", text=" Called the shop ")
    assert made.status_code == 201
    note = made.json()
    row = batch.rows.get(position=1)
    assert (note["row_id"], note["column"], note["text"]) == (str(row.pk), "price", "Called the shop")
    assert note["created_by"]["type"] == "api_key"
    assert ask.get(made["Location"]) == note
    assert ask.get(f"batches/{batch.pk}/ground-truth/notes?include=row_position")["data"] == [
        {**note, "row_position": 1}
    ]
    assert ask("DELETE", made["Location"]).status_code == 204
    assert ask("GET", made["Location"]).status_code == 404
    events = AuditEntry.objects.filter(event__startswith="truth.note").order_by("timestamp", "id")
    assert [one.event for one in events] == ["truth.note_added", "truth.note_deleted"]


def test_notes_are_found_by_their_cell(ask: Asker, batch: Batch) -> None:
    for position, column, text in ((1, "price", "a"), (1, "title", "b"), (2, "price", "c")):
        write(ask, batch, row_position=position, column=column, text=text)
    path = f"batches/{batch.pk}/ground-truth/notes"
    row_id = batch.rows.get(position=1).pk
    assert [one["text"] for one in ask.get(path)["data"]] == ["c", "b", "a"]
    assert [one["text"] for one in ask.get(f"{path}?row_id={row_id}")["data"]] == ["b", "a"]
    assert [one["text"] for one in ask.get(f"{path}?row_id={row_id}&column=price")["data"]] == ["a"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"row_position": 99, "column": "price", "text": "x"}, "row_position"),
        ({"key": "nobody", "column": "price", "text": "x"}, "key"),
        ({"column": "price", "text": "x"}, "row_id"),
        ({"row_position": 1, "key": "k", "column": "price", "text": "x"}, "row_id"),
        ({"row_position": 1, "column": "weight", "text": "x"}, "column"),
        ({"row_position": 1, "column": "price", "text": " \n"}, "text"),
        ({"row_position": 1, "column": "price", "text": "x" * 1_001}, "text"),
    ],
)
def test_what_is_no_note_is_refused_by_its_place(ask: Asker, batch: Batch, body: dict[str, Any], path: str) -> None:
    refused = write(ask, batch, **body)
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", [path])
    assert not TruthNote.objects.exists()


def test_rows_of_another_batch_are_unknown(ask: Asker, batch: Batch) -> None:
    foreign: Row = BatchFactory(rows=1).rows.get()
    refused = write(ask, batch, row_id=str(foreign.pk), column="price", text="x")
    assert [one["path"] for one in refused.json()["details"]] == ["row_id"]


def test_a_note_is_deleted_by_its_author_or_an_admin(
    ask: Asker, batch: Batch, organization: Organization, member: User, admin: User
) -> None:
    place = write(ask, batch, row_position=1, column="price", text="x")["Location"]
    for other in (program(organization, "write:ground_truth"), browser(member)):
        refused = other("DELETE", place)
        assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert browser(admin)("DELETE", place).status_code == 204


def test_a_program_deletes_no_notes_of_others_whatever_its_key_may(ask: Asker, batch: Batch, member: User) -> None:
    place = write(browser(member), batch, row_position=1, column="price", text="x")["Location"]
    refused = ask("DELETE", place)
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert TruthNote.objects.exists()


def test_a_note_without_an_author_is_everybodys(batch: Batch, member: User, viewer: User) -> None:
    place = write(browser(member), batch, row_position=1, column="price", text="x")["Location"]
    TruthNote.objects.update(user=None)
    assert browser(viewer)("DELETE", place).status_code == 403
    assert browser(member)("DELETE", place).status_code == 204


def test_many_notes_cost_no_more_questions(
    ask: Asker, batch: Batch, member: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for text in "ab":
        write(ask, batch, row_position=1, column="price", text=text)
        write(browser(member), batch, row_position=2, column="title", text=text)
        with django_assert_num_queries(4):  # key, batch, page, rows
            ask.get(f"batches/{batch.pk}/ground-truth/notes?include=row_position,url")
