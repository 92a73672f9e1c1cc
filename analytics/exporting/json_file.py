"""Results as JSON: one object with what the execution was, and its rows; or one row a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from analytics.exporting.choosing import Group, Wanted
from analytics.exporting.rows import ExportRow
from executions.models import Execution
from mino.common.values.share import Share


def json_object(execution: Execution, chunks: Iterable[list[dict[str, Any]]]) -> Iterator[bytes]:
    """The whole export, piece by piece: `{"execution": {...}, "rows": [...]}`."""
    return json_rows('{"execution": ' + dump(execution_as_json(execution)) + ', "rows": [\n', chunks)


def json_rows(begin: str, chunks: Iterable[list[dict[str, Any]]]) -> Iterator[bytes]:
    """An object that begins so and ends with a list of rows, piece by piece."""
    separator = begin
    for rows in chunks:
        if rows:
            yield (separator + ",\n".join(map(dump, rows))).encode("utf-8", "replace")
            separator = ",\n"
    yield ((separator if separator != ",\n" else "") + "\n]}\n").encode("utf-8", "replace")


def json_lines(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[bytes]:
    """One object a line."""
    for rows in chunks:
        yield "".join(f"{dump(row)}\n" for row in rows).encode("utf-8", "replace")


def share_as_json(share: Share) -> dict[str, float | int | None]:
    """A share with its interval: 0..1, null where there is nothing to divide by."""
    return {"value": share.value, "n": share.n, "low": share.low, "high": share.high}


def execution_as_json(execution: Execution) -> dict[str, Any]:
    """What was run, and the figures over all of it."""
    return {
        "id": str(execution.pk),
        "number": execution.number,
        "type": execution.type,
        "status": execution.status,
        "status_reason": execution.status_reason,
        "project": execution.project.name,
        "batch": execution.batch.name,
        "instruction_version": execution.instruction_version.number,
        "instructions": execution.instructions,
        "agent": execution.agent,
        "agent_settings": execution.agent_settings,
        "columns": execution.columns,
        "sample_method": execution.sample_method,
        "sample_size": execution.sample_size,
        "seed": execution.seed,
        "repeats": execution.repeats,
        "mino_version": execution.mino_version,
        "started_at": execution.started_at.isoformat() if execution.started_at else None,
        "finished_at": execution.finished_at.isoformat() if execution.finished_at else None,
        "total_jobs": execution.total_jobs,
        "completed_jobs": execution.completed_jobs,
        "error_jobs": execution.error_jobs,
        "accuracy": share_as_json(execution.accuracy),
        "pass_rate": share_as_json(execution.pass_rate),
        "cost": execution.cost,
        "currency": execution.currency,
    }


def row_as_json(row: ExportRow, fields: Sequence[str], wanted: Wanted) -> dict[str, Any]:
    """One job with the groups and inputs that are wanted, and these fields."""
    groups = wanted.groups
    inputs = {name: value for name, value in row.inputs.items() if wanted.has(name)}
    error = {"code": row.error_code, "message": row.error_message} if row.error_code else None
    extras = row.extras
    parts: list[tuple[Group, dict[str, Any]]] = [
        (Group.INPUTS, {"inputs": inputs}),
        (Group.RESULT, {"status": row.status, "evaluation_result": row.evaluation_result or None}),
        (Group.RESULT, {"accuracy": row.accuracy}),
        (Group.ERRORS, {"error": error}),
    ]
    found: dict[str, Any] = {"row_key": row.key, "position": row.position, "url": row.url}
    if "repeat" in extras:
        found["repeat"] = extras["repeat"]
    for group, values in parts:
        if group in groups:
            found.update(values)
    if of_fields := {name: _field(row, name, groups) for name in fields if groups & OF_FIELDS}:
        found["fields"] = of_fields
    if Group.ATTEMPTS in groups:
        found |= {"attempts": row.attempts, "agent_seconds": row.agent_seconds}
    if Group.COST in groups:
        found["cost"] = extras["cost"]
    if Group.TIMES in groups:
        found |= {name: moment and moment.isoformat() for name, moment in _times(row)}
    return found


OF_FIELDS = frozenset({Group.TRUTH, Group.EXTRACTED, Group.OUTCOME, Group.SCORE, Group.SOURCES})


def _times(row: ExportRow) -> list[tuple[str, Any]]:
    return [(name, row.extras[name]) for name in ("started_at", "finished_at")]


def _field(row: ExportRow, name: str, groups: frozenset[Group]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if Group.TRUTH in groups:
        found["expected"] = row.expected.get(name)
    if Group.EXTRACTED in groups:
        found["extracted"] = row.extracted.get(name)
    if Group.OUTCOME in groups:
        found["outcome"] = row.outcomes.get(name)
    if Group.SCORE in groups:
        found["score"] = row.score_of(name)
    if Group.SOURCES in groups:
        found["source"] = row.extras["sources"].get(name)
    return found


def dump(value: Any) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value.__class__.__name__} has no place in JSON.")
