"""An example of what each event tells: sent as tests, shown in the documentation, and compared with the real thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NO_SHARE: Mapping[str, Any] = {"value": None, "n": 0, "low": None, "high": None}
NO_JOBS: Mapping[str, int] = dict.fromkeys(
    ("queued", "running", "retrying", "completed", "error", "skipped", "stopped"), 0
)
PROJECT = "0199c9b4-8d21-7c40-9a58-6f0d2f5b1a01"
BATCH = "0199c9b4-9f30-7b11-8c4e-2a7d90e4c302"
EXECUTION = "0199c9b5-1a44-7e02-b0c6-51de7a3f8d03"
EXPORT = "0199c9b9-2b10-7d55-a1f3-93c4e6b7d204"
ADDRESS = "https://mino.example.com/o/northlight"

RUNNING: Mapping[str, Any] = {
    "execution_id": EXECUTION,
    "number": 42,
    "project_id": PROJECT,
    "batch_id": BATCH,
    "type": "production",
    "agent": "eva",
    "instruction_version": 3,
    "status": "running",
    "status_code": "",
    "status_reason": "",
    "accuracy": NO_SHARE,
    "pass_rate": NO_SHARE,
    "jobs": {"total": 200, **NO_JOBS, "queued": 200},
    "cost": 0.0,
    "budget": 25.0,
    "currency": "USD",
    "started_at": "2026-03-02T09:15:04.120Z",
    "finished_at": None,
    "page": f"{ADDRESS}/executions/{EXECUTION}/",
}
HALFWAY: Mapping[str, Any] = {
    **RUNNING,
    "accuracy": {"value": 0.9414, "n": 222, "low": 0.9024, "high": 0.9655},
    "pass_rate": {"value": 0.8919, "n": 111, "low": 0.8206, "high": 0.9371},
    "jobs": {"total": 200, **NO_JOBS, "queued": 84, "running": 5, "completed": 111},
    "cost": 13.32,
}
COMPLETED: Mapping[str, Any] = {
    **HALFWAY,
    "status": "completed",
    "accuracy": {"value": 0.9436, "n": 390, "low": 0.9161, "high": 0.9625},
    "pass_rate": {"value": 0.9026, "n": 195, "low": 0.8527, "high": 0.9368},
    "jobs": {"total": 200, **NO_JOBS, "completed": 195, "error": 5},
    "cost": 23.64,
    "finished_at": "2026-03-02T09:48:51.007Z",
}
BUDGET = "$13.32 of the budget of $13.40 are spent, and the next attempt may cost $0.12. Raise the budget to go on."
JOB: Mapping[str, Any] = {
    "job_id": "0199c9b5-2c71-7a90-8f12-0b6c4d9e7105",
    "url": "https://shop.example.com/items/1",
    "key": "SKU-1001",
    "status": "completed",
    "evaluation_result": "pass",
    "result": {"title": "Copper kettle", "price": "49.90"},
    "result_omitted": False,
    "error": None,
    "attempts": 1,
    "will_retry": False,
    "retry_at": None,
    "cost": 0.12,
    "finished_at": "2026-03-02T09:15:31.480Z",
}
OF_EXECUTION: Mapping[str, Any] = {"execution_id": EXECUTION, "number": 42, "project_id": PROJECT, "batch_id": BATCH}
FAILED_JOB: Mapping[str, Any] = {
    **JOB,
    "job_id": "0199c9b5-2c71-7a90-8f12-0b6c4d9e7106",
    "url": "https://shop.example.com/items/2",
    "key": "SKU-1002",
    "status": "retrying",
    "evaluation_result": None,
    "result": None,
    "error": {"code": "TIMEOUT", "message": "The page did not load within 120 seconds."},
    "will_retry": True,
    "retry_at": "2026-03-02T09:17:33.210Z",
    "finished_at": "2026-03-02T09:17:32.003Z",
}
DEAD_JOB: Mapping[str, Any] = {
    **FAILED_JOB,
    "status": "error",
    "error": {"code": "PAGE_NOT_FOUND", "message": "The site answered 404: there is no such page."},
    "will_retry": False,
    "retry_at": None,
}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "execution.started": RUNNING,
    "execution.paused": {
        **HALFWAY,
        "status": "paused",
        "status_code": "AGENT_BALANCE",
        "status_reason": "The agent’s account has no credit left. Add some there, then resume.",
    },
    "execution.resumed": HALFWAY,
    "execution.completed": COMPLETED,
    "execution.stopped": {
        **HALFWAY,
        "status": "stopped",
        "jobs": {"total": 200, **NO_JOBS, "completed": 111, "stopped": 89},
        "finished_at": "2026-03-02T09:31:12.530Z",
    },
    "execution.failed": {
        **RUNNING,
        "status": "failed",
        "status_code": "AGENT_FAILURE",
        "status_reason": "There is no agent “eva” any more.",
        "jobs": {"total": 200, **NO_JOBS, "stopped": 200},
        "finished_at": "2026-03-02T09:15:05.300Z",
    },
    "execution.budget_reached": {
        **HALFWAY,
        "status": "paused",
        "status_code": "BUDGET_REACHED",
        "status_reason": BUDGET,
        "jobs": {"total": 200, **NO_JOBS, "queued": 89, "completed": 111},
        "budget": 13.4,
    },
    "job.completed": {**OF_EXECUTION, "jobs": [JOB]},
    "job.failed": {**OF_EXECUTION, "jobs": [FAILED_JOB]},
    "job.dead_lettered": {**OF_EXECUTION, "jobs": [DEAD_JOB]},
    "batch.imported": {
        "batch_id": BATCH,
        "name": "Spring catalogue",
        "project_id": PROJECT,
        "source_name": "spring.csv",
        "rows": 200,
        "rows_with_truth": 195,
        "page": f"{ADDRESS}/batches/{BATCH}/",
    },
    "ground_truth.changed": {
        "batch_id": BATCH,
        "project_id": PROJECT,
        "change_id": "0199c9b4-b7d3-7a60-8e25-4c1f9b08d705",
        "rows": 2,
        "cells": 3,
        "columns": ["price", "title"],
        "row_ids": ["0199c9b4-a0c1-7f27-b1d4-7e5a90c2f601", "0199c9b4-a0c1-7f27-b1d4-7e5a90c2f602"],
        "reason": "The shop renamed these products",
        "page": f"{ADDRESS}/batches/{BATCH}/",
    },
    "export.ready": {
        "export_id": EXPORT,
        "kind": "results",
        "project_id": PROJECT,
        "batch_id": BATCH,
        "execution_id": EXECUTION,
        "format": "csv",
        "rows": 200,
        "bytes": 48_213,
        "expires_at": "2026-03-09T10:02:44.000Z",
        "page": f"{ADDRESS}/exports/{EXPORT}/",
    },
}


def example_of(name: str) -> Mapping[str, Any]:
    """The `data` of an event of that name. Raises KeyError when there is no such event."""
    return EXAMPLES[name]
