"""The heads of the grid's columns: what each holds, and how often it was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from executions.models import ColumnStatistic, Execution
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.share import Share
from projects.models import Batch

ICONS = {
    ColumnType.TEXT: "text-size",
    ColumnType.NUMBER: "number",
    ColumnType.URL: "link",
    ColumnType.EMAIL: "mail",
    ColumnType.DATE: "calendar",
    ColumnType.PHONE: "phone",
    ColumnType.BOOLEAN: "toggle-left",
}
COUNTED = ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")


@dataclass(frozen=True, slots=True)
class Head:
    """A column with truth. `accuracy` and `counts` (cells by outcome) are None without an execution."""

    name: str
    type: str
    accuracy: Share | None = None
    counts: dict[str, int] | None = None

    @property
    def icon(self) -> str:
        """The icon of its type."""
        return ICONS[ColumnType(self.type)]

    @property
    def is_number(self) -> bool:
        """Whether its cells stand at the right."""
        return self.type == ColumnType.NUMBER


def heads_of(batch: Batch, execution: Execution | None, statistics: Sequence[ColumnStatistic]) -> list[Head]:
    """The columns with truth: those that the execution froze, or those of the batch."""
    if execution is None:
        truth = batch.columns.filter(role=ColumnRole.GROUND_TRUTH).values_list("name", "type")
        return [Head(name, kind) for name, kind in truth]
    counted = {one.column: one for one in statistics}
    frozen = [
        (str(one["name"]), str(one["type"])) for one in execution.columns if one["role"] == ColumnRole.GROUND_TRUTH
    ]
    return [_head(name, kind, counted.get(name)) for name, kind in frozen]


def _head(name: str, kind: str, statistic: ColumnStatistic | None) -> Head:
    if statistic is None:
        return Head(name, kind)
    return Head(name, kind, statistic.accuracy, {one: getattr(statistic, one) for one in COUNTED})
