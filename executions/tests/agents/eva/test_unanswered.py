"""Starts that nobody answered: the run may exist, and cost, all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from executions.agents.base import ErrorCode
from executions.agents.eva import EvaAgent
from executions.tests.agents.recording import Recording, failure, task
from executions.tests.agents.servers.eva_server import FOUND, KEY, SCENARIOS, EvaServer
from executions.tests.agents.servers.http import Reply


@pytest.mark.parametrize("scenario", ["start_cut", "start_cut_after_headers", "start_silent", "gateway"])
def test_a_run_whose_start_was_not_answered_is_found_and_followed(
    eva: EvaAgent, server: EvaServer, scenario: str
) -> None:
    reporter = Recording()
    result = eva.run(task(scenario), reporter)
    assert (result.data, result.steps) == (FOUND, 3)
    assert reporter.heard("started") == ["run-1"]
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("scenario", "code"), [("never_came", ErrorCode.NETWORK_ERROR), ("down", ErrorCode.SYSTEM_FAILURE)]
)
def test_a_start_that_left_no_run_may_be_repeated_without_harm(eva: EvaAgent, scenario: str, code: ErrorCode) -> None:
    error = failure(eva, scenario)
    assert (error.code, error.transient, error.may_be_charged_twice) == (code, True, False)


@pytest.mark.parametrize(
    "listing",
    [
        Reply(500),
        Reply(403, {"error": {"code": "FORBIDDEN", "message": "no"}}),
        Reply(200, b"no json"),
        Reply(200, []),
        Reply(200, {"data": [7], "pagination": {}}),
        Reply(200, {"data": [], "pagination": {"has_more": True, "next_cursor": "again"}}),
    ],
)
def test_a_list_that_cannot_be_read_rules_nothing_out(eva: EvaAgent, server: EvaServer, listing: Reply) -> None:
    server.listing = listing
    error = failure(eva, "start_cut")
    assert (error.code, error.transient, error.may_be_charged_twice) == (ErrorCode.NETWORK_ERROR, True, True)
    assert len(server.bodies) == 1


def test_a_list_that_fails_once_is_asked_again(eva: EvaAgent, server: EvaServer) -> None:
    server.outages = 2
    assert eva.run(task("start_cut"), Recording()).data == FOUND


def test_a_request_that_never_left_is_looked_for_nowhere() -> None:
    error = failure(EvaAgent(api_key=KEY, base_url="http://127.0.0.1:9"), "ok")
    assert (error.code, error.may_be_charged_twice) == (ErrorCode.NETWORK_ERROR, False)
    assert "could not be reached" in error.message


def test_a_run_of_an_earlier_attempt_is_not_taken_for_this_one(eva: EvaAgent, server: EvaServer) -> None:
    eva.run(task("start_cut"), Recording())
    server.scenarios["start_cut"] = replace(SCENARIOS["start_cut"], result={"price": 99, "name": "Later"})
    assert eva.run(task("start_cut"), Recording()).data["price"] == 99
    assert list(server.runs) == ["run-1", "run-2"]


def test_a_forbidden_schema_and_a_cut_start_still_make_one_run(eva: EvaAgent, server: EvaServer) -> None:
    server.schema_allowed = False
    assert eva.run(task("start_cut", settings={"output_schema": True}), Recording()).data == FOUND
    assert list(server.runs) == ["run-1"]


def test_a_refused_look_at_a_run_is_not_taken_for_a_refused_schema(eva: EvaAgent, server: EvaServer) -> None:
    server.outage, server.outages = Reply(403, {"error": {"code": "FORBIDDEN", "message": "no"}}), 1
    error = failure(eva, "cut", settings={"output_schema": True})
    assert error.code == ErrorCode.AGENT_FORBIDDEN
    assert len(server.bodies) == 1
