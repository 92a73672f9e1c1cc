"""Exports of batches: the file, and what the import makes of it when it was changed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from analytics.exporting.batch import BATCH_FORMATS, BatchRows
from analytics.exporting.writing import chunks_of
from mino.common.errors import InvalidInput
from projects.importing.files import FileRefused, import_file, open_file
from projects.importing.parse.choices import ColumnChoice
from projects.importing.parse.exported import read_notes
from projects.models import Batch, Column

ClientFor = Callable[[User], Client]


def csv_of(batch: Batch) -> str:
    return b"".join(chunks_of(BatchRows(batch), BATCH_FORMATS[0])).decode()


def jsonl_of(batch: Batch) -> list[str]:
    return b"".join(BatchRows(batch).lines()).decode().splitlines()


def choices_of(text: str) -> dict[str, ColumnChoice]:
    _, choices = open_file(io.BytesIO(text.encode()))
    return {choice.name: choice for choice in choices}


def test_the_last_column_says_what_the_others_are(batch: Batch) -> None:
    header, first, second, *_ = csv_of(batch).split("\r\n")
    assert header == "site_url,expected_title,expected_price,mino_batch"
    assert '""role"": ""ground_truth"", ""type"": ""number""' in first
    assert second == "https://shop2.example/item,Kettle 2,2.50,"


def test_a_file_saved_by_a_spreadsheet_is_known_still(batch: Batch) -> None:
    Column.objects.filter(batch=batch, name="title").update(type="url", options={"ignore_query": True})
    saved = csv_of(batch).replace(",mino_batch\r\n", ",mino_batch\n").replace("\r\n", "\n")
    title = choices_of(saved)["title"]
    assert (title.role, title.type, title.options) == ("ground_truth", "url", {"ignore_query": True})


def test_columns_may_be_moved_and_added(batch: Batch) -> None:
    lines = [line.rsplit(",", 1) for line in csv_of(batch).replace('""', "^").split("\r\n")[:2]]
    note = lines[1][0].split('"', 1)[1] + "," + lines[1][1]
    url, title, price = lines[1][0].split('"', 1)[0].rstrip(",").split(",")
    text = "expected_price,mino_batch,own,site_url,expected_title\r\n"
    text += f'{price},"{note},hello,{url},{title}\r\n'.replace("^", '""')
    found = choices_of(text)
    assert (found["price"].index, found["price"].type, found["price"].role) == (0, "number", "ground_truth")
    assert (found["own"].role, found["mino_batch"].role) == ("ignored", "ignored")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "null",
        '[1, null, {"at": 3}]',
        '[{"at": "a", "name": "a", "role": "boss", "type": "text"}]',
    ],
)
def test_a_spoilt_note_says_nothing(text: str) -> None:
    assert read_notes(text) == {}


def test_options_that_make_no_sense_are_left_out() -> None:
    (note,) = read_notes(
        '[{"at": "a", "name": "a", "role": "input", "type": "text", "options": {"tolerance": 1}}]'
    ).values()
    assert note.options == {}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{oops", "The line is not a JSON object."),
        ("[1]", "The line is not a JSON object."),
        ('{"site_url": "https://a.example", "colour": "red"}', "There is no column “colour”."),
    ],
)
def test_a_broken_line_is_told_by_its_number(batch: Batch, line: str, told: str) -> None:
    lines = jsonl_of(batch)
    lines[2] = line
    with pytest.raises(FileRefused) as refusal:
        import_file(project=batch.project, user=None, file=io.BytesIO("\n".join(lines).encode()), filename="b.jsonl")
    (problem,) = refusal.value.report.problems
    assert (problem.line, problem.message) == (3, told)


def test_numbers_and_half_characters_in_json_lines(batch: Batch) -> None:
    lines = jsonl_of(batch)
    lines[1] = '{"site_url": "https://a.example", "expected_price": 12.5, "expected_title": "a\\u0000b"}'
    file = io.BytesIO("\n".join(lines).encode())
    again = import_file(project=batch.project, user=None, file=file, filename="b.jsonl").batch
    row = again.rows.get(position=1)
    assert row.truth == {"price": "12.5", "title": "ab"}


def test_a_first_line_without_columns_is_refused() -> None:
    with pytest.raises(FileRefused, match="does not name the columns"):
        open_file(io.BytesIO(b'{"mino_batch": 7}\n{}\n'))


def test_an_uploaded_export_shows_its_columns_and_is_imported(
    batch: Batch, member: User, client_for: ClientFor
) -> None:
    browser = client_for(member)
    address = reverse("batch_import", args=["northlight", batch.project_id])
    content = "\n".join(jsonl_of(batch)).encode()
    upload = io.BytesIO(content)
    upload.name = "again.jsonl"
    page = browser.post(address, {"file": upload}, follow=True)
    assert page.status_code == 200
    assert b"as in the exported batch" in page.content
    assert b'name="delimiter"' not in page.content


def test_the_batch_is_downloaded(batch: Batch, viewer: User, stranger: User, client_for: ClientFor) -> None:
    address = reverse("batch_export", args=["northlight", batch.pk])
    response = client_for(viewer).get(address, {"format": "jsonl"})
    assert response["Content-Disposition"] == 'attachment; filename="spring-catalogue.jsonl"'
    assert json.loads(response.getvalue().splitlines()[1])["expected_title"] == "Kettle 1"
    assert client_for(viewer).get(address, {"format": "pdf"}).status_code == 400
    assert client_for(stranger).get(address).status_code == 404


def test_a_batch_is_read_by_as_many_queries_as_chunks(batch: Batch) -> None:
    with CaptureQueriesContext(connection) as queries:
        csv_of(batch)
    assert len(queries) == 3


def test_json_is_one_object_and_a_broken_row_is_told_with_its_line(batch: Batch) -> None:
    text = b"".join(BatchRows(batch).json()).decode()
    found = json.loads(text)
    assert [len(row) for row in found["rows"]] == [3, 3, 3]
    assert [note["name"] for note in found["mino_batch"]] == ["site_url", "title", "price"]
    lines = text.split("\n")
    lines[2] = lines[2].replace("{", "{{", 1)
    with pytest.raises(FileRefused) as refused:
        import_file(project=batch.project, user=None, file=io.BytesIO("\n".join(lines).encode()), filename="b.json")
    (problem,) = refused.value.report.problems
    assert (problem.line, problem.message) == (3, "The line is not a JSON object.")


def test_json_that_something_else_has_rewritten_is_refused(batch: Batch) -> None:
    pretty = json.dumps(json.loads(b"".join(BatchRows(batch).json())), indent=1)
    with pytest.raises(InvalidInput, match=r"does not name the columns|JSON file, not a table"):
        import_file(project=batch.project, user=None, file=io.BytesIO(pretty.encode()), filename="b.json")
