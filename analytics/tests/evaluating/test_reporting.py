"""The result, for programs and for people."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rich.console import Console

from analytics.evaluating.reporting import is_below, print_report, report_as_json
from executions.models import Execution, JobStatus
from mino.tests.factories import ColumnStatisticFactory, ExecutionFactory, JobFactory
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Three jobs: one with a right price, one with a wrong one, one error."""
    execution: Execution = ExecutionFactory(
        batch=batch,
        total_jobs=3,
        completed_jobs=2,
        error_jobs=1,
        passed_jobs=1,
        failed_jobs=1,
        graded_rows=2,
        good_fields=1,
        gradable_fields=2,
        good_fields_squared=1,
        gradable_fields_squared=2,
        good_times_gradable=1,
    )
    ColumnStatisticFactory(execution=execution, column="price", correct=1, wrong=1)
    ColumnStatisticFactory(execution=execution, column="title", position=4, not_gradable=2)
    JobFactory(execution=execution, status=JobStatus.ERROR, error_code="TIMEOUT", error_message="\x1b[31mToo [b]slow")
    return execution


def test_the_object_holds_shares_from_0_to_1(execution: Execution) -> None:
    report = report_as_json(execution, 1.23456)
    assert list(report) == ["execution", "jobs", "accuracy", "pass_rate", "columns", "seconds"]
    assert report["jobs"] == {
        "total": 3,
        "queued": 0,
        "running": 0,
        "retrying": 0,
        "completed": 2,
        "error": 1,
        "skipped": 0,
        "stopped": 0,
    }
    assert (report["accuracy"]["value"], report["accuracy"]["n"], report["seconds"]) == (0.5, 2, 1.235)
    assert report["pass_rate"]["value"] == 0.5
    assert report["columns"]["price"]["outcomes"]["wrong"] == 1


def test_nothing_graded_is_null_and_not_zero(execution: Execution) -> None:
    title = report_as_json(execution, 1)["columns"]["title"]
    assert (title["accuracy"], title["n"], title["low"], title["high"]) == (None, 0, None, None)


def test_people_see_columns_errors_and_counts(execution: Execution) -> None:
    file = io.StringIO()
    print_report(execution, 2.5, Console(file=file, width=120))
    text = file.getvalue()
    assert "9.5% - 90.5%" in text
    assert "Too [b]slow" in text
    assert "\x1b" not in text
    assert "3 rows in 2.5 s, 2 completed, 1 failed with an error." in text


@pytest.mark.parametrize(
    ("good", "n", "minimum", "below"),
    [(29, 100, "29", False), (28, 100, "29", True), (57, 100, "57", False), (0, 0, "1", True), (0, 0, "0", False)],
)
def test_the_minimum_is_compared_without_rounding(good: int, n: int, minimum: str, below: bool) -> None:
    assert is_below(Execution(good_fields=good, gradable_fields=n), Decimal(minimum)) is below


def test_a_single_row_is_no_plural(execution: Execution) -> None:
    Execution.objects.filter(pk=execution.pk).update(total_jobs=1)
    execution.refresh_from_db()
    file = io.StringIO()
    print_report(execution, 2.5, Console(file=file, width=120))
    assert "1 row in 2.5 s" in file.getvalue()
