"""Rows of the sheet, fifty at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from projects.models import Batch, Column, Row, TruthNote

PIECE = 50


def sheet_columns(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """What the sheet needs to know about its columns; `separator` is empty where a cell has no alternatives."""
    return [
        {
            "name": one.name,
            "type": one.get_type_display(),
            "absent": one.matching.absent_text.strip(),
            "separator": one.matching.alternatives if one.matching.multiple != "all" else "",
        }
        for one in columns
    ]


def sheet_piece(batch: Batch, columns: Sequence[Column], after: int) -> dict[str, Any]:
    """The rows behind the position `after`, as JSON values, and whether more follow: two queries."""
    rows = list(Row.objects.filter(batch=batch, position__gt=after).order_by("position")[: PIECE + 1])
    shown = rows[:PIECE]
    noted: dict[Any, set[str]] = {}
    for row_id, column in TruthNote.objects.filter(row__in=shown).values_list("row_id", "column"):
        noted.setdefault(row_id, set()).add(column)
    return {"rows": [_row(row, columns, noted.get(row.pk, set())) for row in shown], "more": len(rows) > PIECE}


def _row(row: Row, columns: Sequence[Column], noted: set[str]) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "number": row.position,
        "url": row.url,
        "key": row.key,
        "cells": [str(row.truth.get(one.name) or "") for one in columns],
        "noted": [place for place, one in enumerate(columns) if one.name in noted],
    }
