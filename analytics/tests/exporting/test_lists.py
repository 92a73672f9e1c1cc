"""Lists as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from analytics.exporting.lists import walking
from executions.models import Execution, JobStatus
from mino.tests.factories import ExecutionFactory, JobFactory, ProjectFactory
from projects.models import Batch, Project

ClientFor = Callable[[User], Client]
Row = dict[str, str]


def rows_of(browser: Client, name: str, *ids: object, **query: str) -> list[Row]:
    response = browser.get(reverse(name, args=["northlight", *ids]), query)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


@pytest.fixture
def letters(batch: Batch) -> Execution:
    """An execution whose three rows failed, the second one with a dangerous message."""
    execution: Execution = ExecutionFactory(batch=batch, number=7)
    for row in batch.rows.all():
        error = {"error_code": "TIMEOUT", "error_message": "=1+1" if row.position == 2 else "Too slow."}
        ended = datetime(2026, 3, row.position, tzinfo=UTC)
        JobFactory(execution=execution, row=row, status=JobStatus.ERROR, finished_at=ended, attempts=4, **error)
    return execution


def test_executions_have_the_figures_of_their_list(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    figures = {"good_fields": 3, "gradable_fields": 4, "graded_rows": 2, "passed_jobs": 1, "failed_jobs": 1}
    ExecutionFactory(batch=batch, number=7, total_jobs=3, cost="1.500000", **figures)
    (row,) = rows_of(client_for(viewer), "execution_list_export")
    assert (row["number"], row["project"], row["batch"]) == ("7", "Shop prices", "Spring catalogue")
    assert (row["accuracy"], row["graded_fields"], row["pass_rate"]) == ("0.75", "4", "0.5")
    assert (row["cost"], row["currency"], row["rows"]) == ("1.500000", "USD", "3")


def test_the_whole_list_is_there_and_in_order(
    batch: Batch, viewer: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "CHUNK", 2)
    for number in range(1, 6):
        ExecutionFactory(batch=batch, number=number)
    rows = rows_of(client_for(viewer), "project_executions_export", batch.project_id)
    assert [row["number"] for row in rows] == ["5", "4", "3", "2", "1"]


def test_filters_hold_for_the_file_too(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    ExecutionFactory(batch=batch, number=1, status="completed")
    ExecutionFactory(batch=batch, number=2)
    rows = rows_of(client_for(viewer), "execution_list_export", status="completed")
    assert [row["number"] for row in rows] == ["1"]


def test_dead_letters_are_the_newest_first_and_harmless(
    letters: Execution, viewer: User, client_for: ClientFor
) -> None:
    rows = rows_of(client_for(viewer), "dead_letters_export")
    assert [row["row"] for row in rows] == ["3", "2", "1"]
    assert rows[1]["error_message"] == "'=1+1"
    assert (rows[0]["execution"], rows[0]["error_code"], rows[0]["attempts"]) == ("7", "TIMEOUT", "4")
    assert rows_of(client_for(viewer), "dead_letters_export", error_code="ACCESS_BLOCKED") == []


def test_a_private_project_stays_out(letters: Execution, viewer: User, admin: User, client_for: ClientFor) -> None:
    Project.objects.filter(pk=letters.project_id).update(is_private=True)
    assert rows_of(client_for(viewer), "dead_letters_export") == []
    assert rows_of(client_for(viewer), "execution_list_export") == []
    assert len(rows_of(client_for(admin), "dead_letters_export")) == 3


def test_another_organization_stays_out(letters: Execution, stranger: User, client_for: ClientFor) -> None:
    browser = client_for(stranger)
    for name in ("execution_list_export", "dead_letters_export"):
        assert len(browser.get(reverse(name, args=["elsewhere"])).getvalue().splitlines()) == 1


def test_a_longer_list_takes_no_more_queries(
    letters: Execution, viewer: User, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = client_for(viewer)
    for name in ("dead_letters_export", "execution_list_export"):
        rows_of(browser, name)
        with django_assert_num_queries(QUERIES):
            rows_of(browser, name)
    for number in range(20, 25):
        project = ProjectFactory(organization=letters.organization)
        other = ExecutionFactory(batch__project=project, number=number)
        JobFactory(execution=other, status=JobStatus.ERROR, finished_at=datetime(2026, 3, 1, tzinfo=UTC))
    for name in ("dead_letters_export", "execution_list_export"):
        with django_assert_num_queries(QUERIES):
            rows_of(browser, name)


QUERIES = 8
