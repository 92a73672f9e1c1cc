from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from executions.agents.agentql import AgentQLAgent, identifiers
from executions.agents.base import Cancelled, ErrorCode, WantedField
from executions.tests.agents.recording import Recording, failure, task
from executions.tests.agents.servers.agentql_server import AgentQLServer
from executions.tests.agents.servers.eva_server import KEY
from executions.tests.agents.servers.http import running
from mino.common.values.columns import ColumnType


@pytest.fixture
def server() -> AgentQLServer:
    return AgentQLServer()


@pytest.fixture
def agentql(server: AgentQLServer) -> Iterator[AgentQLAgent]:
    with running(server) as address:
        agent = AgentQLAgent(api_key=KEY, base_url=address)
        yield agent
        agent.close()


def test_the_fields_become_a_query_and_its_answer_the_result(agentql: AgentQLAgent, server: AgentQLServer) -> None:
    server.answers = {"price": 12.5, "name": "Chair"}
    result = agentql.run(task(settings={"mode": "standard"}), Recording())
    assert result.data == {"price": 12.5, "name": "Chair"}
    body = server.requests[0].body
    assert body["query"].split() == ["{", "price(number)", "name", "}"]
    assert (body["url"], body["params"]["mode"]) == ("https://shop.test/?scenario=ok", "standard")
    assert "prompt" not in body


def test_names_that_no_query_may_use_are_mapped_and_mapped_back(agentql: AgentQLAgent) -> None:
    names = ["Unit price (€)", "unit-price", "Größe", "2nd phone", "价格"]
    result = agentql.run(task(fields=[WantedField(name, ColumnType.TEXT) for name in names]), Recording())
    assert result.data == {
        "Unit price (€)": "found unit_price",
        "unit-price": "found unit_price_2",
        "Größe": "found groe",
        "2nd phone": "found field_2nd_phone",
        "价格": "found field",
    }


@given(st.lists(st.text(max_size=20), unique=True, max_size=20))
def test_every_list_of_names_has_its_own_identifiers(names: list[str]) -> None:
    made = identifiers([WantedField(name, ColumnType.TEXT) for name in names])
    assert list(made) == names
    assert len(set(made.values())) == len(names)
    assert all(name.isascii() and name.isidentifier() and name[0].isalpha() for name in made.values())


def test_a_prompt_carries_the_instructions_when_asked_for(agentql: AgentQLAgent, server: AgentQLServer) -> None:
    server.answers = {"Price": 3}
    result = agentql.run(task(settings={"ask": "prompt"}), Recording())
    assert result.data == {"price": 3, "name": None}
    assert "Find the price of the chair." in server.requests[0].body["prompt"]
    assert "query" not in server.requests[0].body


def test_without_any_wanted_field_everything_found_is_the_result(agentql: AgentQLAgent, server: AgentQLServer) -> None:
    server.answers = {"anything": 1}
    assert agentql.run(task(fields=()), Recording()).data == {"anything": 1}


@pytest.mark.parametrize(
    ("scenario", "code", "transient", "pause"),
    [
        ("bad_query", "AGENT_FAILURE", False, False),
        ("no_balance", "AGENT_BALANCE", False, True),
        ("forbidden", "AGENT_FORBIDDEN", False, True),
        ("rate_limited", "RATE_LIMITED", True, False),
        ("down", "SYSTEM_FAILURE", True, False),
        ("gateway", "SYSTEM_FAILURE", True, False),
        ("garbage", "SYSTEM_FAILURE", True, False),
        ("deep", "SYSTEM_FAILURE", True, False),
        ("no_data", "INVALID_RESULT", False, False),
        ("other_names", "INVALID_RESULT", False, False),
        ("bomb", "INVALID_RESULT", False, False),
    ],
)
def test_each_failure_has_its_kind(
    agentql: AgentQLAgent, scenario: str, code: str, transient: bool, pause: bool
) -> None:
    error = failure(agentql, scenario)
    assert (error.code, error.transient, error.pause) == (code, transient, pause)


def test_the_reason_and_the_waiting_time_are_kept(agentql: AgentQLAgent) -> None:
    error = failure(agentql, "rate_limited")
    assert (error.retry_after, error.message.endswith("It said: Slow down")) == (9, True)


@pytest.mark.parametrize("scenario", ["silence", "endless"])
def test_an_answer_that_never_ends_is_a_timeout(agentql: AgentQLAgent, scenario: str) -> None:
    error = failure(agentql, scenario, timeout=1.5)
    assert (error.code, error.may_be_charged_twice) == (ErrorCode.TIMEOUT, True)


def test_a_question_that_left_may_be_charged_though_the_connection_broke(agentql: AgentQLAgent) -> None:
    error = failure(agentql, "cut")
    assert (error.code, error.transient, error.may_be_charged_twice) == (ErrorCode.NETWORK_ERROR, True, True)


def test_a_call_that_is_called_off_ends_while_it_waits(agentql: AgentQLAgent) -> None:
    reporter = Recording()
    threading.Timer(0.1, reporter.cancelled.set).start()
    with pytest.raises(Cancelled):
        agentql.run(task("silence"), reporter)


def test_the_screenshot_is_passed_on_when_asked(agentql: AgentQLAgent, server: AgentQLServer) -> None:
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, "PNG")
    server.screenshot = base64.b64encode(file.getvalue()).decode()
    reporter = Recording()
    agentql.run(task(settings={"screenshots": True}), reporter)
    assert server.requests[0].body["params"]["is_screenshot_enabled"] is True
    assert [screenshot.image for screenshot in reporter.heard("screenshot")] == [file.getvalue()]


@pytest.mark.parametrize("key", ["", "bad-key"])
def test_a_missing_or_wrong_key_pauses_everything(server: AgentQLServer, key: str) -> None:
    with running(server) as address:
        agentql = AgentQLAgent(api_key=key, base_url=address)
        error = failure(agentql, "ok")
        agentql.close()
    assert (error.code, error.pause) == (ErrorCode.AGENT_UNAUTHORIZED, True)


def test_settings_that_cannot_be_used_ask_nothing(agentql: AgentQLAgent, server: AgentQLServer) -> None:
    for settings in ({"mode": "slow"}, {"wait_for": 11}, {"wait_for": "long"}):
        assert failure(agentql, "ok", settings=settings).code == ErrorCode.AGENT_FAILURE
    assert server.requests == []


def test_a_service_that_is_not_there_is_a_network_error() -> None:
    error = failure(AgentQLAgent(api_key=KEY, base_url="http://127.0.0.1:9"), "ok")
    assert (error.code, error.may_be_charged_twice) == (ErrorCode.NETWORK_ERROR, False)
