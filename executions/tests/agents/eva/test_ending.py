"""Time-outs, silence and stops: what becomes of the remote run."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from executions.agents.base import Cancelled, ErrorCode
from executions.agents.eva import EvaAgent
from executions.tests.agents.recording import Recording, failure, task
from executions.tests.agents.servers.eva_server import FOUND, SCENARIOS, EvaServer
from executions.tests.agents.servers.http import Reply
from mino.tests.processes import wait_for


def test_silence_is_a_timeout_and_stops_the_run(impatient: EvaAgent, server: EvaServer) -> None:
    error = failure(impatient, "silence")
    assert (error.code, error.transient) == (ErrorCode.TIMEOUT, True)
    assert server.cancelled == ["run-1"]


def test_a_run_that_finished_in_silence_is_not_lost(impatient: EvaAgent, server: EvaServer) -> None:
    assert impatient.run(task("silence_but_done"), Recording()).data == FOUND
    assert server.cancelled == []


@pytest.mark.parametrize("scenario", ["endless", "silence"])
def test_a_run_ends_at_its_deadline_and_is_stopped(eva: EvaAgent, server: EvaServer, scenario: str) -> None:
    assert failure(eva, scenario, timeout=1.5).code == ErrorCode.TIMEOUT
    assert server.cancelled == ["run-1"]


def test_a_broken_stream_is_followed_no_longer_than_the_deadline(eva: EvaAgent, server: EvaServer) -> None:
    server.scenarios["lost"] = replace(SCENARIOS["cut"], polls=None)
    assert failure(eva, "lost", timeout=1.5).code == ErrorCode.TIMEOUT
    assert server.cancelled == ["run-1"]


def test_calling_off_stops_the_remote_run_too(eva: EvaAgent, server: EvaServer) -> None:
    reporter = Recording(then=lambda: reporter.cancelled.set())
    with pytest.raises(Cancelled):
        eva.run(task("endless"), reporter)
    assert server.cancelled == ["run-1"]


def test_calling_off_before_the_start_starts_nothing(eva: EvaAgent, server: EvaServer) -> None:
    reporter = Recording()
    reporter.cancelled.set()
    with pytest.raises(Cancelled):
        eva.run(task(), reporter)
    assert server.requests == []


def test_a_timed_out_run_tells_what_it_took(eva: EvaAgent) -> None:
    error = failure(eva, "silence", timeout=1.5)
    assert error.steps == 1
    assert not error.may_be_charged_twice


def test_a_stopped_run_tells_what_it_took(eva: EvaAgent, server: EvaServer) -> None:
    reporter = Recording(then=lambda: reporter.cancelled.set())
    with pytest.raises(Cancelled) as caught:
        eva.run(task("endless"), reporter)
    assert caught.value.steps == 1
    assert server.runs["run-1"].status == "CANCELLED"


def test_a_stop_ends_although_the_service_no_longer_answers(eva: EvaAgent, server: EvaServer) -> None:
    server.outages = 10_000
    reporter = Recording(then=lambda: reporter.cancelled.set())
    with pytest.raises(Cancelled) as caught:
        eva.run(task("endless"), reporter)
    assert caught.value.steps is None


def test_a_run_that_is_left_to_another_worker_goes_on(eva: EvaAgent, server: EvaServer) -> None:
    reporter = Recording(then=lambda: reporter.cancelled.set())
    reporter.leave_run = True
    with pytest.raises(Cancelled):
        eva.run(task("endless"), reporter)
    assert server.cancelled == []
    assert server.runs["run-1"].status == "RUNNING"


def test_a_stop_before_the_id_is_known_finds_the_run_and_stops_it(eva: EvaAgent, server: EvaServer) -> None:
    reporter = Recording()

    def stop_when_it_runs() -> None:
        wait_for(lambda: bool(server.runs))
        reporter.cancelled.set()

    threading.Thread(target=stop_when_it_runs, daemon=True).start()
    with pytest.raises(Cancelled):
        eva.run(task("start_silent_endless"), reporter)
    assert reporter.heard("started") == ["run-1"]
    assert server.cancelled == ["run-1"]


def test_a_time_out_before_the_id_is_known_finds_the_run_and_stops_it(eva: EvaAgent, server: EvaServer) -> None:
    error = failure(eva, "start_silent_endless", timeout=1.5)
    assert (error.code, error.may_be_charged_twice) == (ErrorCode.TIMEOUT, False)
    assert server.cancelled == ["run-1"]


def test_a_time_out_before_the_id_is_known_and_without_a_list_says_so(eva: EvaAgent, server: EvaServer) -> None:
    server.listing = Reply(500)
    error = failure(eva, "start_silent_endless", timeout=1.5)
    assert (error.code, error.may_be_charged_twice) == (ErrorCode.TIMEOUT, True)
