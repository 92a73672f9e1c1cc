"""`{{column}}` in instructions: replaced by the row's own value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def placeholders(text: str) -> list[str]:
    """The column names that `text` asks for, each once, in order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def unknown_placeholders(text: str, columns: Iterable[str]) -> list[str]:
    """The placeholders of `text` that name none of `columns` (case does not matter)."""
    known = {name.casefold() for name in columns}
    return [name for name in placeholders(text) if name.casefold() not in known]


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced by its value; one without a value becomes empty."""
    folded = {name.casefold(): value for name, value in values.items()}
    return PLACEHOLDER.sub(lambda match: folded.get(match[1].casefold(), ""), text)
