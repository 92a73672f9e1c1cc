"""Writes an agent's answer as a cell of truth."""

from __future__ import annotations

from typing import Any

from executions.evaluation.evaluate import ColumnSpec, evaluate_cell
from executions.evaluation.values import as_text, extracted_values
from mino.common.values.clean import MAX_CHARACTERS, clean_text


def truth_of_answer(column: ColumnSpec, extracted: Any) -> str | None:
    """The cell of truth that makes an answer right; None where no cell does.

    An answer of several values gives them as alternatives, or as the whole list where that is wanted; an empty one
    gives the text that says that there is none. An object can't be written, nor a list where no separator is set.
    """
    cell = _cell(column, extracted)
    if cell is None or len(cell) > MAX_CHARACTERS:
        return None
    verdict = evaluate_cell(column.type, column.options, cell, extracted)
    return cell if verdict.outcome.is_good else None


def _cell(column: ColumnSpec, extracted: Any) -> str | None:
    options = column.options
    values = extracted_values(column.type, options, extracted)
    if not values:
        return options.absent_text.strip() or None
    texts = [as_text(value) for value in values]
    parts = [clean_text(text).strip() for text in texts if text is not None]
    separator = options.alternatives
    if len(parts) < len(values) or (len(parts) > 1 and not separator):
        return None
    if separator:
        parts = [part.replace(separator, f"\\{separator}") for part in parts]
    return separator.join(parts).strip() or None
