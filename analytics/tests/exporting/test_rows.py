"""Reading results in chunks."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.exporting.rows import export_rows
from executions.models import Execution
from mino.tests.factories import ExecutionFactory


def test_chunks_hold_every_job_once_and_in_order(mixed: Execution) -> None:
    chunks = list(export_rows(mixed, chunk=3))
    assert [len(chunk) for chunk in chunks] == [3, 1]
    assert [row.position for chunk in chunks for row in chunk] == [101, 102, 103, 104]


def test_a_chunk_takes_two_queries_whatever_its_size(mixed: Execution) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        next(export_rows(mixed, chunk=4))
    assert len(queries) == 2


def test_other_executions_stay_out(mixed: Execution) -> None:
    other = ExecutionFactory(batch=mixed.batch, number=8)
    assert list(export_rows(other)) == []
