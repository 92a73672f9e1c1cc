"""The documentation of errors is complete, and says what the pages say; the pages say what the engine does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from executions.agents.base import ErrorCode
from executions.agents.errors import table
from executions.agents.errors.table import Kind
from executions.help.meaning import Retried
from executions.help.pauses import PAUSES
from executions.views.error_words import MEANINGS
from mino.common.api.codes import CODES

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "errors.md").read_text()


@pytest.mark.parametrize("code", list(ErrorCode))
def test_each_code_is_explained_in_the_words_of_the_pages(code: ErrorCode) -> None:
    section = DOCUMENT.partition(f"\n### {code}\n")[2].partition("\n##")[0]
    for sentence in (MEANINGS[code].what, MEANINGS[code].retried, MEANINGS[code].remedy):
        assert sentence in section


def test_each_reason_of_a_pause_is_explained_in_the_words_of_the_pages() -> None:
    section = DOCUMENT.partition("\n## Why an execution paused\n")[2].partition("\n## ")[0]
    for pause in PAUSES:
        [line] = [line for line in section.splitlines() if line.startswith(f"| {pause.title} |")]
        assert pause.what in line
        assert pause.remedy in line


def test_each_refusal_is_explained_in_the_words_of_the_table() -> None:
    section = DOCUMENT.partition("\n## Why something was refused\n")[2]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{code}` | {one.status} | {one.cause} | {one.remedy} |" for code, one in CODES.items()]


def kinds() -> Iterator[Kind]:
    """All lines of the table of errors."""
    for value in vars(table).values():
        yield from [value] if isinstance(value, Kind) else []
        yield from [one for one in value.values() if isinstance(one, Kind)] if isinstance(value, dict) else []


def test_whether_a_code_is_retried_is_what_the_table_of_errors_does() -> None:
    seen: dict[str, set[Retried]] = defaultdict(set)
    for kind in kinds():
        seen[kind.code].add(Retried.PAUSES if kind.pause else Retried.YES if kind.transient else Retried.NO)
    assert len(seen) > 12
    for code, how in seen.items():
        told = MEANINGS[code].retried
        assert how == ({Retried.YES, Retried.NO} if told is Retried.DEPENDS else {told}), code


def test_anybody_can_read_them_in_the_application(client: Client) -> None:
    page = client.get(reverse("error_help")).text
    for code, meaning in MEANINGS.items():
        assert f'id="{code.lower()}"' in page
        assert escape(meaning.remedy) in page
    assert "BUDGET_REACHED" in page
    for code, refusal in CODES.items():
        assert f'id="api-{code.lower()}"' in page
        assert escape(refusal.remedy) in page
