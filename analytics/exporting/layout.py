"""The columns of a flat export, and a row's cells under them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.exporting.rows import SCORES, ExportRow
from executions.models import Execution
from mino.common.values.columns import ColumnRole
from projects.importing.parse.table import MINO_ROW_KEY

Cell = str | float | int | None

LAST_HEADERS = (
    "status",
    "evaluation_result",
    "accuracy",
    "error_code",
    "error_message",
    "attempts",
    "agent_seconds",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in which column: the row's identity, its inputs, four columns for each field, and how the job ended.

    The first header tells the import that MINO wrote the file, so that it removes the quotes before formulas again.
    """

    headers: Sequence[str]
    inputs: Sequence[str]
    fields: Sequence[str]

    @classmethod
    def of(cls, execution: Execution) -> Layout:
        """The layout for an execution, by the columns that it froze."""
        inputs = _names(execution.columns, ColumnRole.INPUT)
        fields = _names(execution.columns, ColumnRole.GROUND_TRUTH)
        url = next(iter(_names(execution.columns, ColumnRole.SITE_URL)), "site_url")
        of_fields = [f"{kind}_{name}" for name in fields for kind in ("expected", "extracted", "outcome", "score")]
        taken = {name.casefold() for name in (MINO_ROW_KEY, "position", url, *of_fields, *LAST_HEADERS)}
        of_inputs = [_free(name, taken) for name in inputs]
        headers = [MINO_ROW_KEY, "position", url, *of_inputs, *of_fields, *LAST_HEADERS]
        return cls(headers, inputs, fields)

    def cells(self, row: ExportRow) -> list[Cell]:
        """The cells of one row: numbers as such, booleans as true and false, lists and objects as JSON."""
        cells: list[Cell] = [row.key, row.position, row.url]
        cells += [row.inputs.get(name) for name in self.inputs]
        expected, extracted, outcomes, scores = row.expected, row.extracted, row.outcomes, row.scores
        # Written out instead of calling `row.score_of`: this runs for every cell of the export.
        for name in self.fields:
            value = extracted.get(name)
            if value.__class__ in _WRITTEN_AS_JSON:
                value = json.dumps(value, ensure_ascii=False)
            outcome = outcomes.get(name)
            cells += (expected.get(name), value, outcome, scores[name] if name in scores else SCORES.get(outcome))
        cells += (row.status, row.evaluation_result, row.accuracy, row.error_code, row.error_message)
        cells += (row.attempts, row.agent_seconds)
        return cells


_WRITTEN_AS_JSON = frozenset({list, dict, bool})


def _free(name: str, taken: set[str]) -> str:
    """The name, or one made from it where a column of the export has it already."""
    while name.casefold() in taken:
        name = f"input_{name}"
    taken.add(name.casefold())
    return name


def _names(columns: Sequence[Mapping[str, Any]], role: ColumnRole) -> list[str]:
    return [str(column["name"]) for column in columns if column["role"] == role]
