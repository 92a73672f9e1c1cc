"""The truth of a batch as a spreadsheet: what the page asks for, and what it saves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from mino.tests.factories import BatchFactory, ExecutionFactory, JobFactory
from projects.models import Batch, Project, TruthNote, TruthRevision
from projects.services.notes import note_add

ClientFor = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


def address(name: str, batch: Batch, *more: Any) -> str:
    return reverse(name, args=[batch.organization.slug, batch.pk, *more])


def row_id(batch: Batch, position: int) -> str:
    return str(batch.rows.get(position=position).pk)


def post(client: Client, name: str, batch: Batch, cells: list[dict[str, Any]], reason: str = "") -> Any:
    content = {"cells": cells, "reason": reason}
    return client.post(address(name, batch), content, content_type="application/json")


def cell(batch: Batch, position: int, value: str, seen: str, column: str = "price") -> dict[str, Any]:
    return {"row": row_id(batch, position), "column": column, "value": value, "seen": seen}


def test_rows_come_fifty_at_a_time_in_three_queries_of_their_own(
    client: Client, project: Project, member: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = BatchFactory(project=project, rows=53)
    note_add(row=batch.rows.get(position=2), column="price", text="x", user=member)
    with django_assert_max_num_queries(9):
        first = client.get(address("truth_sheet_rows", batch)).json()
    assert [row["number"] for row in first["rows"]] == list(range(1, 51))
    assert first["rows"][1]["cells"] == ["Kettle 2", "2.50"]
    assert [row["noted"] for row in first["rows"][:3]] == [[], [1], []]
    rest = client.get(f"{address('truth_sheet_rows', batch)}?after=50").json()
    assert ([row["number"] for row in rest["rows"]], first["more"], rest["more"]) == ([51, 52, 53], True, False)


def test_changed_cells_are_saved_together_with_a_reason(client: Client, batch: Batch, member: User) -> None:
    cells = [cell(batch, 1, " 9.99 ", "1.50"), cell(batch, 2, "call us", "2.50"), cell(batch, 3, "", "3.50")]
    answer = post(client, "truth_sheet_save", batch, cells, "The autumn list").json()
    assert answer["told"] == "3 cells of truth are changed."
    assert [one["value"] for one in answer["values"]] == ["9.99", "call us", ""]
    assert [one["row"] for one in answer["doubts"]] == [row_id(batch, 2)]
    assert "can't be read as a number" in answer["doubts"][0]["message"]
    assert set(TruthRevision.objects.values_list("user", "reason")) == {(member.pk, "The autumn list")}


def test_cells_that_somebody_changed_meanwhile_come_back_and_nothing_is_saved(client: Client, batch: Batch) -> None:
    cells = [cell(batch, 1, "9", "1.50"), cell(batch, 2, "9", "2.40"), cell(batch, 3, "9", "")]
    answer = post(client, "truth_sheet_save", batch, cells)
    assert answer.status_code == 409
    assert answer.json()["outdated"] == [
        {"row": row_id(batch, position), "column": "price", "theirs": f"{position}.50"} for position in (2, 3)
    ]
    assert not TruthRevision.objects.exists()


def test_two_who_write_the_same_do_not_contradict_each_other(client: Client, batch: Batch) -> None:
    cells = [cell(batch, 1, "9", "1.50"), cell(batch, 2, "9", "2.50")]
    assert post(client, "truth_sheet_save", batch, cells).status_code == 200
    again = post(client, "truth_sheet_save", batch, [*cells, cell(batch, 3, " 9", "3.50")])
    assert again.json()["told"] == "1 cell of truth is changed."
    assert TruthRevision.objects.count() == 3


@pytest.mark.parametrize("body", ["", "[]", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{"row": "x"}]}', "[" * 9999])
def test_what_is_no_list_of_cells_is_refused_in_words(client: Client, batch: Batch, body: str) -> None:
    for name in ("truth_sheet_save", "truth_sheet_check"):
        answer = client.post(address(name, batch), body, content_type="application/json")
        assert (answer.status_code, "can't be read" in answer.json()["error"]["message"]) == (422, True)


def test_too_many_cells_are_refused_in_words(client: Client, batch: Batch) -> None:
    answer = post(client, "truth_sheet_save", batch, [cell(batch, 1, "9", "1.50")] * 5_001)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "Change at most 5,000 cells at once: these are 5,001."


def test_doubts_are_told_before_saving(client: Client, batch: Batch) -> None:
    cells = [cell(batch, 1, "cheap", "1.50"), cell(batch, 2, "7", "2.50"), cell(batch, 3, "(absent)", "3.50")]
    answer = post(client, "truth_sheet_check", batch, cells).json()
    assert [one["row"] for one in answer["doubts"]] == [row_id(batch, 1)]
    assert not TruthRevision.objects.exists()


def test_the_page_tells_a_viewer_that_nothing_can_be_edited(client_for: ClientFor, batch: Batch, viewer: User) -> None:
    page = client_for(viewer).get(address("truth_sheet", batch)).text
    assert '"editable": false' in page
    assert "sheet-bar" not in page
    assert post(client_for(viewer), "truth_sheet_save", batch, []).status_code == 403


def test_the_sheet_begins_at_the_row_that_is_asked_for(client: Client, batch: Batch) -> None:
    assert '"first": 2' in client.get(f"{address('truth_sheet', batch)}?from=2").text
    assert '"first": 3' in client.get(f"{address('truth_sheet', batch)}?from=99").text
    assert '"first": 1' in client.get(f"{address('truth_sheet', batch)}?from=-4").text


def test_a_cell_shows_its_notes_and_what_runs_answered(client: Client, batch: Batch, member: User) -> None:
    row = batch.rows.get(position=2)
    note_add(row=row, column="price", text="Called <b>them</b>", user=member)
    note_add(row=row, column="title", text="Elsewhere", user=member)
    job = JobFactory(execution=ExecutionFactory(batch=batch), row=row, status="completed", result={"price": "7|8"})
    job.outcomes = {"price": "wrong"}
    job.save()
    part = client.get(f"{address('truth_cell', batch, 2)}?column=price").text
    assert "Called &lt;b&gt;them&lt;/b&gt;" in part
    assert "Elsewhere" not in part
    assert r'data-act="add" data-value="7\|8"' in part
    assert client.get(f"{address('truth_cell', batch, 2)}?column=none").status_code == 404


def test_notes_are_written_and_deleted_from_the_page_of_the_row(client: Client, batch: Batch) -> None:
    written = {"column": "price", "text": "On the page of 3 May"}
    page = client.post(address("truth_note_add", batch, 2), written, follow=True).text
    assert "On the page of 3 May" in page
    note = TruthNote.objects.get()
    gone = client.post(reverse("truth_note_delete", args=[batch.organization.slug, note.pk]), follow=True)
    assert "On the page of 3 May" not in gone.text
    assert "Write something" in client.post(address("truth_note_add", batch, 2), {"column": "price"}, follow=True).text


def test_in_the_sheet_a_refused_note_is_told_beside_its_field(client: Client, batch: Batch) -> None:
    headers = {"HX-Request": "true"}
    answer = client.post(address("truth_note_add", batch, 2), {"column": "price", "text": " "}, headers=headers)
    assert (answer.status_code, "Write something" in answer.text) == (422, True)
