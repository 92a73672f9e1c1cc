"""Exports over the API: ordered, waited for, fetched."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuditEntry, Organization, User
from analytics.exporting.background.running import export_run
from analytics.models import Export
from executions.models import Execution, JobStatus
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import BatchFactory, ExecutionFactory, FieldResultFactory, JobFactory
from projects.models import Batch


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def execution(project: Any) -> Execution:
    """A passed and a failed result, and an error."""
    truth: dict[str, Any] = {"type": "text", "role": "ground_truth", "options": {}}
    columns = [{"name": name, **truth} for name in ("title", "price")]
    made: Execution = ExecutionFactory(batch=BatchFactory(project=project), columns=columns)
    for at, verdict in enumerate(("pass", "fail"), start=1):
        done = {"status": JobStatus.COMPLETED, "evaluation_result": verdict, "result": {"price": "1.50"}}
        JobFactory(execution=made, row_position=at, **done)
    JobFactory(execution=made, row_position=3, status=JobStatus.ERROR, error_code="TIMEOUT")
    Batch.objects.filter(pk=made.batch_id).update(row_count=3)
    return made


def content(ask: Asker, path: str) -> str:
    """The file at a path."""
    response = ask("GET", path)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_results_from_order_to_file(ask: Asker, execution: Execution, organization: Organization) -> None:
    body = {"format": "jsonl", "evaluation_result": ["fail"], "columns": ["result"]}
    ordered = ask("POST", f"executions/{execution.pk}/exports", body, Idempotency_Key="a")
    assert ordered.status_code == 201, ordered.content
    export = ordered.json()
    assert (export["status"], export["file"], export["rows_total"]) == ("queued", None, 1)
    assert export["created_by"]["type"] == "api_key"
    assert code_of(ask("GET", f"exports/{export['id']}/file")) == "NOT_FOUND"
    export_run(export["id"])
    ready = ask.get(ordered["Location"])
    assert (ready["status"], ready["rows_done"]) == ("ready", 1)
    [line] = content(ask, ready["file"]).splitlines()
    assert "fail" in json.dumps(json.loads(line))
    assert [one["id"] for one in ask.get("exports?status=ready,writing")["data"]] == [export["id"]]
    assert ask.get("exports?status=queued")["data"] == []
    assert ready["project_id"] == str(execution.project_id)
    of_project = ask.get(f"exports?project_id={execution.project_id}")["data"]
    assert [one["id"] for one in of_project] == [export["id"]]
    assert ask.get(f"exports?project_id={execution.pk}")["data"] == []
    assert program(organization).get("exports")["data"] == [], "those of another key"


def test_the_list_can_be_narrowed(ask: Asker, execution: Execution) -> None:
    of_results = ask("POST", f"executions/{execution.pk}/exports", {}).json()["id"]
    of_batch = ask("POST", f"batches/{execution.batch_id}/exports", {}).json()["id"]
    other = BatchFactory(project=execution.project)
    elsewhere = ask("POST", f"batches/{other.pk}/exports", {}).json()["id"]
    for query, found in (
        ("", [elsewhere, of_batch, of_results]),
        (f"batch_id={execution.batch_id}", [of_batch, of_results]),
        (f"batch_id={execution.batch_id}&kind=batch", [of_batch]),
        (f"execution_id={execution.pk}", [of_results]),
        ("kind=batch", [elsewhere, of_batch]),
        (f"batch_id={execution.pk}", []),
    ):
        assert [one["id"] for one in ask.get(f"exports?{query}")["data"]] == found, query


def test_a_batch(ask: Asker, execution: Execution) -> None:
    ordered = ask("POST", f"batches/{execution.batch_id}/exports", {}).json()
    assert (ordered["kind"], ordered["format"], ordered["execution_id"]) == ("batch", "csv", None)
    export_run(ordered["id"])
    assert len(content(ask, f"exports/{ordered['id']}/file").splitlines()) == 4, "a header and three rows"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"format": "pdf"}, "format"),
        ({"rows": "x"}, "rows"),
        ({"rows": "900-999"}, "rows"),
        ({"column": "price"}, "column"),
        ({"column": "price", "outcome": []}, "column"),
        ({"column": "nope", "outcome": ["wrong"]}, "column"),
        ({"outcome": ["wrong", "nope"]}, "outcome.1"),
        ({"only": ["nothing"]}, "only"),
        ({"only": ["title,price"]}, "only"),
        ({"accuracy_min": 60, "accuracy_max": 50}, "accuracy_max"),
        ({"site": "a/b"}, "site"),
    ],
)
def test_choices_that_can_not_be_meant(ask: Asker, execution: Execution, body: dict[str, Any], path: str) -> None:
    refused = ask("POST", f"executions/{execution.pk}/exports", body)
    assert code_of(refused) == "VALIDATION_ERROR"
    assert [one["path"] for one in refused.json()["details"]] == [path]


@pytest.mark.parametrize("name", ["search", "site", "tag", "rows", "column"])
def test_blanks_do_not_stand_for_all_rows(ask: Asker, execution: Execution, name: str) -> None:
    more = {"outcome": ["wrong"]} if name == "column" else {}
    refused = ask("POST", f"executions/{execution.pk}/exports", {name: " ", **more})
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", [name])
    assert not Export.objects.exists()


def test_what_there_is_is_said(ask: Asker, execution: Execution) -> None:
    path = f"executions/{execution.pk}/exports"
    unknown = ask("POST", path, {"column": "nope", "outcome": ["wrong"]}).json()
    assert unknown["error"] == "column: There is no column “nope” here. There are: title, price."
    for place in (path, f"batches/{execution.batch_id}/exports"):
        missing = ask("POST", place, {"rows": "1-2, 3-9, 12, 99"}).json()
        assert missing["details"] == [{"path": "rows", "message": "There are no rows with these numbers: 12,99."}]
        assert ask("POST", place, {"rows": "2-9"}).status_code == 201


def test_rows_keep_the_numbers_that_they_were_run_with(ask: Asker, execution: Execution) -> None:
    Batch.objects.filter(pk=execution.batch_id).update(row_count=1)
    path = f"executions/{execution.pk}/exports"
    assert ask("POST", path, {"rows": "3"}).json()["rows_total"] == 1
    assert code_of(ask("POST", path, {"rows": "3,5"})) == "VALIDATION_ERROR"


def test_several_outcomes_as_in_the_list_of_jobs(ask: Asker, execution: Execution) -> None:
    for job, outcome in zip(execution.jobs.order_by("position"), ("wrong", "missed", "correct"), strict=True):
        FieldResultFactory(job=job, column="price", outcome=outcome)
    body = {"column": "price", "outcome": ["wrong", "missed"]}
    assert ask("POST", f"executions/{execution.pk}/exports", body).json()["rows_total"] == 2
    listed = ask.get(f"executions/{execution.pk}/jobs?column=price&outcome=wrong,missed&include=total")
    assert listed["pagination"]["total"] == 2


def test_cancelled_and_made_again(ask: Asker, execution: Execution, organization: Organization, owner: User) -> None:
    export = ask("POST", f"executions/{execution.pk}/exports", {}).json()
    path = f"exports/{export['id']}"
    assert code_of(ask("POST", f"{path}/again")) == "INVALID_STATE", "it is under way"
    for other in (program(organization), browser(owner)):
        assert code_of(other("POST", f"{path}/cancel")) == "FORBIDDEN", "another one ordered it"
    for _ in range(2):
        assert ask("POST", f"{path}/cancel").json()["status"] == "cancelled"
    assert not export_run(export["id"]), "no worker takes it up"
    assert code_of(program(organization)("POST", f"{path}/again")) == "FORBIDDEN"
    assert ask("POST", f"{path}/again").json()["status"] == "queued"
    export_run(export["id"])
    assert ask.get(path)["status"] == "ready"
    for act in ("cancel", "again"):
        assert code_of(ask("POST", f"{path}/{act}")) == "INVALID_STATE"
    kept = AuditEntry.objects.filter(object_pk=export["id"]).order_by("pk").values_list("event", flat=True)
    assert list(kept) == ["export.ordered", "export.cancelled", "export.ordered"]


def test_made_again_once_for_a_key(ask: Asker, execution: Execution) -> None:
    path = f"exports/{ask('POST', f'executions/{execution.pk}/exports', {}).json()['id']}"
    ask("POST", f"{path}/cancel")
    first, again = (ask("POST", f"{path}/again", Idempotency_Key="a").json() for _ in range(2))
    assert (first["status"], again) == ("queued", first)


def test_no_more_than_five_at_once(ask: Asker, execution: Execution) -> None:
    orders = [ask("POST", f"executions/{execution.pk}/exports", {}) for _ in range(6)]
    assert [one.status_code for one in orders] == [201] * 5 + [409]
    ask("POST", f"exports/{orders[0].json()['id']}/cancel")
    assert ask("POST", f"executions/{execution.pk}/exports", {}).status_code == 201
    assert code_of(ask("POST", f"exports/{orders[0].json()['id']}/again")) == "INVALID_STATE", "five are under way"


def test_names_with_commas(ask: Asker, execution: Execution) -> None:
    field: dict[str, Any] = {"type": "text", "role": "ground_truth", "options": {}}
    columns = [{"name": name, **field} for name in ("a, b", "a", "b")]
    Execution.objects.filter(pk=execution.pk).update(columns=columns)
    body = {"format": "csv", "only": ["a, b", "b"], "columns": ["extracted"]}
    ordered = ask("POST", f"executions/{execution.pk}/exports", body).json()
    export_run(ordered["id"])
    header = content(ask, f"exports/{ordered['id']}/file").splitlines()[0]
    assert next(csv.reader([header]))[3:] == ["extracted_a, b", "extracted_b"]


def test_the_list_takes_the_same_queries_however_long(
    ask: Asker, execution: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 2):
        ask("POST", f"executions/{execution.pk}/exports", {})
        with django_assert_num_queries(2):  # key, page
            assert len(ask.get("exports")["data"]) == count
