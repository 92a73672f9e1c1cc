"""What fields, lists and filters refuse they refuse in words of JSON, and say what would do."""

from __future__ import annotations

from typing import Any

import pytest

from mino.tests.api.asking import Asker
from projects.models import Batch

PYTHON = ("str", "dict", "dictionary", "boolean", "valid choice", "available choices", "Ensure", "1e-06")
"""Words of the framework, which mean nothing to who writes JSON."""


def refused(answer: Any) -> str:
    """The sentence about one thing that was refused, with its place."""
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR"), answer.content
    sentence: str = answer.json()["error"]
    assert not [word for word in PYTHON if word in sentence], sentence
    return sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"agent": 5}, "agent: Give a text, in quotation marks."),
        ({"concurrency": "5"}, "concurrency: Give a whole number, without quotation marks."),
        ({"concurrency": 99}, "concurrency: Give at most 50."),
        ({"concurrency": 0}, "concurrency: Give at least 1."),
        ({"budget": "3.50"}, "budget: Give a number, without quotation marks."),
        ({"budget": 0}, "budget: Give an amount above 0."),
        ({"allow_parallel": "yes"}, "allow_parallel: Give true or false, without quotation marks."),
        ({"agent_settings": []}, "agent_settings: Give an object, in braces."),
        ({"selection": "1"}, "selection: Give a list, in square brackets."),
        ({"selection": ["1"]}, "selection.0: Give a whole number, without quotation marks."),
        ({"type": "prod"}, "type: “prod” is none of: test, production."),
        ({"type": 5}, "type: “5” is none of: test, production."),
        ({"type": "x" * 500}, f"type: “{'x' * 100}” is none of: test, production."),
        ([], "Give an object, in braces."),
    ],
)
@pytest.mark.django_db
def test_values_of_a_body(ask: Asker, batch: Batch, body: Any, sentence: str) -> None:
    assert refused(ask("POST", f"batches/{batch.pk}/executions", body)) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ("x", "changes: Give a list, in square brackets."),
        ([], "changes: Name at least one."),
        (["x"], "changes.0: Give an object, in braces."),
    ],
)
@pytest.mark.django_db
def test_lists_of_objects(ask: Asker, batch: Batch, changes: Any, sentence: str) -> None:
    assert refused(ask("PATCH", f"batches/{batch.pk}/ground-truth", {"changes": changes})) == sentence


def test_lists_that_are_too_short(ask: Asker, batch: Batch) -> None:
    answer = ask("POST", f"batches/{batch.pk}/rows/delete", {"row_ids": []})
    assert refused(answer) == "row_ids: Name at least 1."
    answer = ask("POST", f"batches/{batch.pk}/rows/delete", {"row_ids": ["1"]})
    assert refused(answer) == "row_ids.0: This is no id: use the 36 characters of a UUID."


@pytest.mark.django_db
def test_words_that_a_filter_does_not_know(ask: Asker) -> None:
    words = "queued, running, paused, completed, stopped, failed"
    assert refused(ask("GET", "executions?status=completed,done")) == f"status: “done” is none of: {words}."
    assert refused(ask("GET", "executions?type=prod")) == "type: “prod” is none of: test, production."
    sentence = "has_ground_truth: “yes” is none of: true, false."
    assert refused(ask("GET", "batches?has_ground_truth=yes")) == sentence
