"""Which rows an execution runs, and what it asks for."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from executions.models import Execution, SampleMethod
from executions.models.execution import MAX_SAMPLE
from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnRole
from projects.importing.parse.choices import ColumnChoice
from projects.models import Batch, BatchStatus, Column
from projects.placeholders import unknown_placeholders

MAX_SELECTION = 1_000_000
METHODS_OF: Final[Mapping[str, Sequence[str]]] = {
    "sample_size": (SampleMethod.FIRST, SampleMethod.RANDOM),
    "seed": (SampleMethod.RANDOM,),
    "selection": (SampleMethod.SELECTION,),
}
"""With which sample methods goes what else says which rows are meant."""


def chosen_positions(execution: Execution) -> Sequence[int]:
    """The positions of the rows to run, in the order in which they are run.

    The same seed over a batch of the same size always gives the same sample.
    """
    if execution.sample_method == SampleMethod.SELECTION:
        chosen: list[int] = execution.selection or []
        return chosen
    available = execution.batch.row_count
    size = row_total(available, execution.sample_method, execution.sample_size)
    if execution.sample_method == SampleMethod.RANDOM:
        # Not for secrets: a sample that anybody can draw again.
        return sorted(random.Random(execution.seed).sample(range(1, available + 1), size))  # noqa: S311
    return range(1, size + 1)


def row_total(available: int, method: str, size: int | None, selection: Sequence[int] | None = None) -> int:
    """How many of a batch's `available` rows are run."""
    if method == SampleMethod.SELECTION:
        return len(selection or ())
    return available if method == SampleMethod.ALL else min(size or available, available)


def check_rows(
    batch: Batch, method: str, *, size: int | None, seed: int | None, selection: Sequence[int] | None
) -> list[int] | None:
    """The chosen positions in their order, None when no single rows are chosen.

    Raises InvalidInput, naming `sample_method`, `sample_size`, `seed`, `selection` or a place in it, when the choice
    can't be meant.
    """
    if method not in SampleMethod.values:
        raise _refusal("sample_method", f"Choose one of {', '.join(SampleMethod.values)}.")
    _refuse_unfitting(method, {"sample_size": size, "seed": seed, "selection": selection})
    if method == SampleMethod.SELECTION:
        return _checked_selection(batch, selection or ())
    if method != SampleMethod.ALL and (size is None or not 1 <= size <= MAX_SAMPLE):
        raise _refusal("sample_size", f"A sample has 1 to {MAX_SAMPLE} rows.")
    return None


def _refuse_unfitting(method: str, said: Mapping[str, Any]) -> None:
    """Raise InvalidInput for what was said and goes with other methods alone: it would be of no effect."""
    wrong = [
        Detail(name, f"“{name}” goes with {_quoted(methods)}, not with “{method}”. Leave it out, or change the method.")
        for name, methods in METHODS_OF.items()
        if said[name] is not None and method not in methods
    ]
    if wrong:
        raise InvalidInput(" ".join(one.message for one in wrong), details=wrong)


def _quoted(words: Sequence[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


def _checked_selection(batch: Batch, selection: Sequence[int]) -> list[int]:
    if not selection:
        raise _refusal("selection", "No row is chosen. Choose at least one, or run all rows.")
    if len(selection) > MAX_SELECTION:
        raise _refusal("selection", f"{len(selection)} rows are chosen. Choose at most {MAX_SELECTION}.")
    seen: set[int] = set()
    for place, position in enumerate(selection):
        if not 1 <= position <= batch.row_count:
            message = f"There is no row {position}. This batch has the rows 1 to {batch.row_count}."
            raise _refusal(f"selection.{place}", message)
        if position in seen:
            raise _refusal(f"selection.{place}", f"Row {position} is chosen twice. Choose each row once.")
        seen.add(position)
    return sorted(seen)


def _refusal(path: str, message: str) -> InvalidInput:
    return InvalidInput(message, details=[Detail(path, message)])


def frozen_columns(batch: Batch) -> list[dict[str, Any]]:
    """The batch's columns as an execution keeps them, with the fields to extract among them.

    A batch without a single ground-truth column takes the fields from the project's latest batch that has some. Raises
    InvalidInput when there is none.
    """
    return with_fields([frozen(column) for column in batch.columns.all()], batch.project_id)


def with_fields(columns: Sequence[dict[str, Any]], project_id: uuid.UUID | None) -> list[dict[str, Any]]:
    """Columns as `frozen` gives them, without the ignored ones and with fields, as `frozen_columns` describes it."""
    own = [column for column in columns if column["role"] != ColumnRole.IGNORED]
    if any(column["role"] == ColumnRole.GROUND_TRUTH for column in own):
        return own
    latest = (
        Batch.objects.filter(project=project_id, status=BatchStatus.READY, columns__role=ColumnRole.GROUND_TRUTH.value)
        .order_by("-created_at", "-id")
        .first()
    )
    if latest is None:
        message = (
            "Nothing says which fields to extract. Import a file that has a column for each, such as expected_price; "
            "its cells may be empty."
        )
        raise InvalidInput(message, code="NO_FIELDS", details=[Detail("batch", message)])
    taken = {column["name"] for column in own}
    fields = latest.columns.filter(role=ColumnRole.GROUND_TRUTH.value)
    return own + [frozen(field) for field in fields if field.name not in taken]


def check_placeholders(text: str, columns: Sequence[dict[str, Any]]) -> None:
    """Raise InvalidInput when `{{name}}` in the instructions names no input column of the batch."""
    usable = [
        column["name"]
        for column in columns
        if column["role"] in (ColumnRole.INPUT, ColumnRole.KEY, ColumnRole.SITE_URL)
    ]
    unknown = unknown_placeholders(text, usable)
    if unknown:
        names = ", ".join("{{" + name + "}}" for name in unknown)
        known = ", ".join(usable)
        message = f"The instructions use {names}, but the batch has no such input column. It has: {known}."
        raise InvalidInput(message, details=[Detail("instruction_version", message)])


def frozen(column: Column | ColumnChoice) -> dict[str, Any]:
    """A column, or the choice that becomes one, as an execution keeps it."""
    return {"name": column.name, "type": column.type, "role": column.role, "options": column.options}
