"""Answers of three extractors on real shop pages, with the verdicts that the benchmark published."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from executions.evaluation.evaluate import evaluate_cell
from executions.evaluation.verdict import Outcome
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions

# The benchmark's own rule: the exact text, prices as decimals, any accepted value is right, no truth means that there
# is none. A false positive and a false negative at once is a wrong value.
EXACT = MatchingOptions(exact=True, blank_means="absent")
COLUMNS = {
    "price": (ColumnType.NUMBER, MatchingOptions(blank_means="absent")),
    "sku": (ColumnType.TEXT, EXACT),
    "availability": (ColumnType.TEXT, EXACT),
}
PUBLISHED = {
    ("1", "0", "0"): Outcome.CORRECT,
    ("0", "1", "1"): Outcome.WRONG,
    ("0", "0", "1"): Outcome.MISSED,
    ("0", "1", "0"): Outcome.INVENTED,
    ("0", "0", "0"): Outcome.CORRECTLY_EMPTY,
}


@pytest.fixture
def answers(test_data: Path) -> list[dict[str, str]]:
    with (test_data / "products" / "recorded_answers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_549_answers_get_the_published_verdict(answers: list[dict[str, str]]) -> None:
    wrong = []
    for answer in answers:
        verdict = evaluate_cell(*COLUMNS[answer["field"]], answer["accepted"], answer["predicted"])
        if verdict.outcome is not PUBLISHED[answer["tp"], answer["fp"], answer["fn"]]:
            wrong.append((answer, verdict))
    assert len(answers) == 549
    assert wrong == []
