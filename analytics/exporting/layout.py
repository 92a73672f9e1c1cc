"""The columns of a flat export of results, and a row's cells under them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.exporting.choosing import USUAL, Group, Wanted
from analytics.exporting.rows import SCORES, ExportRow
from analytics.exporting.table import Cell
from executions.models import Execution
from mino.common.values.columns import ColumnRole
from projects.importing.parse.table import MINO_ROW_KEY

LAST_HEADERS: Mapping[Group, tuple[str, ...]] = {
    Group.RESULT: ("status", "evaluation_result", "accuracy"),
    Group.ERRORS: ("error_code", "error_message"),
    Group.ATTEMPTS: ("attempts", "agent_seconds"),
    Group.COST: ("cost", "currency"),
    Group.TIMES: ("started_at", "finished_at"),
}
FIELD_HEADERS: Mapping[Group, str] = {
    Group.TRUTH: "expected",
    Group.EXTRACTED: "extracted",
    Group.OUTCOME: "outcome",
    Group.SCORE: "score",
    Group.SOURCES: "source",
}
OF_FIELDS = frozenset(FIELD_HEADERS)
USUAL_OF_FIELDS = OF_FIELDS & USUAL


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in which column: the row's identity, its inputs, those of each field, and how the job ended.

    The first header tells the import that MINO wrote the file, so that it removes the quotes before formulas again.
    """

    headers: Sequence[str]
    inputs: Sequence[str]
    fields: Sequence[str]
    groups: frozenset[Group]
    currency: str
    has_repeats: bool = False

    @classmethod
    def of(cls, execution: Execution, wanted: Wanted | None = None) -> Layout:
        """The layout for an execution, by the columns that it froze and the groups that are wanted."""
        wanted = wanted or Wanted()
        groups = wanted.groups
        inputs = _names(execution.columns, ColumnRole.INPUT, wanted) if Group.INPUTS in groups else []
        fields = _names(execution.columns, ColumnRole.GROUND_TRUTH, wanted)
        url = next(iter(_names(execution.columns, ColumnRole.SITE_URL)), "site_url")
        kinds = [kind for group, kind in FIELD_HEADERS.items() if group in groups]
        of_fields = [f"{kind}_{name}" for name in fields for kind in kinds]
        last = [header for group, headers in LAST_HEADERS.items() if group in groups for header in headers]
        has_repeats = execution.repeats > 1
        first = [MINO_ROW_KEY, "position", *(["repeat"] if has_repeats else []), url]
        taken = {name.casefold() for name in (*first, *of_fields, *last)}
        of_inputs = [_free(name, taken) for name in inputs]
        headers = [*first, *of_inputs, *of_fields, *last]
        return cls(headers, inputs, fields if kinds else [], groups, execution.currency, has_repeats)

    def cells(self, row: ExportRow) -> list[Cell]:
        """The cells of one row: numbers as such, booleans as true and false, lists and objects as JSON."""
        cells: list[Cell] = [row.key, row.position]
        if self.has_repeats:
            cells.append(row.extras["repeat"])
        cells.append(row.url)
        cells += [row.inputs.get(name) for name in self.inputs]
        self._add_fields(cells, row)
        groups = self.groups
        if Group.RESULT in groups:
            cells += (row.status, row.evaluation_result, row.accuracy)
        if Group.ERRORS in groups:
            cells += (row.error_code, row.error_message)
        if Group.ATTEMPTS in groups:
            cells += (row.attempts, row.agent_seconds)
        if Group.COST in groups:
            cells += (row.extras["cost"], "" if row.extras["cost"] is None else self.currency)
        if Group.TIMES in groups:
            cells += (_time(row.extras["started_at"]), _time(row.extras["finished_at"]))
        return cells

    def _add_fields(self, cells: list[Cell], row: ExportRow) -> None:
        expected, extracted, outcomes, scores = row.expected, row.extracted, row.outcomes, row.scores
        # The usual choice, and scores, are written out: this runs for every cell of an export.
        if self.groups & OF_FIELDS == USUAL_OF_FIELDS:
            for name in self.fields:
                value, outcome = extracted.get(name), outcomes.get(name)
                if value.__class__ in _WRITTEN_AS_JSON:
                    value = json.dumps(value, ensure_ascii=False)
                cells += (expected.get(name), value, outcome, scores[name] if name in scores else SCORES.get(outcome))
            return
        has_truth, has_extracted, has_outcome, has_score, has_source = (group in self.groups for group in FIELD_HEADERS)
        for name in self.fields:
            outcome = outcomes.get(name)
            if has_truth:
                cells.append(expected.get(name))
            if has_extracted:
                value = extracted.get(name)
                cells.append(json.dumps(value, ensure_ascii=False) if value.__class__ in _WRITTEN_AS_JSON else value)
            if has_outcome:
                cells.append(outcome)
            if has_score:
                cells.append(scores[name] if name in scores else SCORES.get(outcome))
            if has_source:
                cells.append(row.extras["sources"].get(name))


_WRITTEN_AS_JSON = frozenset({list, dict, bool})


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _free(name: str, taken: set[str]) -> str:
    """The name, or one made from it where a column of the export has it already."""
    while name.casefold() in taken:
        name = f"input_{name}"
    taken.add(name.casefold())
    return name


def _names(columns: Sequence[Mapping[str, Any]], role: ColumnRole, wanted: Wanted | None = None) -> list[str]:
    names = [str(column["name"]) for column in columns if column["role"] == role]
    return [name for name in names if wanted is None or wanted.has(name)]
