"""Batches, their columns and rows over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from mino.common.values.option_table import OPTIONS
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import BatchFactory
from projects.models import Batch, BatchStatus, Project, Row, TaggedBatch, TaggedRow
from projects.services.folders import folder_create
from projects.services.tags import tag_create

ROWS: list[dict[str, Any]] = [
    {"site_url": "https://shop.example/1", "shop": "Northlight", "expected_price": "24.50"},
    {"site_url": "https://shop.example/2", "expected_price": 12, "expected_title": 'Mug\nwith, "quotes"'},
    {"site_url": "https://shop.example/3", "expected_price": None},
]


def test_a_batch_from_rows(ask: Asker, project: Project) -> None:
    folder = folder_create(project=project, user=None, name="Spring")
    body = {"name": "Catalogue", "rows": ROWS, "folder_id": str(folder.pk)}
    made = ask("POST", f"projects/{project.pk}/batches", body, Idempotency_Key="a")
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["row_count"], shown["truth_row_count"], shown["folder_id"]) == (3, 2, str(folder.pk))
    assert shown["created_by"]["type"] == "api_key"
    rows = ask.get(f"{made['Location']}/rows")["data"]
    assert rows[0]["inputs"] == {"shop": "Northlight"}
    assert rows[0]["truth"] == {"price": "24.50"}
    assert rows[1]["truth"] == {"price": "12", "title": 'Mug\nwith, "quotes"'}
    assert rows[2]["has_ground_truth"] is False
    columns = {one["name"]: one for one in ask.get(f"{made['Location']}/columns")["data"]}
    assert columns["price"]["role"] == "ground_truth"
    assert ask("POST", f"projects/{project.pk}/batches", body, Idempotency_Key="a").json() == shown
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("address", ["https://shop.example/1", "https://shop.example/a,b;c"])
def test_a_batch_of_nothing_but_addresses(ask: Asker, project: Project, address: str) -> None:
    body = {"name": "Sites", "rows": [{"site_url": address}, {"site_url": "https://shop.example/2"}]}
    made = ask("POST", f"projects/{project.pk}/batches", body)
    assert made.status_code == 201, made.content
    assert Row.objects.get(position=1).url == address


def test_rows_with_errors_are_named_by_their_place(ask: Asker, project: Project) -> None:
    rows = [{**ROWS[1], "expected_price": "1"}, {"site_url": "nowhere"}, *ROWS]
    path = f"projects/{project.pk}/batches"
    refused = ask("POST", path, {"name": "Catalogue", "rows": rows})
    assert code_of(refused) == "VALIDATION_ERROR"
    assert [one["path"] for one in refused.json()["details"]] == ["rows.1.site_url"]
    assert refused.json()["error"] == "The body has 1 error; nothing was imported."
    assert not refused.json()["details"][0]["message"].startswith("site_url")
    assert not Batch.objects.filter(status=BatchStatus.READY).exists()
    made = ask("POST", path, {"name": "Catalogue", "rows": rows, "leave_out_errors": True})
    assert made.json()["row_count"] == 4


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rows": "x"}, "rows"),
        ({"rows": [5]}, "rows.0"),
        ({"rows": [{"site_url": "https://shop.example/"}] * 5_001}, "rows"),
        ({"name": ""}, "name"),
        ({"folder_id": "019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1e"}, "folder_id"),
        ({"rows": [ROWS[0], {**ROWS[1], "expected_price": [1]}]}, "rows.1.expected_price"),
        ({"rows": [{**ROWS[0], "shop": {"name": "x"}}]}, "rows.0.shop"),
        ({"rows": [*ROWS, {"expected_price": 1}]}, "rows.3.site_url"),
        ({"types": {"price": "money"}}, "types.price"),
        ({"types": {"cost": "number"}}, "types.cost"),
        ({"url_column": "nowhere"}, "url_column"),
        ({"key_column": "nowhere"}, "key_column"),
        ({"status": "ready"}, "status"),
    ],
)
def test_what_is_no_batch(ask: Asker, project: Project, change: dict[str, Any], path: str) -> None:
    response = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": ROWS, **change})
    assert code_of(response) == "VALIDATION_ERROR"
    assert [one["path"] for one in response.json()["details"]][:1] == [path]
    assert "file" not in response.content.decode()
    assert not Batch.objects.filter(status=BatchStatus.READY).exists()


def test_names_that_look_like_data_are_names_all_the_same(ask: Asker, project: Project) -> None:
    row = {"site_url": "https://a.example/1", "expected_price": "24.50", "2026-01-05": "x", "a;b;c": "1;2;3"}
    body = {"name": "x", "leave_out_errors": True, "rows": [row]}
    made = ask("POST", f"projects/{project.pk}/batches", body)
    assert made.status_code == 201, made.content
    (kept,) = ask.get(f"{made['Location']}/rows")["data"]
    assert kept["truth"] == {"price": "24.50"}
    assert kept["inputs"] == {"2026-01-05": "x", "a;b;c": "1;2;3"}


@pytest.mark.parametrize(
    "rows",
    [
        [{"name": "'a'", "site_url": "https://a.example/1"}, {"name": "'b'", "site_url": "https://a.example/2"}],
        [{"site_url": "https://a.example/1", "name": " leading"}, {"site_url": "https://a.example/2", "name": " x"}],
        [{"site_url": "https://a.example/1", "name": 'C:\\dir\\"'}, {"site_url": "https://a.example/2", "name": "\\"}],
        [{"site_url": "https://a.example/1", "name": "Straße"}, {"site_url": "https://a.example/2", "name": "Ã©"}],
    ],
)
def test_cells_are_kept_as_they_are_whatever_they_look_like(
    ask: Asker, project: Project, rows: list[dict[str, str]]
) -> None:
    made = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": rows})
    assert made.status_code == 201, made.content
    kept = ask.get(f"{made['Location']}/rows")["data"]
    assert [one["inputs"]["name"] for one in kept] == [row["name"] for row in rows]


@pytest.mark.parametrize("name", ["", " ", "\x00", "\n"])
def test_a_cell_without_a_name_is_refused(ask: Asker, project: Project, name: str) -> None:
    rows = [ROWS[0], {**ROWS[1], name: "x"}]
    refused = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": rows})
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", ["rows.1"])


def test_too_many_names_are_refused_before_a_cell_is_written(
    ask: Asker, project: Project, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IMPORT_MAX_COLUMNS = 10
    monkeypatch.setattr("projects.api.rows_as_file.cell_text", lambda value: pytest.fail("a cell was written"))
    rows = [{"site_url": f"https://a.example/{number}", f"name {number}": 1} for number in range(20)]
    refused = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": rows})
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", ["rows.9"])
    assert "at most 10" in refused.json()["error"]


@pytest.mark.parametrize("rows", [[], [{}], [{"site_url": ""}], [{"site_url": None}, {}]])
def test_a_batch_of_no_rows(ask: Asker, project: Project, rows: list[Any]) -> None:
    refused = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": rows})
    assert (refused.status_code, code_of(refused)) == (400, "BATCH_EMPTY")
    assert [one["path"] for one in refused.json()["details"]] == ["rows"]


def test_a_key_that_is_given_twice(ask: Asker, project: Project) -> None:
    keys = ["of two\nlines", "line 2", "line 2"]
    rows = [{"site_url": f"https://shop.example/{number}", "sku": key} for number, key in enumerate(keys)]
    refused = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": rows, "key_column": "sku"})
    (detail,) = refused.json()["details"]
    assert detail["path"] == "rows.2.sku"
    assert detail["message"].startswith("The same key as in rows.1. Found: line 2.")


def test_numbers_are_kept_by_their_digits(ask: Asker, project: Project) -> None:
    numbers = {"a": 1e22, "b": 1e-7, "c": 24.5, "d": -3, "e": 2.0, "f": 10**30}
    rows = [{"site_url": "https://shop.example/1", **numbers, "yes": True, "text": "24.50"}]
    made = ask("POST", f"projects/{project.pk}/batches", {"name": "x", "rows": rows})
    inputs = {"a": "1" + 22 * "0", "b": "0.0000001", "c": "24.5", "d": "-3", "e": "2.0", "f": "1" + 30 * "0"}
    assert ask.get(f"{made['Location']}/rows")["data"][0]["inputs"] == {**inputs, "yes": "true", "text": "24.50"}


def test_a_batch_is_changed_and_deleted(ask: Asker, batch: Batch, project: Project) -> None:
    read = ask("GET", f"batches/{batch.pk}")
    folder = folder_create(project=project, user=None, name="Spring")
    body = {"name": "Renamed", "folder_id": str(folder.pk)}
    changed = ask("PATCH", f"batches/{batch.pk}", body, If_Match=read["ETag"])
    assert (changed.json()["name"], changed.json()["folder_id"]) == ("Renamed", str(folder.pk))
    assert code_of(ask("PATCH", f"batches/{batch.pk}", body, If_Match=read["ETag"])) == "PRECONDITION_FAILED"
    assert ask("PATCH", f"batches/{batch.pk}", {"folder_id": None}).json()["folder_id"] is None
    assert ask("DELETE", f"batches/{batch.pk}").status_code == 204
    assert Batch.objects.get().status == BatchStatus.DELETING
    assert code_of(ask("GET", f"batches/{batch.pk}/rows")) == "NOT_FOUND"


def test_the_list_of_batches_is_narrowed(ask: Asker, project: Project, organization: Organization) -> None:
    with_truth = BatchFactory(project=project, name="Spring catalogue", rows=1)
    folder = folder_create(project=project, user=None, name="Spring")
    without = BatchFactory(project=project, name="Sites", folder=folder)
    tag = tag_create(organization=organization, user=None, name="Gold", colour="#b98900")
    TaggedBatch.objects.create(tag=tag, batch=without)

    def found(query: str) -> list[str]:
        return [one["id"] for one in ask.get(f"batches?{query}")["data"]]

    assert found("has_ground_truth=true") == [str(with_truth.pk)]
    assert found("has_ground_truth=false") == [str(without.pk)]
    assert found(f"folder_id={folder.pk}") == [str(without.pk)]
    assert found(f"tag_id={tag.pk}") == [str(without.pk)]
    assert found("search=SPRING") == [str(with_truth.pk)]
    assert len(found(f"project_id={project.pk}")) == 2
    for query in ("has_ground_truth=maybe", "tag_id=x", "folder_id=1"):
        assert code_of(ask("GET", f"batches?{query}")) == "VALIDATION_ERROR"


def test_what_is_read_of_the_options_can_be_sent_back(ask: Asker, batch: Batch) -> None:
    column = batch.columns.get(name="price")
    path = f"batches/{batch.pk}/columns/{column.pk}"
    wanted = {"tolerance": "0.1234567890123456789", "relative_tolerance": 0.5, "alternatives": "", "multiple": "all"}
    given = ask("PATCH", path, {"options": wanted}).json()["options"]
    assert given == wanted
    assert ask("PATCH", path, {"options": given}).json()["options"] == wanted
    assert ask("PATCH", path, {"options": {}}).json()["options"] == {}


def test_every_option_is_in_the_document(ask: Asker) -> None:
    shapes = ask.get("openapi.json")["components"]["schemas"]
    names = [one.name for one in OPTIONS]
    assert list(shapes["MatchingOptions"]["properties"]) == list(shapes["MatchingOptionsSet"]["properties"]) == names
    assert shapes["MatchingOptionsSet"]["additionalProperties"] is False
    threshold = shapes["MatchingOptionsSet"]["properties"]["threshold"]
    assert (threshold["type"], threshold["minimum"], threshold["maximum"]) == ("number", 0, 1)
    assert "type text" in threshold["description"]
    assert shapes["BatchNew"]["properties"]["types"]["additionalProperties"]["$ref"].endswith("/ColumnType")


def test_the_options_of_a_column_are_set(ask: Asker, batch: Batch) -> None:
    column = batch.columns.get(name="price")
    path = f"batches/{batch.pk}/columns/{column.pk}"
    read = ask("GET", path)
    changed = ask("PATCH", path, {"options": {"tolerance": 0.5}}, If_Match=read["ETag"])
    assert changed.json()["options"] == {"tolerance": 0.5}
    late = ask("PATCH", path, {"options": {}}, If_Match=read["ETag"])
    assert code_of(late) == "PRECONDITION_FAILED"
    for options in ({"tolerance": "much"}, {"nothing": 1}, {"day_first": True}, {"tolerance": None}):
        assert code_of(ask("PATCH", path, {"options": options})) == "VALIDATION_ERROR"


def test_a_row_gets_instructions_of_its_own(ask: Asker, batch: Batch) -> None:
    row = Row.objects.filter(batch=batch).first()
    assert row is not None
    path = f"batches/{batch.pk}/rows/{row.pk}"
    text = "Take the price of the large one."
    changed = ask("PATCH", path, {"instructions": text}, If_Match=ask("GET", path)["ETag"])
    assert changed.json()["instructions"] == text
    assert code_of(ask("PATCH", path, {"instructions": "{{nothing}} is to be looked up"})) == "VALIDATION_ERROR"
    assert ask("PATCH", path, {"instructions": ""}).json()["instructions"] == ""


def test_rows_are_deleted(ask: Asker, batch: Batch, member: User, organization: Organization) -> None:
    rows = [str(pk) for pk in Row.objects.filter(batch=batch).order_by("position").values_list("pk", flat=True)]
    path, body = f"batches/{batch.pk}/rows/delete", {"row_ids": [rows[0], str(BatchFactory(rows=1).rows.get().pk)]}
    assert code_of(browser(member, organization)("POST", path, body)) == "FORBIDDEN"
    assert ask("POST", path, body).json() == {"affected_rows": 1}
    assert [one["id"] for one in ask.get(f"batches/{batch.pk}/rows")["data"]] == rows[1:]
    assert Row.objects.exclude(batch=batch).count() == 1


def test_pages_cost_the_same_whatever_their_length(
    ask: Asker, batch: Batch, organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get("batches")
    tag = tag_create(organization=organization, user=None, name="Gold", colour="#b98900")
    for _ in range(2):
        with django_assert_num_queries(3):  # key, page, tags
            ask.get("batches?include=tags")
        with django_assert_num_queries(4):  # key, batch, page, tags
            ask.get(f"batches/{batch.pk}/rows?include=tags")
        with django_assert_num_queries(3):
            ask.get(f"batches/{batch.pk}/columns")
        with django_assert_num_queries(2):
            ask.get("tags")
        with django_assert_num_queries(3):
            ask.get(f"projects/{batch.project_id}/folders?include=batch_count")
        TaggedBatch.objects.create(tag=tag, batch=BatchFactory(project=batch.project))
        some = [TaggedRow(tag=tag, batch=batch, row=row) for row in batch.rows.all()]
        TaggedRow.objects.bulk_create(some, ignore_conflicts=True)
