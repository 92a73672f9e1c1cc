"""Uploads over the API."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from openpyxl import Workbook

from accounts.models import AuditEntry
from mino.tests.api.asking import Asker, code_of
from projects.importing import settings as import_settings
from projects.importing.starting import import_run, imports_sweep
from projects.models import Batch, BatchImport, ImportStatus, Project
from projects.services.folders import folder_create, folder_delete

GOOD = b"site_url,expected_price\nhttps://shop.example/1,12\nhttps://shop.example/2,13\n"
BAD = GOOD + b"nowhere,14\n"


def upload(ask: Asker, project: Project, content: bytes, name: str = "spring.csv", **said: Any) -> Any:
    """The answer to an upload."""
    headers = {"Idempotency_Key": said.pop("key")} if "key" in said else {}
    return ask("POST", f"projects/{project.pk}/imports", {"file": ContentFile(content, name), **said}, **headers)


def workbook() -> bytes:
    """A workbook whose second sheet has the sites."""
    book, file = Workbook(), io.BytesIO()
    notes = book.active
    assert notes is not None
    notes.title = "Notes"
    for line in (["about", "by"], ["The shops of spring", "Ann"]):
        notes.append(line)
    sites = book.create_sheet("Sites")
    for site in GOOD.decode().splitlines():
        sites.append(site.split(","))
    book.save(file)
    return file.getvalue()


def test_a_short_file_is_ready_at_once(ask: Asker, project: Project) -> None:
    answer = upload(ask, project, GOOD, description="From the shop")
    assert answer.status_code == 201, answer.content
    done = answer.json()
    assert (done["status"], done["name"], done["share"]) == ("ready", "spring", 1.0)
    assert done["report"] == {
        "rows": 2,
        "good_rows": 2,
        "bad_rows": 0,
        "truth_rows": 2,
        "blank_lines": 0,
        "duplicate_urls": 0,
        "errors": 0,
        "warnings": 0,
    }
    batch = ask.get(f"batches/{done['batch_id']}")
    assert (batch["row_count"], batch["description"]) == (2, "From the shop")
    assert batch["created_by"]["type"] == "api_key"
    assert Batch.objects.get().api_key == BatchImport.objects.get().api_key
    started = AuditEntry.objects.get(event="import.started")
    assert started.api_key_id == BatchImport.objects.get().api_key_id


def test_the_same_upload_is_done_once(ask: Asker, project: Project) -> None:
    first = upload(ask, project, GOOD, key="a")
    assert upload(ask, project, GOOD, key="a").json() == first.json()
    assert Batch.objects.count() == 1
    assert code_of(upload(ask, project, BAD, key="a")) == "IDEMPOTENCY_CONFLICT"


def test_a_file_with_errors_waits_for_a_decision(ask: Asker, project: Project) -> None:
    answer = upload(ask, project, BAD)
    waiting = answer.json()
    assert (waiting["status"], waiting["starts_by_itself"]) == ("checked", False)
    assert waiting["error"] == "1 line has errors. Mend it, or choose to leave it out."
    problems = ask.get(f"{answer['Location']}?include=problems")["problems"]
    assert (problems[0]["line"], problems[0]["severity"]) == (4, "error")
    assert code_of(ask("POST", f"{answer['Location']}/start", {"name": "Spring"})) == "VALIDATION_ERROR"
    body = {"name": "Spring", "leave_out_errors": True}
    assert ask("POST", f"{answer['Location']}/start", body).json()["status"] == "ready"
    assert upload(ask, project, BAD, leave_out_errors="true").json()["status"] == "ready"


def test_columns_are_chosen_before_the_start(ask: Asker, project: Project) -> None:
    answer = upload(ask, project, GOOD, start="false")
    assert answer.json()["status"] == "checked"
    path = answer["Location"]
    changed = ask("PATCH", path, {"columns": [{"index": 1, "name": "cost", "type": "text"}]}).json()
    assert changed["columns"][1] == {
        "index": 1,
        "header": "expected_price",
        "name": "cost",
        "role": "ground_truth",
        "type": "text",
    }
    wrong = ask("PATCH", path, {"columns": [{"index": 7, "name": "x"}]})
    assert [one["path"] for one in wrong.json()["details"]] == ["columns.0.index"]
    wrong = ask("PATCH", path, {"columns": [{"index": 1, "role": "key"}, {"index": 1, "role": "input"}]})
    assert [one["path"] for one in wrong.json()["details"]] == ["columns.1.index"]
    assert "twice" in wrong.json()["error"]
    wrong = ask("PATCH", path, {"columns": [{"index": 1, "role": "truth", "width": 3}]})
    assert {one["path"] for one in wrong.json()["details"]} == {"columns.0.role", "columns.0.width"}
    done = ask("POST", f"{path}/start", {"name": "Spring"}).json()
    assert Batch.objects.get(pk=done["batch_id"]).columns.filter(name="cost").exists()
    assert code_of(ask("PATCH", path, {"columns": []})) == "INVALID_STATE"
    assert code_of(ask("POST", f"{path}/cancel")) == "INVALID_STATE"


def test_the_names_of_columns_are_cleaned(ask: Asker, project: Project) -> None:
    path = upload(ask, project, GOOD, start="false")["Location"]
    changed = ask("PATCH", path, {"columns": [{"index": 1, "name": "  price\n of\x07\r\nit "}]}).json()
    assert changed["columns"][1]["name"] == "price of it"
    refused = ask("PATCH", path, {"columns": [{"index": 0, "name": "a"}, {"index": 1, "name": " \n"}]})
    assert [one["path"] for one in refused.json()["details"]] == ["columns.1.name"]
    assert ask.get(path)["columns"][0]["name"] == "site_url"


def test_the_second_sheet_of_a_workbook_is_imported(ask: Asker, project: Project) -> None:
    path = upload(ask, project, workbook(), name="sites.xlsx", start="false")["Location"]
    shown = ask.get(path)
    assert (shown["reading"], shown["report"]["errors"]) == ({"sheet": "Notes", "header": True}, 1)
    changed = ask("PUT", f"{path}/reading", {"sheet": "Sites"}).json()
    assert (changed["status"], changed["reading"]) == ("checked", {"sheet": "Sites", "header": True})
    assert [one["role"] for one in changed["columns"]] == ["site_url", "ground_truth"]
    assert ask("POST", f"{path}/start", {}).json()["rows_done"] == 2
    assert code_of(ask("PUT", f"{path}/reading", {"sheet": "Sites"})) == "INVALID_STATE"


def test_a_text_file_is_read_as_it_is_told(ask: Asker, project: Project) -> None:
    path = upload(ask, project, "site_url;straße\nhttps://shop.example/1;ü,ö\n".encode("cp1252"), start="false")[
        "Location"
    ]
    told = {"encoding": "cp1252", "delimiter": ";", "quote": "", "header": False}
    changed = ask("PUT", f"{path}/reading", told).json()
    assert changed["reading"] == told
    assert [one["name"] for one in changed["columns"]] == ["column_1", "column_2"]
    found_out = ask("PUT", f"{path}/reading", {"encoding": "cp1252"}).json()
    assert found_out["reading"] == {"encoding": "cp1252", "delimiter": ";", "quote": '"', "header": True}
    assert [one["name"] for one in found_out["columns"]] == ["site_url", "straße"]


@pytest.mark.parametrize(
    ("kind", "reading", "place"),
    [
        ("csv", {"sheet": "Sites"}, "sheet"),
        ("csv", {"encoding": "klingon"}, "encoding"),
        ("csv", {"delimiter": ";;"}, "delimiter"),
        ("csv", {"delimiter": "a"}, "delimiter"),
        ("csv", {"quote": "\n"}, "quote"),
        ("xlsx", {"sheet": "Nowhere"}, "sheet"),
        ("xlsx", {"delimiter": ";"}, "delimiter"),
    ],
)
def test_what_says_nothing_about_the_file_is_refused(
    ask: Asker, project: Project, kind: str, reading: dict[str, Any], place: str
) -> None:
    content = GOOD if kind == "csv" else workbook()
    path = upload(ask, project, content, name=f"sites.{kind}", start="false")["Location"]
    before = ask.get(path)
    refused = ask("PUT", f"{path}/reading", reading)
    assert (code_of(refused), {one["path"] for one in refused.json()["details"]}) == ("VALIDATION_ERROR", {place})
    assert ask.get(path) == before


def test_it_shows_what_was_said_until_the_start(ask: Asker, project: Project) -> None:
    waiting = upload(ask, project, BAD, description="From the shop", leave_out_errors="true", start="false").json()
    assert (waiting["description"], waiting["leave_out_errors"]) == ("From the shop", True)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ImportStatus.UPLOADED, "not checked yet"),
        (ImportStatus.CHECKING, "not checked yet"),
        (ImportStatus.QUEUED, "begun already"),
        (ImportStatus.READY, "its batch is ready"),
        (ImportStatus.FAILED, "has failed"),
        (ImportStatus.CANCELLED, "was cancelled"),
    ],
)
def test_what_is_not_checked_is_not_started(ask: Asker, project: Project, status: str, words: str) -> None:
    path = upload(ask, project, GOOD, start="false")["Location"]
    report = {} if status in (ImportStatus.UPLOADED, ImportStatus.CHECKING) else {"good_rows": 2}
    BatchImport.objects.update(status=status, report=report)
    refused = ask("POST", f"{path}/start", {})
    assert (refused.status_code, code_of(refused)) == (409, "INVALID_STATE")
    assert words in refused.json()["error"]


def test_what_is_said_with_the_upload_is_kept_until_the_start(ask: Asker, project: Project) -> None:
    said = {"name": "Spring", "description": "From the shop", "leave_out_errors": "true", "start": "false"}
    waiting = upload(ask, project, BAD, **said)
    assert (waiting.json()["status"], waiting.json()["name"], waiting.json()["error"]) == ("checked", "Spring", "")
    assert ask("POST", f"{waiting['Location']}/start", {}).json()["status"] == "ready"
    batch = Batch.objects.get()
    assert (batch.name, batch.description, batch.row_count) == ("Spring", "From the shop", 2)


def test_what_the_start_says_prevails(ask: Asker, project: Project) -> None:
    waiting = upload(ask, project, BAD, description="From the shop", leave_out_errors="true", start="false")
    assert waiting.json()["name"] == "spring", "the file's name"
    refused = ask("POST", f"{waiting['Location']}/start", {"leave_out_errors": False})
    assert [one["path"] for one in refused.json()["details"]] == ["leave_out_errors"]
    ask("POST", f"{waiting['Location']}/start", {"name": "Summer", "description": ""})
    batch = Batch.objects.get()
    assert (batch.name, batch.description, batch.row_count) == ("Summer", "", 2)


def test_the_batch_lies_in_the_folder_that_the_upload_names(ask: Asker, project: Project) -> None:
    folder = folder_create(project=project, user=None, name="Spring")
    done = upload(ask, project, GOOD, folder_id=str(folder.pk)).json()
    assert (done["status"], done["folder_id"]) == ("ready", str(folder.pk))
    assert ask.get(f"batches/{done['batch_id']}")["folder_id"] == str(folder.pk)
    made = AuditEntry.objects.get(event="batch.created")
    assert made.changes["folder"] == [None, "Spring"]
    refused = upload(ask, project, GOOD, folder_id=str(project.pk))
    assert [one["path"] for one in refused.json()["details"]] == ["folder_id"]


@pytest.mark.parametrize(("said", "name"), [({}, "Spring"), ({"folder_id": None}, None)])
def test_the_folder_is_kept_until_the_start_which_may_name_another(
    ask: Asker, project: Project, said: dict[str, Any], name: str | None
) -> None:
    folder = folder_create(project=project, user=None, name="Spring")
    path = upload(ask, project, GOOD, folder_id=str(folder.pk), start="false")["Location"]
    refused = ask("POST", f"{path}/start", {"folder_id": str(project.pk)})
    assert [one["path"] for one in refused.json()["details"]] == ["folder_id"]
    assert ask("POST", f"{path}/start", said).json()["status"] == "ready"
    assert list(Batch.objects.values_list("folder__name", flat=True)) == [name]


def test_a_folder_that_is_deleted_before_the_start_leaves_the_one_above(ask: Asker, project: Project) -> None:
    above = folder_create(project=project, user=None, name="2026")
    folder = folder_create(project=project, user=None, name="Spring", parent=above)
    path = upload(ask, project, GOOD, folder_id=str(folder.pk), start="false")["Location"]
    folder_delete(folder=folder, user=None)
    assert ask("POST", f"{path}/start", {}).json()["folder_id"] == str(above.pk)
    assert Batch.objects.get().folder == above


def test_other_columns_leave_the_reason_why_it_waits(ask: Asker, project: Project) -> None:
    waiting = upload(ask, project, BAD)
    changed = ask("PATCH", waiting["Location"], {"columns": [{"index": 1, "type": "text"}]}).json()
    assert (changed["status"], changed["report"]["errors"]) == ("checked", 1)
    assert changed["error"] == waiting.json()["error"] != ""
    changed = ask("PATCH", waiting["Location"], {"columns": [{"index": 0, "role": "input"}]}).json()
    assert "No column has the addresses" in changed["error"]
    ask("PATCH", waiting["Location"], {"columns": [{"index": 0, "role": "site_url"}]})
    assert ask("POST", f"{waiting['Location']}/start", {"leave_out_errors": True}).json()["error"] == ""


def test_a_long_file_is_loaded_by_a_worker_whatever_gets_lost(ask: Asker, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr(import_settings, "BACKGROUND_BYTES", 10)
    answer = upload(ask, project, GOOD)
    assert answer.json()["status"] == "uploaded"
    found = BatchImport.objects.get()
    import_run(found.pk)  # checks, and queues the loading
    assert ask.get(answer["Location"])["status"] == "queued"
    import_run(found.pk)
    assert ask.get(answer["Location"])["status"] == "ready"
    again = upload(ask, project, GOOD, name="again.csv")
    left = BatchImport.objects.filter(pk=again.json()["id"])
    left.update(status=ImportStatus.CHECKED, report={"good_rows": 2}, heartbeat="2026-01-05T09:00:00Z")
    assert imports_sweep() == 1
    import_run(left.get().pk)
    assert left.get().status == ImportStatus.QUEUED


def test_an_import_is_cancelled(ask: Asker, project: Project) -> None:
    path = upload(ask, project, GOOD, start="false")["Location"]
    assert ask("POST", f"{path}/cancel").json()["status"] == "cancelled"
    assert ask("POST", f"{path}/cancel").json()["status"] == "cancelled"
    assert ask.get("imports?status=cancelled,failed")["data"][0]["status"] == "cancelled"
    assert ask.get("imports?status=ready")["data"] == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"site_url\n"])
def test_what_is_no_table(ask: Asker, project: Project, content: bytes) -> None:
    answer = upload(ask, project, content)
    assert answer.status_code in (201, 400)
    assert answer.status_code == 400 or answer.json()["status"] == "checked"
    assert not Batch.objects.exists()


def test_a_refused_file_is_named(ask: Asker, project: Project) -> None:
    for said in ({}, {"start": "false"}):
        refused = upload(ask, project, b"\x89PNG\r\n\x1a\n", **said).json()
        assert [one["path"] for one in refused["details"]] == ["file"]
        assert "picture" in refused["error"]


def test_a_file_that_is_too_large(ask: Asker, project: Project, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    answer = upload(ask, project, GOOD)
    assert (answer.status_code, code_of(answer)) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "a"}])
def test_the_file_is_stored_while_no_transaction_is_open(
    ask: Asker, project: Project, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    inside: list[bool] = []
    save = default_storage.save

    def watched(*given: Any, **more: Any) -> str:
        inside.append(connection.in_atomic_block)
        return save(*given, **more)

    monkeypatch.setattr(default_storage, "save", watched)
    made = ask("POST", f"projects/{project.pk}/imports", {"file": ContentFile(GOOD, "a.csv")}, **headers)
    assert (made.json()["status"], inside) == ("ready", [False])


@pytest.mark.django_db(transaction=True)
def test_no_copy_stays_of_what_is_refused_breaks_or_was_done_before(
    ask: Asker, project: Project, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path

    def copies() -> int:
        return len(list((tmp_path / "imports").iterdir()))

    refused = upload(ask, project, GOOD, folder_id=str(project.pk))
    assert (code_of(refused), copies()) == ("VALIDATION_ERROR", 0)
    assert (code_of(upload(ask, project, b"\x89PNG\r\n\x1a\n")), copies()) == ("VALIDATION_ERROR", 0)
    with monkeypatch.context() as broken:
        broken.setattr("accounts.api.idempotency._keep", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            upload(ask, project, GOOD, start="false", key="a")
    assert (BatchImport.objects.count(), copies()) == (0, 0)
    for _ in range(2):
        assert upload(ask, project, GOOD, start="false", key="a").status_code == 201
    assert (BatchImport.objects.count(), copies()) == (1, 1)


@pytest.mark.parametrize("name", ["name", "file"])
def test_a_field_that_stands_twice_in_the_form_is_refused(ask: Asker, project: Project, name: str) -> None:
    body: dict[str, Any] = {"file": ContentFile(GOOD, "a.csv"), "name": "a"}
    twice = ["a", "b"] if name == "name" else [ContentFile(GOOD, "a.csv"), ContentFile(GOOD, "b.csv")]
    refused = ask("POST", f"projects/{project.pk}/imports", {**body, name: twice}, Idempotency_Key="a")
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", [name])
    assert not BatchImport.objects.exists()


def test_the_form_is_strict(ask: Asker, project: Project) -> None:
    answer = upload(ask, project, GOOD, organization="x", start="perhaps")
    assert {one["path"] for one in answer.json()["details"]} == {"organization", "start"}
    for empty in ("name", "folder_id", "start", "leave_out_errors"):
        refused = ask("POST", f"projects/{project.pk}/imports", {"file": ContentFile(GOOD, "a.csv"), empty: ""})
        assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", [empty])
    json = ask("POST", f"projects/{project.pk}/imports", {"name": "x"})
    assert code_of(json) == "UNSUPPORTED_MEDIA_TYPE"
