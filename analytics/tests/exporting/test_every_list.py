"""Every list as CSV, XLSX, JSON and JSON Lines, with what its page's filters find."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from analytics.exporting.lists import walking
from analytics.models import FailurePattern, PatternOccurrence, RowHistory, Suspect
from executions.models import Execution, JobStatus, Retry
from mino.tests.factories import BatchFactory, ExecutionFactory, JobFactory, ProjectFactory
from projects.models import Batch, Folder, TruthRevision
from projects.services.tags import batches_tag, tag_create

ClientFor = Callable[[User], Client]
Line = dict[str, Any]
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def run(batch: Batch, viewer: User) -> Execution:
    """An execution with a pattern, a suspect, a change of truth, a history and a waiting attempt in its first row."""
    same = {"organization_id": batch.organization_id, "project": batch.project}
    execution: Execution = ExecutionFactory(
        batch=batch, number=7, status="running", retrying_jobs=1, good_fields=3, gradable_fields=4, graded_rows=2
    )
    row = batch.rows.get(position=1)
    job = JobFactory(execution=execution, row=row, status=JobStatus.RETRYING)
    Retry.objects.create(job=job, execution=execution, attempt_number=2, scheduled_for=WHEN, error_code="TIMEOUT")
    named = {"kind": "attribute", "column": "price", "failing": "cell", "key": "domain", "value": "shop1.example"}
    figures = {"frequency": 6, "n": 8, "lift": 3.0, "weight": 5}
    pattern = FailurePattern.objects.create(**same, **named, **figures, last_execution=execution, last_seen_at=WHEN)
    bounds = {"other_frequency": 2, "other_n": 8, "lift_low": 1.2, "lift_high": 7.5, "q": 0.00012345}
    PatternOccurrence.objects.create(pattern=pattern, execution=execution, at=WHEN, is_found=True, **figures, **bounds)
    FailurePattern.objects.create(**same, kind="type", column="title", failing="missing_extraction", state="dismissed")
    seen = {"first_seen": WHEN, "last_seen": WHEN, "support": 2, "share": 667}
    Suspect.objects.create(**same, batch=batch, row=row, column="price", truth="1.50", value="2", **seen)
    TruthRevision.objects.create(
        batch=batch, row=row, column="price", before=None, after="=1", user=viewer, created_at=WHEN
    )
    flaky = {"kind": "flaky", "flips": 2, "graded": 3, "passes": 2, "fails": 1, "answers": 3, "distinct_answers": 2}
    RowHistory.objects.create(row=row, batch=batch, project=batch.project, **flaky, pairs=3, agreeing=1)
    return execution


LISTS: list[tuple[str, str, dict[str, str], Line]] = [
    ("execution_list_export", "", {}, {"number": 7, "accuracy": 0.75}),
    ("project_executions_export", "project", {}, {"number": 7, "batch": "Spring catalogue"}),
    ("retry_queue_export", "", {"execution": "7"}, {"execution": 7, "attempt": 2, "error_code": "TIMEOUT"}),
    ("project_list_export", "", {"search": "prices"}, {"name": "Shop prices", "batches": 1, "last_execution": 7}),
    ("batch_search_export", "", {"search": "spring"}, {"name": "Spring catalogue", "last_accuracy": 0.75}),
    ("project_batches_export", "project", {}, {"name": "Spring catalogue", "project": "Shop prices"}),
    (
        "project_patterns_export",
        "project",
        {"kind": "attribute"},
        {"pattern": "Fails on shop1.example", "column": "price", "failing": 6, "of": 8, "share": 0.75, "lift": 3},
    ),
    ("project_patterns_export", "project", {"state": "dismissed"}, {"pattern": "Nothing was extracted", "failing": 0}),
    (
        "execution_patterns_export",
        "execution",
        {},
        {"pattern": "Fails on shop1.example", "q": 0.000123, "lift_low": 1.2, "of_elsewhere": 8},
    ),
    ("project_suspects_export", "project", {}, {"truth": "1.50", "results_say": "2", "share": 0.667, "row": 1}),
    (
        "batch_truth_export",
        "batch",
        {},
        {"row": 1, "before": None, "after": "=1", "changed_by": "Viewer of Northlight"},
    ),
    ("project_row_history_export", "project", {"kind": "flaky"}, {"row": 1, "flips": 2, "agreement": 0.3333}),
    ("batch_row_history_export", "batch", {}, {"kind": "flaky", "passed": 2, "different_answers": 2}),
]


def fetch(browser: Client, run: Execution, name: str, of: str, query: dict[str, str]) -> Any:
    ids = {"": [], "project": [run.project_id], "batch": [run.batch_id], "execution": [run.pk]}[of]
    return browser.get(reverse(name, args=["northlight", *ids]), query)


def content(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"].startswith("attachment;")
    return bytes(answer.getvalue())


@pytest.mark.parametrize(("name", "of", "query", "told"), LISTS)
def test_a_list_in_every_format(
    run: Execution, viewer: User, client_for: ClientFor, name: str, of: str, query: dict[str, str], told: Line
) -> None:
    browser = client_for(viewer)
    (line,) = json.loads(content(fetch(browser, run, name, of, {**query, "format": "json"})))["rows"]
    assert {key: line[key] for key in told} == told
    assert [json.loads(content(fetch(browser, run, name, of, {**query, "format": "jsonl"})))] == [line]
    (row,) = csv.DictReader(io.StringIO(content(fetch(browser, run, name, of, query)).decode(), newline=""))
    assert list(row) == list(line)
    sheet = load_workbook(io.BytesIO(content(fetch(browser, run, name, of, {**query, "format": "xlsx"})))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(line)
    assert sheet.max_row == 2


def test_formulas_stay_texts(run: Execution, viewer: User, client_for: ClientFor) -> None:
    text = content(fetch(client_for(viewer), run, "batch_truth_export", "batch", {})).decode()
    assert ",'=1," in text


def test_filters_that_find_nothing_leave_the_head(run: Execution, viewer: User, client_for: ClientFor) -> None:
    browser = client_for(viewer)
    for name, of, query in (
        ("project_patterns_export", "project", {"kind": "error"}),
        ("project_suspects_export", "project", {"state": "dismissed"}),
        ("batch_row_history_export", "batch", {"kind": "stable_right"}),
        ("batch_search_export", "", {"search": "autumn"}),
        ("project_list_export", "", {"search": "nothing"}),
        ("retry_queue_export", "", {"execution": "8"}),
    ):
        assert len(content(fetch(browser, run, name, of, query)).splitlines()) == 1, name


def test_batches_with_folder_and_tags(run: Execution, viewer: User, client_for: ClientFor) -> None:
    outer = Folder.objects.create(project=run.project, name="Europe", organization=run.organization)
    inner = Folder.objects.create(project=run.project, name="Spain", parent=outer, organization=run.organization)
    Batch.objects.filter(pk=run.batch_id).update(folder=inner)
    for name in ("Gold", "Late"):
        tag = tag_create(organization=run.organization, user=None, name=name, colour="#123456")
        batches_tag(project=run.project, user=None, batches=[run.batch], tag=tag)
    browser = client_for(viewer)
    (line,) = json.loads(content(fetch(browser, run, "project_batches_export", "project", {"format": "json"})))["rows"]
    assert (line["folder"], line["tags"]) == ("Europe / Spain", "Gold, Late")
    (line,) = json.loads(content(fetch(browser, run, "batch_search_export", "", {"format": "json"})))["rows"]
    assert (line["folder"], line["tags"]) == ("Spain", "Gold, Late")


@pytest.mark.parametrize("name", ["project_list_export", "batch_search_export"])
def test_a_longer_list_takes_no_more_queries_a_chunk(
    run: Execution,
    viewer: User,
    client_for: ClientFor,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_for(viewer)
    for _ in range(6):
        batch = BatchFactory(project=ProjectFactory(organization=run.organization))
        ExecutionFactory(batch=batch)
    with django_assert_max_num_queries(13):
        assert len(content(fetch(browser, run, name, "", {})).splitlines()) == 8
    monkeypatch.setattr(walking, "CHUNK", 2)
    assert len(content(fetch(browser, run, name, "", {})).splitlines()) == 8


def test_what_can_not_be_is_said(run: Execution, viewer: User, client_for: ClientFor, settings: LazySettings) -> None:
    browser = client_for(viewer)
    refused = fetch(browser, run, "project_suspects_export", "project", {"format": "pdf"})
    assert (refused.status_code, "format=xlsx" in refused.content.decode()) == (400, True)
    settings.EXPORT_BACKGROUND_ROWS = 0
    refused = fetch(browser, run, "project_suspects_export", "project", {"format": "xlsx"})
    assert (refused.status_code, "too many for a workbook" in refused.content.decode()) == (400, True)
    assert fetch(browser, run, "project_suspects_export", "project", {"format": "jsonl"}).status_code == 200
