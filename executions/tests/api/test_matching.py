"""Trying matching options over the API."""

from __future__ import annotations

from typing import Any

import pytest

from executions.models import Execution, FieldResult, Job, JobStatus
from mino.tests.api.asking import Asker, code_of
from mino.tests.factories import ExecutionFactory, FieldResultFactory, JobFactory
from projects.models import Batch, Column


@pytest.fixture
def done(batch: Batch) -> Execution:
    """A completed execution over three rows, one of which has a price that is slightly off."""
    execution: Execution = ExecutionFactory(batch=batch, status="completed", completed_jobs=3)
    for row in batch.rows.order_by("position"):
        right = row.position != 2
        price = row.truth["price"] if right else "2.55"
        job = JobFactory(
            execution=execution,
            row=row,
            status=JobStatus.COMPLETED,
            result={"price": price, "title": row.truth["title"]},
            outcomes={"price": "correct" if right else "wrong", "title": "correct"},
            evaluation_result="pass" if right else "fail",
        )
        FieldResultFactory(job=job, outcome="correct" if right else "wrong", extracted=price)
    return execution


@pytest.fixture
def path(batch: Batch) -> str:
    """Where options of the price are tried."""
    return f"batches/{batch.pk}/columns/{batch.columns.get(name='price').pk}/try"


@pytest.mark.parametrize("named", [True, False])
def test_the_cells_that_would_flip(ask: Asker, done: Execution, path: str, named: bool) -> None:
    chosen = {"execution_id": str(done.pk)} if named else {}
    trial = ask("POST", path, {"options": {"relative_tolerance": 0.05}, **chosen}).json()
    assert (trial["execution_id"], trial["results"], trial["cells"], trial["flipped"]) == (str(done.pk), 3, 3, 1)
    assert trial["flows"] == [{"before": "wrong", "after": "correct", "cells": 1}]
    [flip] = trial["flips"]
    job = Job.objects.get(row_position=2)
    assert (flip["job_id"], flip["expected"], flip["extracted"]) == (str(job.pk), "2.50", "2.55")
    assert (flip["before"]["outcome"], flip["before"]["reason"], flip["after"]["outcome"]) == (
        "wrong",
        "value_mismatch",
        "correct",
    )
    assert (trial["accuracy_after"]["value"], trial["passed_before"], trial["passed_after"]) == (1, 2, 3)
    assert Column.objects.get(name="price").options == {}
    assert FieldResult.objects.filter(outcome="wrong").count() == 1, "nothing is changed"


def test_a_column_without_truth_takes_no_options(ask: Asker, done: Execution, batch: Batch) -> None:
    column = batch.columns.get(name="site_url")
    path = f"batches/{batch.pk}/columns/{column.pk}"
    told = "site_url holds no truth, so nothing is compared with it: it takes no matching options."
    for method, place, options in (
        ("POST", f"{path}/try", {"exact": True}),
        ("POST", f"{path}/try", {}),
        ("PATCH", path, {"exact": True}),
    ):
        refused = ask(method, place, {"options": options})
        assert code_of(refused) == "VALIDATION_ERROR"
        assert refused.json()["details"] == [{"path": "options", "message": told}]
    assert ask("PATCH", path, {"options": {}}).status_code == 200, "it has none"


@pytest.mark.parametrize(
    ("body", "path_of"),
    [
        ({"options": {"relative_tolerance": "much"}}, "options.relative_tolerance"),
        ({"options": {"threshold": 0.5}}, "options.threshold"),
        ({"options": {"tolerance": True}}, "options.tolerance"),
        ({"options": {"required_for_pass": "yes"}}, "options.required_for_pass"),
        ({"options": {"multiple": "some"}}, "options.multiple"),
        ({"options": {"alternatives": 1}}, "options.alternatives"),
        ({}, "options"),
        ({"options": {}, "execution_id": "019c1a70-2b3c-7d4e-8f5a-6b7c8d9e0f1a"}, "execution_id"),
    ],
)
def test_what_can_not_be_tried(ask: Asker, done: Execution, path: str, body: dict[str, Any], path_of: str) -> None:
    refused = ask("POST", path, body)
    assert refused.status_code == 400
    assert [one["path"] for one in refused.json()["details"]] == [path_of]
    if "options" in body and "execution_id" not in body:
        same = ask("PATCH", path.removesuffix("/try"), body)
        assert [one["path"] for one in same.json()["details"]] == [path_of]


def test_there_must_be_results_of_a_column_with_truth(ask: Asker, batch: Batch, path: str) -> None:
    assert code_of(ask("POST", path, {"options": {}})) == "INVALID_STATE"
    without: Execution = ExecutionFactory(batch=batch, columns=[], completed_jobs=1)
    refused = ask("POST", path, {"options": {}, "execution_id": str(without.pk)})
    assert [one["path"] for one in refused.json()["details"]] == ["execution_id"]
