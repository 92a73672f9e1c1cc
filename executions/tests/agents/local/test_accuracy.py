"""Measured on real pages: on products and articles the agent is righter than the tools it is built on."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.accuracy import Score, load_corpus, measure, mino_answers
from benchmarks.plain import extruct_answers, trafilatura_answers


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("products", {"price": 0.85, "sku": 0.75, "availability": 0.9}),
        ("articles", {"title": 0.75, "author": 0.63, "date": 0.85}),
    ],
)
def test_the_agent_beats_plain_extruct_and_plain_trafilatura(
    test_data: Path, name: str, least: dict[str, float]
) -> None:
    corpus = load_corpus(test_data, name)
    ours = measure(corpus, mino_answers)
    for plain in (extruct_answers, trafilatura_answers):
        theirs = measure(corpus, plain)
        for column in least:
            assert ours[column].f1 > theirs[column].f1, column
        whole, floor = sum(ours.values(), Score()), sum(theirs.values(), Score())
        assert whole.recall > floor.recall
        assert whole.precision > floor.precision
    assert {column: ours[column].f1 for column in least if ours[column].f1 < least[column]} == {}
