"""A column that there is not is refused by lists, and not answered as if nothing were wrong with it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from executions.models import Execution
from mino.tests.api.asking import Asker, code_of
from mino.tests.factories import ExecutionFactory, FieldResultFactory, JobFactory
from projects.models import Batch

OF_EXECUTION = ("jobs?outcome=wrong", "field-results?", "review/cells?")
OF_BATCH = ("ground-truth/revisions?", "ground-truth/revisions/export?", "ground-truth/notes?")
OF_PROJECT = ("patterns?", "patterns/export?", "suspects?", "suspects/export?")


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """An execution with a cell of a column of the batch."""
    columns = [{"name": one.name, "type": one.type, "role": one.role, "options": {}} for one in batch.columns.all()]
    made: Execution = ExecutionFactory(batch=batch, columns=columns)
    FieldResultFactory(job=JobFactory(execution=made), column="price")
    return made


def lists_of(execution: Execution) -> list[tuple[str, str]]:
    """The address of each list, with the sentence that refuses an unknown column."""
    here = "There is no such column here. There are: title, price."
    places = (
        (f"executions/{execution.pk}", OF_EXECUTION, here),
        (f"batches/{execution.batch_id}", OF_BATCH, here),
        (f"projects/{execution.project_id}", OF_PROJECT, "No batch of this project has such a column."),
    )
    return [(f"{start}/{path}", words) for start, paths, words in places for path in paths]


def test_an_unknown_column_is_refused_by_its_name(ask: Asker, execution: Execution) -> None:
    for path, words in lists_of(execution):
        for column in ("nope", "nope%00", "x" * 200):
            refused = ask("GET", f"{path}&column={column}")
            assert code_of(refused) == "VALIDATION_ERROR", path
            [detail] = refused.json()["details"]
            assert detail == {"path": "column", "message": words}, path
        for known in ("price", "title", " price"):
            assert ask("GET", f"{path}&column={known}").status_code == 200, (path, known)


def test_a_column_without_truth_is_none_that_was_compared(ask: Asker, execution: Execution) -> None:
    for path, _ in lists_of(execution):
        status = 200 if path.startswith("projects") else 400
        assert ask("GET", f"{path}&column=site_url").status_code == status, path


def test_the_columns_are_looked_up_only_for_that(ask: Asker, execution: Execution) -> None:
    for path, _ in lists_of(execution):
        counts = []
        for question in ("", "&column=price"):
            ask("GET", path + question)
            with CaptureQueriesContext(connection) as queries:
                ask("GET", path + question)
            counts.append(len(queries))
        assert counts[1] - counts[0] <= 1, path
