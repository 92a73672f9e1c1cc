"""docs/security.md names a test for every promise: each of them exists."""

from __future__ import annotations

import ast
import re

from mino.env import BASE_DIR

NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_every_promise_is_kept_by_a_test_that_exists() -> None:
    text = (BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
    promises = text.partition("## Promises")[2].partition("\n## ")[0]
    rows = [line for line in promises.splitlines() if line.startswith("| ")][1:]
    named = NAMED.findall(promises)
    assert len(named) == len(rows) > 30, "a promise without a test"
    missing = [f"{path}::{name}" for path, name in named if name not in _functions(path)]
    assert missing == []


def _functions(path: str) -> set[str]:
    file = BASE_DIR / path
    if not file.exists():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
