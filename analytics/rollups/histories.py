"""Writes down what all results of a row tell, for the rows of an execution that has ended or was scored anew."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Greatest

from analytics.models import BatchRollUp, RowHistory, RowKind
from analytics.rollups.claims import ClaimLost
from analytics.rollups.telling import Result, folded_answer, told_by
from executions.evaluation.verdict import EvaluationResult
from executions.models import Execution, Job, JobStatus
from mino.common.bulk import delete_in_chunks, insert_many
from mino.common.values.columns import ColumnRole
from projects.models import Batch, Row

AT_ONCE = 500
VERDICTS = {EvaluationResult.PASSED.value: True, EvaluationResult.FAILED.value: False}


class Histories:
    """The histories of one batch's rows.

    `executions` are those that have results of the rows to write; None for all of the batch.
    """

    def __init__(self, batch: Batch, executions: QuerySet[Execution] | None = None) -> None:
        self._batch = batch
        BatchRollUp.objects.get_or_create(batch=batch)
        found = Execution.objects.filter(batch=batch) if executions is None else executions
        self._options = {pk: _digest(columns) for pk, columns in found.values_list("pk", "columns")}

    def write(self, row_ids: Collection[uuid.UUID]) -> None:
        """Write the histories of these rows, some per transaction; those that tell the same as before stay.

        The lock makes whoever writes last have read last: nothing older overwrites what is newer. Raises ClaimLost once
        the batch is being removed.
        """
        ids = sorted(row_ids)
        for start in range(0, len(ids), AT_ONCE):
            with transaction.atomic():
                self._hold()
                self._write_some(ids[start : start + AT_ONCE])

    def follow(self, row_ids: Collection[uuid.UUID], now: datetime) -> None:
        """Write the histories of a few rows and add the difference to the sums, in the caller's transaction.

        Sums that a worker is still to write never fall below none: it counts all rows afterwards.
        """
        mine = BatchRollUp.objects.filter(pk=self._batch.pk)
        mine.select_for_update().get()
        difference = self._write_some(sorted(row_ids))
        changed: dict[str, Any] = {name: Greatest(F(name) + by, Value(0)) for name, by in difference.items() if by}
        mine.update(as_of=now, **changed)

    def _hold(self) -> None:
        if not BatchRollUp.objects.select_for_update().filter(pk=self._batch.pk):
            raise ClaimLost

    def _write_some(self, ids: Sequence[uuid.UUID]) -> Counter[str]:
        """Write what differs; answers by how much the sums of the batch change."""
        stored = {one["row_id"]: one for one in RowHistory.objects.filter(row_id__in=ids).values()}
        made = {row_id: self._history(row_id, results) for row_id, results in self._results(ids)}
        old = [row_id for row_id, one in stored.items() if made.get(row_id) != one]
        new = [one for row_id, one in made.items() if stored.get(row_id) != one]
        if old:
            gone = RowHistory.objects.filter(row_id__in=old)
            gone._raw_delete(gone.db)
        insert_many(RowHistory, new)
        difference = _sums(new)
        difference.subtract(_sums([stored[row_id] for row_id in old]))
        return difference

    def sum_up(self, now: datetime) -> None:
        """Write how many rows are of which kind; rows that are gone no longer count.

        Raises ClaimLost once the batch is being removed.
        """
        mine = RowHistory.objects.filter(batch=self._batch)
        delete_in_chunks(mine.filter(~Exists(Row.objects.filter(pk=OuterRef("row_id")))))
        with transaction.atomic():
            self._hold()
            sums = mine.values("kind").annotate(rows=Count("pk"), two=Sum("pairs"), same=Sum("agreeing"))
            by_kind = {one["kind"]: one for one in sums}
            counts = {kind.value: by_kind[kind]["rows"] if kind in by_kind else 0 for kind in RowKind}
            pairs = sum(one["two"] for one in by_kind.values())
            agreeing = sum(one["same"] for one in by_kind.values())
            BatchRollUp.objects.filter(pk=self._batch.pk).update(as_of=now, pairs=pairs, agreeing=agreeing, **counts)

    def _results(self, row_ids: Collection[uuid.UUID]) -> Iterator[tuple[uuid.UUID, list[Result]]]:
        """The results of each row that has any, the oldest first; one row at a time is in memory."""
        ended = Job.objects.filter(row_id__in=row_ids, status__in=[JobStatus.COMPLETED, JobStatus.ERROR])
        values = ended.order_by("row_id", "finished_at", "id").values_list(
            "row_id", "execution_id", "status", "evaluation_result", "result"
        )
        for row_id, found in groupby(values.iterator(chunk_size=AT_ONCE), key=lambda one: one[0]):
            yield row_id, [self._result(*one[1:]) for one in found]

    def _result(
        self, execution_id: uuid.UUID, status: str, verdict: str | None, answer: Mapping[str, Any] | None
    ) -> Result:
        options = self._options.get(execution_id, "")
        if status == JobStatus.ERROR:
            return Result(options, None, None)
        return Result(options, VERDICTS.get(verdict or ""), folded_answer(answer))

    def _history(self, row_id: uuid.UUID, results: list[Result]) -> dict[str, Any]:
        place = {"row_id": row_id, "batch_id": self._batch.pk, "project_id": self._batch.project_id}
        return {**place, **told_by(results)}


def _sums(histories: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """What these histories are in the sums of their batch."""
    sums = Counter[str]()
    for one in histories:
        sums.update({one["kind"]: 1, "pairs": one["pairs"], "agreeing": one["agreeing"]})
    return sums


def _digest(columns: list[dict[str, Any]]) -> str:
    """The same for executions that grade alike."""
    graded = [
        (one["name"], one["type"], one.get("options")) for one in columns if one["role"] == ColumnRole.GROUND_TRUTH
    ]
    return hashlib.sha256(json.dumps(sorted(graded, key=lambda one: str(one[0])), sort_keys=True).encode()).hexdigest()
