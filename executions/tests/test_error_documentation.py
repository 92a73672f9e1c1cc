"""The documentation of errors is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from executions.agents.base import ErrorCode
from executions.views.error_words import MEANINGS

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "errors.md").read_text()


@pytest.mark.parametrize("code", list(ErrorCode))
def test_each_code_is_explained_in_the_words_of_the_pages(code: ErrorCode) -> None:
    [line] = [
        line for line in DOCUMENT.splitlines() if line.startswith(f"| `{code}` | ") and MEANINGS[code].what in line
    ]
    assert MEANINGS[code].remedy in line
