"""Answers that are JSON, not pages: their keys are read as labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from lxml.html import HtmlElement

from executions.agents.local.labels import Pair
from executions.agents.local.text import LONGEST_VALUE, clean

MOST_VALUES = 5_000


def as_page(data: Any) -> str:
    """Return an empty page that embeds the data as JSON-LD, so that a described thing in it is read as one."""
    written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f'<html><head><script type="application/ld+json">{written}</script></head><body></body></html>'


def text_as_page(text: str) -> str:
    """Return a page with each line of a plain text as a paragraph."""
    lines = (line for line in text.splitlines() if line.strip())
    return "<html><body>" + "".join(f"<p>{escape(line)}</p>" for line in lines) + "</body></html>"


def json_pairs(data: Any, element: HtmlElement) -> list[Pair]:
    """Return each value of the data with its key as the label, those near the top surest."""
    return list(_pairs(data, element))


def _pairs(data: Any, element: HtmlElement) -> Iterator[Pair]:
    queue: list[tuple[Any, str, str, int]] = [(data, "", "", 0)]
    for _ in range(MOST_VALUES):
        if not queue:
            return
        value, key, path, depth = queue.pop(0)
        if isinstance(value, dict):
            queue.extend(
                (inner, str(name), f"{path}.{name}" if path else str(name), depth + 1) for name, inner in value.items()
            )
        elif isinstance(value, list):
            queue.extend((inner, key, path, depth + 1) for inner in value[:50])
        elif key and value is not None:
            text = str(value).lower() if isinstance(value, bool) else clean(str(value)[:LONGEST_VALUE])
            yield Pair(key, text, f"JSON {path[:60]}", max(0.85 - 0.08 * depth, 0.4), element)
