"""Exports as JSON: one object with what the execution was, and its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from analytics.exporting.rows import ExportRow, export_rows
from executions.models import Execution
from mino.common.values.columns import ColumnRole
from mino.common.values.share import Share


def json_chunks(execution: Execution) -> Iterator[bytes]:
    """The whole export, piece by piece: `{"execution": {...}, "rows": [...]}`."""
    fields = [str(column["name"]) for column in execution.columns if column["role"] == ColumnRole.GROUND_TRUTH]
    separator = '{"execution": ' + _dump(execution_as_json(execution)) + ', "rows": [\n'
    for rows in export_rows(execution):
        yield (separator + ",\n".join(_dump(_row_as_json(row, fields)) for row in rows)).encode("utf-8", "replace")
        separator = ",\n"
    yield ((separator if separator != ",\n" else "") + "\n]}\n").encode()


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
        "mino_version": execution.mino_version,
        "started_at": execution.started_at.isoformat() if execution.started_at else None,
        "finished_at": execution.finished_at.isoformat() if execution.finished_at else None,
        "total_jobs": execution.total_jobs,
        "completed_jobs": execution.completed_jobs,
        "error_jobs": execution.error_jobs,
        "accuracy": share_as_json(execution.accuracy),
        "pass_rate": share_as_json(execution.pass_rate),
    }


def _row_as_json(row: ExportRow, fields: list[str]) -> dict[str, Any]:
    return {
        "row_key": row.key,
        "position": row.position,
        "url": row.url,
        "inputs": row.inputs,
        "status": row.status,
        "evaluation_result": row.evaluation_result or None,
        "accuracy": row.accuracy,
        "error": {"code": row.error_code, "message": row.error_message} if row.error_code else None,
        "fields": {
            name: {
                "expected": row.expected.get(name),
                "extracted": row.extracted.get(name),
                "outcome": row.outcomes.get(name),
                "score": row.score_of(name),
            }
            for name in fields
        },
        "attempts": row.attempts,
        "agent_seconds": row.agent_seconds,
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
