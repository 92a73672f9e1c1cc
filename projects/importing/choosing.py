"""What somebody chooses for the columns of a file that is not loaded yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mino.common.values.clean import clean_text
from projects.services.checks import wrong


def with_choices(columns: Sequence[Mapping[str, Any]], choices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns as they were chosen; those that no choice names by its `index` stay.

    Raises InvalidInput for a column that there is not, one that is chosen twice, and a name of nothing.
    """
    chosen: dict[int, Mapping[str, Any]] = {}
    indexes = {column["index"] for column in columns}
    for place, choice in enumerate(choices):
        index = choice["index"]
        if index not in indexes:
            raise wrong(f"columns.{place}.index", f"The file has the columns 0 to {len(indexes) - 1}.")
        if index in chosen:
            raise wrong(f"columns.{place}.index", f"Column {index} is chosen twice. Choose each column once.")
        chosen[index] = _cleaned(choice, f"columns.{place}.name")
    return [_chosen(column, chosen.get(column["index"], {})) for column in columns]


def _cleaned(choice: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The choice with its name on one line, as the names in files are read."""
    if "name" not in choice:
        return choice
    name = " ".join(clean_text(choice["name"]).split())
    if not name:
        raise wrong(path, "Give the column a name.")
    return {**choice, "name": name}


def _chosen(column: Mapping[str, Any], choice: Mapping[str, Any]) -> dict[str, Any]:
    """The column as it was chosen. Matching options belong to a type: those of an exported batch go with another."""
    kept = column.get("options", {}) if choice.get("type", column["type"]) == column["type"] else {}
    return {**column, **choice, "options": kept}
