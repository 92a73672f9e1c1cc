"""Exports as JSON."""

from __future__ import annotations

import json
from typing import Any

from analytics.exporting.results import Results
from executions.models import Execution


def exported(execution: Execution) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(Results(execution).json()))
    return found


def test_an_execution_without_jobs_is_still_an_object(execution: Execution) -> None:
    found = exported(execution)
    assert found["rows"] == []
    assert found["execution"]["accuracy"] == {"value": None, "n": 0, "low": None, "high": None}


def test_it_says_what_was_run(mixed: Execution) -> None:
    meta = exported(mixed)["execution"]
    assert (meta["id"], meta["number"], meta["agent"]) == (str(mixed.pk), 7, "local")
    assert (meta["project"], meta["instructions"]) == ("Shop prices", mixed.instructions)


def test_each_row_has_its_fields_and_its_error(mixed: Execution) -> None:
    passed, half, error, waiting = exported(mixed)["rows"]
    assert passed["fields"]["price"] == {"expected": "101.50", "extracted": 101.5, "outcome": "correct", "score": 1.0}
    assert half["fields"]["title"]["score"] == 0.75
    assert error["error"] == {"code": "TIMEOUT", "message": "Too slow."}
    assert (waiting["error"], waiting["evaluation_result"], waiting["fields"]["price"]["outcome"]) == (None, None, None)
