"""What the form that starts an execution begins with: an earlier execution, or the address of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from executions.costs.prices import currency
from executions.models import Execution
from projects.models import Project

REPEATED = (
    "agent",
    "type",
    "sample_method",
    "sample_size",
    "seed",
    "repeats",
    "concurrency",
    "max_retries",
    "timeout",
    "budget",
)
MOST_IN_ADDRESS = 1000


def repeated(like: Execution) -> dict[str, Any]:
    """What another execution used, by field of the form."""
    values = {name: getattr(like, name) for name in REPEATED}
    values["instruction_version"] = like.instruction_version_id
    if like.budget is not None:
        values["budget"] = Decimal(f"{like.budget.normalize():f}") if like.currency == currency() else None
    return values | {f"{like.agent}-{name}": value for name, value in like.agent_settings.items()}


def from_address(fields: Mapping[str, forms.Field], query: QueryDict, project: Project) -> dict[str, Any]:
    """What the address says, by field of the form: `?agent=local&local-render=always&timeout=300&version=2`.

    What a field would refuse is left out.
    """
    values = {}
    for name in fields.keys() & query.keys():
        try:
            values[name] = fields[name].clean(query.get(name, ""))
        except ValidationError:
            continue
    number = query.get("version", "")
    if number.isascii() and number.isdigit() and len(number) < 10:
        version = project.versions.filter(number=int(number)).values_list("pk", flat=True).first()
        values |= {} if version is None else {"instruction_version": version}
    return values


def read_rows(text: str, row_count: int) -> list[int]:
    """The positions that `3,17,19` names, in order. Raises ValueError with a sentence for the reader."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MOST_IN_ADDRESS:
        raise ValueError(f"The address names {len(parts)} rows. It can name at most {MOST_IN_ADDRESS}.")
    return sorted({_position(part, row_count) for part in parts})


def rows_in_words(positions: Sequence[int]) -> str:
    """`12 chosen rows`; the numbers themselves where they are few."""
    if len(positions) == 1:
        return f"The chosen row: {positions[0]}"
    named = f": {', '.join(map(str, positions))}" if len(positions) <= 5 else ""
    return f"{len(positions)} chosen rows{named}"


def _position(text: str, row_count: int) -> int:
    position = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= position <= row_count:
        raise ValueError(
            f"The address asks for row “{text[:20]}”, but this batch has the rows 1 to {row_count}. Choose below what "
            "to run."
        )
    return position
