"""RDFa, through extruct (pyRdfa), brought to the form of the other syntaxes. Imported only for pages that use it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

from extruct.rdfa import RDFaExtractor

from executions.agents.local.page import Page

logger = logging.getLogger(__name__)


def read_nodes(page: Page) -> Iterator[dict[str, list[Any]]]:
    """Yield each described node that has a type, its references to others of the page filled in."""
    try:
        nodes: list[dict[str, Any]] = RDFaExtractor().extract(page.html, base_url=page.base)
    # pyRdfa raises whatever its many parts raise on broken pages; the page's other data is still good.
    except Exception as error:  # noqa: BLE001
        logger.info("RDFa could not be read: %s", error)
        return
    known = {node.get("@id"): node for node in nodes}
    for node in nodes:
        if node.get("@type"):
            yield _short(node, known, 0)


def _short(node: dict[str, Any], known: dict[Any, dict[str, Any]], depth: int) -> dict[str, list[Any]]:
    result: dict[str, list[Any]] = {}
    for key, values in node.items():
        name = key if key.startswith("@") else re.split(r"[/#:]", key)[-1].casefold()
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                value = value.get("@value") or _inner(value, known, depth)
            result.setdefault(name, []).append(value)
    return result


def _inner(value: dict[str, Any], known: dict[Any, dict[str, Any]], depth: int) -> Any:
    target = known.get(value.get("@id"))
    if target is None or depth > 4:
        return value.get("@id")
    return _short(target, known, depth + 1)
