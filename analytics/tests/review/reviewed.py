"""What there is to review."""

from __future__ import annotations

from analytics.suspects.judging import columns_of, rows_judge
from analytics.tests.suspects.making import make_answer, make_execution
from executions.models import ColumnStatistic, Execution
from mino.tests.factories import VersionFactory
from projects.models import Batch


def make_reviewed(batch: Batch) -> Execution:
    """Row 1: another price and no title; row 2: a similar title; row 3: a price on which two versions agree."""
    batch.truth_row_count = 3
    batch.save()
    before = make_execution(batch)
    found = make_execution(batch, instruction_version=VersionFactory(project=batch.project))
    one, two, three = batch.rows.order_by("position")
    make_answer(found, one, price=7, title=None)
    make_answer(found, two, title="Kettle 2 l")
    make_answer(found, three, price=129)
    make_answer(before, three, -20, price="129.00")
    ColumnStatistic.objects.create(execution=found, column="title", position=2, correct=50, wrong=1, missed=1)
    ColumnStatistic.objects.create(execution=found, column="price", position=3, correct=50, wrong=2)
    ColumnStatistic.objects.create(execution=before, column="price", position=3, correct=50, wrong=1)
    ColumnStatistic.objects.create(execution=before, column="title", position=2, correct=50)
    rows_judge(batch, columns_of(batch), list(batch.rows.values_list("pk", flat=True)))
    return found
