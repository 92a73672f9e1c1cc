"""What the sheet sends: cells with their new values, as JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from mino.common.errors import InvalidInput
from mino.common.values.clean import clean_text
from projects.services.truth_cells import CellChange

TOO_BIG = "These cells hold too much text to be saved together. Save fewer at a time."
UNREADABLE = "The sheet sent something that can't be read. Load the page again."


def asked_cells(request: HttpRequest) -> tuple[list[CellChange], str]:
    """The changes and the reason in the body of a request. Raises InvalidInput."""
    try:
        asked = json.loads(request.body)
    except RequestDataTooBig:
        raise InvalidInput(TOO_BIG, code="PAYLOAD_TOO_LARGE") from None
    except (ValueError, RecursionError):
        raise InvalidInput(UNREADABLE) from None
    if not isinstance(asked, dict) or not isinstance(asked.get("cells"), list):
        raise InvalidInput(UNREADABLE)
    reason = asked.get("reason", "")
    return changes_from_json(asked["cells"]), reason if isinstance(reason, str) else ""


def changes_from_json(cells: Sequence[Any]) -> list[CellChange]:
    """The changes that a list of objects asks for. Raises InvalidInput."""
    return [_change(one) for one in cells]


def _change(one: Any) -> CellChange:
    given = [one.get(name) for name in ("row", "column", "value", "seen")] if isinstance(one, dict) else []
    texts = [clean_text(text) for text in given if isinstance(text, str)]
    try:
        row, column, value, seen = texts
        return CellChange(uuid.UUID(row), column, value, seen)
    except ValueError:
        raise InvalidInput(UNREADABLE) from None
