"""An execution whose prices are not those of the truth, for tests of taking answers as truth."""

from __future__ import annotations

from executions.models import Execution, Job
from mino.tests.factories import ColumnStatisticFactory, ExecutionFactory, FieldResultFactory, JobFactory
from projects.models import Batch


def execution_with_wrong_prices(batch: Batch) -> Execution:
    """Rows 1 and 2 have another price than the truth, that of row 3 is an object, which can't be written."""
    made: Execution = ExecutionFactory(
        batch=batch, status="completed", total_jobs=3, completed_jobs=3, failed_jobs=3, first_attempt_failed_jobs=3
    )
    ColumnStatisticFactory(execution=made, column="price", wrong=3)
    for row, answer in zip(batch.rows.order_by("position"), ["7.00", "8.00", {"a": 1}], strict=True):
        job: Job = JobFactory(
            execution=made,
            row=row,
            status="completed",
            result={"title": row.truth["title"], "price": answer},
            outcomes={"title": "correct", "price": "wrong"},
            evaluation_result="fail",
        )
        FieldResultFactory(job=job, expected=row.truth["price"], extracted=answer, outcome="wrong", score=0.0)
    return made
