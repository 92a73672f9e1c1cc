"""Exports over the API: ordered, waited for, fetched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Organization
from analytics.exporting.background.running import export_run
from executions.models import Execution, JobStatus
from mino.tests.api.asking import Asker, code_of, program
from mino.tests.factories import BatchFactory, ExecutionFactory, JobFactory
from projects.models import Batch


@pytest.fixture(autouse=True)
def _storage(settings: Settings, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def execution(project: Any) -> Execution:
    """A passed and a failed result, and an error."""
    made: Execution = ExecutionFactory(batch=BatchFactory(project=project))
    for verdict in ("pass", "fail"):
        JobFactory(execution=made, status=JobStatus.COMPLETED, evaluation_result=verdict, result={"price": "1.50"})
    JobFactory(execution=made, status=JobStatus.ERROR, error_code="TIMEOUT")
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
    assert program(organization).get("exports")["data"] == [], "those of another key"


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
        ({"only": ["nothing"]}, "only"),
        ({"accuracy_min": 60, "accuracy_max": 50}, "accuracy_max"),
        ({"site": "a/b"}, "site"),
    ],
)
def test_choices_that_can_not_be_meant(ask: Asker, execution: Execution, body: dict[str, Any], path: str) -> None:
    refused = ask("POST", f"executions/{execution.pk}/exports", body)
    assert code_of(refused) == "VALIDATION_ERROR"
    assert [one["path"] for one in refused.json()["details"]] == [path]


def test_the_list_takes_the_same_queries_however_long(
    ask: Asker, execution: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 2):
        ask("POST", f"executions/{execution.pk}/exports", {})
        with django_assert_num_queries(2):  # key, page
            assert len(ask.get("exports")["data"]) == count
