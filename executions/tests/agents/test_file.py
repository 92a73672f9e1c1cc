from __future__ import annotations

import pytest

from executions.agents.base import AgentError, ErrorCode
from executions.agents.file import Answer, FileAgent
from executions.tests.agents.recording import Recording, task

ANSWERS = {
    "a": Answer({"price": "12.50", "colour": "red"}),
    "b": Answer({}, error="timeout"),
    "c": Answer({"price": "1"}, error="The page was empty"),
}
AGENT = FileAgent(lambda task: ANSWERS.get(task.row_key or task.url))


def test_a_recorded_answer_is_the_result() -> None:
    assert AGENT.run(task(row_key="a"), Recording()).data == {"price": "12.50", "name": None}


def test_a_missing_line_leaves_every_field_empty() -> None:
    assert AGENT.run(task(), Recording()).data == {"price": None, "name": None}


@pytest.mark.parametrize(("key", "code"), [("b", ErrorCode.TIMEOUT), ("c", ErrorCode.PERMANENT_ERROR)])
def test_a_recorded_error_fails_for_good(key: str, code: ErrorCode) -> None:
    with pytest.raises(AgentError) as caught:
        AGENT.run(task(row_key=key), Recording())
    assert (caught.value.code, caught.value.transient) == (code, False)
