"""Compares the results of rows with each other and with the truth, and keeps the suspects among their cells."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from analytics.models import Suspect, SuspectState
from analytics.suspects.agreeing import Agreement, Answer, agreement_against, says_the_same
from executions.evaluation.evaluate import ColumnSpec
from executions.models import Execution, Job, JobStatus
from mino.common.bulk import update_many
from mino.common.values.columns import ColumnRole, ColumnType
from projects.models import Batch, Row, TruthRevision

MOST_RESULTS = 50
"""Of a row that was run more often, only the newest results are compared."""
AGAINST = ("wrong", "invented")
FEWEST_RESULTS = 2
CORRECTION = ("row_id", "column", "user_id", "api_key_id", "created_at")
UNDECIDED = {"decided_by_id": None, "api_key_id": None, "decided_at": None}
Cell = tuple[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """The cells of some rows that are suspect, and the truth of the rows as it was compared."""

    agreements: Mapping[Cell, Agreement]
    truths: Mapping[uuid.UUID, Mapping[str, str | None]]


def columns_of(batch: Batch) -> list[ColumnSpec]:
    """The columns of truth with today's matching options."""
    found = batch.columns.filter(role=ColumnRole.GROUND_TRUTH).order_by("position")
    return [ColumnSpec(one.name, ColumnType(one.type), one.matching) for one in found]


def rows_judge(
    batch: Batch, columns: Sequence[ColumnSpec], row_ids: Collection[uuid.UUID], *, trusts_verdicts: bool = True
) -> None:
    """Find the suspects among the cells of some rows, and forget those that are none any more.

    Comparing may take its time, so it is done outside of the transaction that writes; a row whose truth changes
    meanwhile is left to that change. Without `trusts_verdicts` cells are compared that stored verdicts call right.
    """
    judged = _judge(columns, row_ids, trusts_verdicts=trusts_verdicts)
    concerned = {row_id for row_id, _ in judged.agreements}
    concerned |= set(Suspect.objects.filter(row__in=row_ids).values_list("row_id", flat=True))
    if not concerned:
        return
    with transaction.atomic():
        rows = Row.objects.filter(pk__in=concerned).order_by("pk").select_for_update(no_key=True)
        same = {row.pk for row in rows.only("truth") if row.truth == judged.truths[row.pk]}
        _write(batch, columns, judged, same)


def _judge(columns: Sequence[ColumnSpec], row_ids: Collection[uuid.UUID], *, trusts_verdicts: bool) -> Judged:
    truths = dict(Row.objects.filter(pk__in=row_ids).values_list("pk", "truth"))
    agreements: dict[Cell, Agreement] = {}
    for row_id, results in _results(truths).items():
        for column in columns:
            if trusts_verdicts and sum(one.outcomes.get(column.name) in AGAINST for one in results) < FEWEST_RESULTS:
                continue
            answers = [one.answer(column.name) for one in results if column.name in one.outcomes]
            if agreement := agreement_against(column, truths[row_id].get(column.name), answers):
                agreements[row_id, column.name] = agreement
    return Judged(agreements, truths)


@dataclass(frozen=True, slots=True)
class Result:
    """What one job answered."""

    kind: tuple[Any, ...]
    at: Any
    result: Mapping[str, Any]
    outcomes: Mapping[str, str]

    def answer(self, column: str) -> Answer:
        """Its answer in a column."""
        return Answer(self.kind, self.at, self.result.get(column))


FIELDS = ("row_id", "execution_id", "own_instructions", "finished_at", "result", "outcomes")


def _results(row_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Result]]:
    """The newest results of each row that has more than one, by an index on the row."""
    jobs = Job.objects.filter(row__in=list(row_ids), status=JobStatus.COMPLETED, finished_at__isnull=False)
    found: dict[uuid.UUID, list[tuple[Any, ...]]] = {}
    for row_id, *values in jobs.order_by("row", "-finished_at", "-id").values_list(*FIELDS):
        results = found.setdefault(row_id, [])
        if len(results) < MOST_RESULTS:
            results.append(tuple(values))
    several = {row_id: results for row_id, results in found.items() if len(results) >= FEWEST_RESULTS}
    kinds = _kinds({values[0] for results in several.values() for values in results})
    return {row_id: [_result(kinds, *values) for values in results] for row_id, results in several.items()}


def _result(kinds: Mapping[uuid.UUID, tuple[str, uuid.UUID]], execution_id: uuid.UUID, own: str, *rest: Any) -> Result:
    """A row's own instructions replace the version: with the same ones, two versions are one."""
    agent, version = kinds[execution_id]
    at, result, outcomes = rest
    return Result((agent, own or version), at, result or {}, outcomes)


def _kinds(execution_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, uuid.UUID]]:
    values = Execution.objects.filter(pk__in=execution_ids).values_list("pk", "agent", "instruction_version_id")
    return {pk: (agent, version) for pk, agent, version in values}


def _write(batch: Batch, columns: Sequence[ColumnSpec], judged: Judged, row_ids: Collection[uuid.UUID]) -> None:
    """Keep what was found for these rows, whose locks are held."""
    by_name = {column.name: column for column in columns}
    known = {(one.row_id, one.column): one for one in Suspect.objects.select_for_update().filter(row__in=row_ids)}
    found = {cell: one for cell, one in judged.agreements.items() if cell[0] in row_ids}
    Suspect.objects.bulk_create(
        [_new(batch, judged, cell, one) for cell, one in found.items() if cell not in known], ignore_conflicts=True
    )
    updates, gone = [], []
    for cell, suspect in known.items():
        truth = judged.truths[cell[0]].get(cell[1]) or ""
        values = _changed(by_name.get(cell[1]), suspect, found.get(cell), truth)
        if values is None:
            gone.append(suspect.pk)
        elif any(getattr(suspect, name) != value for name, value in values.items()):
            updates.append({"id": suspect.pk, **values})
    _say_who_corrected(known, updates)
    for names in {tuple(one) for one in updates}:
        update_many(Suspect, [one for one in updates if tuple(one) == names])
    Suspect.objects.filter(pk__in=gone).delete()


def _say_who_corrected(known: Mapping[Cell, Suspect], updates: Collection[dict[str, Any]]) -> None:
    """Add to the updates of suspects that were corrected who changed the truth last, and when."""
    cells = {suspect.pk: cell for cell, suspect in known.items()}
    corrected = [one for one in updates if one.get("state") == SuspectState.CORRECTED]
    if not corrected:
        return
    revisions = TruthRevision.objects.filter(row__in={cells[one["id"]][0] for one in corrected})
    authors = revisions.order_by("row", "created_at", "id").values_list(*CORRECTION)
    newest = {(row_id, column): values for row_id, column, *values in authors}
    for one in corrected:
        person, key, at = newest.get(cells[one["id"]], UNDECIDED.values())
        one.update(decided_by_id=person, api_key_id=key, decided_at=at)


def _new(batch: Batch, judged: Judged, cell: Cell, agreement: Agreement) -> Suspect:
    row_id, column = cell
    truth = judged.truths[row_id].get(column) or ""
    parents: dict[str, Any] = {
        "organization_id": batch.organization_id,
        "project_id": batch.project_id,
        "batch": batch,
        "row_id": row_id,
    }
    return Suspect(column=column, truth=truth, **parents, **_figures(agreement))


def _figures(agreement: Agreement) -> dict[str, Any]:
    return {name: getattr(agreement, name) for name in ("value", "support", "share", "first_seen", "last_seen")}


def _changed(
    column: ColumnSpec | None, suspect: Suspect, agreement: Agreement | None, truth: str
) -> dict[str, Any] | None:
    """What becomes of a suspect; None where it is none any more.

    A dismissed one stays so while the results say the same about the same truth. One whose truth was changed to what
    they say is corrected.
    """
    if column is None:
        return None
    if agreement is not None:
        is_same = truth == suspect.truth and says_the_same(column, suspect.value, agreement.value)
        stays = suspect.state == SuspectState.DISMISSED and is_same
        state = SuspectState.DISMISSED if stays else SuspectState.OPEN
        decision = {} if stays else UNDECIDED
        return {"truth": truth, "state": state.value, **decision, **_figures(agreement)}
    if truth == suspect.truth:
        return {"truth": truth} if suspect.state == SuspectState.DISMISSED else None
    if truth and says_the_same(column, truth, suspect.value):
        return {"state": SuspectState.CORRECTED.value}
    return None
