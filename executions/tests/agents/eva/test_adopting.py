"""Going on with the run of a worker that is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from executions.agents.base import AgentError, Cancelled, ErrorCode, RunNotFound, Task
from executions.agents.eva import EvaAgent
from executions.agents.eva.goal import goal_of
from executions.tests.agents.recording import Recording, task
from executions.tests.agents.servers.eva_server import FOUND, KEY, SCENARIOS, STREAMING_URL, EvaServer
from executions.tests.agents.servers.http import Reply

Lost = Callable[[Task], datetime]


@pytest.fixture
def lost(address: str, server: EvaServer) -> Iterator[Lost]:
    """Starts a run as a worker that is gone at once did; gives the moment before. No two runs begin at one moment."""
    with httpx.Client(base_url=address, headers={"X-API-Key": KEY}) as client:

        def start(wanted: Task) -> datetime:
            now = datetime.now(UTC)
            since = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as the service tells times
            body = {"url": wanted.url, "goal": goal_of(wanted)}
            with client.stream("POST", "/v1/automation/run-sse", json=body) as response:
                response.raise_for_status()
            while datetime.now(UTC) <= _newest(server):
                time.sleep(0.001)
            return since

        yield start


def _newest(server: EvaServer) -> datetime:
    """The end of the millisecond in which the newest run began, as the service tells times in milliseconds."""
    begun = [datetime.fromisoformat(run.created_at) for run in list(server.runs.values())]
    return max(begun, default=datetime.min.replace(tzinfo=UTC)) + timedelta(milliseconds=1)


@pytest.mark.parametrize("scenario", ["ok", "cut", "text_json"])
@pytest.mark.parametrize("run_id", ["run-1", ""])
def test_a_lost_workers_run_is_concluded_as_if_nothing_had_happened(
    eva: EvaAgent, server: EvaServer, lost: Lost, scenario: str, run_id: str
) -> None:
    wanted, reporter = task(scenario), Recording()
    result = eva.adopt(run_id, wanted, reporter, lost(wanted))
    assert (result.data, result.steps) == (FOUND, 3)
    assert reporter.said[0] == ("started", "run-1")
    assert (list(server.runs), server.cancelled) == (["run-1"], [])


def test_a_run_that_still_goes_on_is_shown_and_waited_for(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    server.scenarios["slow"] = replace(SCENARIOS["cut"], polls=4)
    wanted, reporter = task("slow"), Recording()
    assert eva.adopt("run-1", wanted, reporter, lost(wanted)).data == FOUND
    assert {url for url, _ in reporter.heard("live_view")} == {STREAMING_URL}
    assert len(reporter.heard("heartbeat")) == 5


def test_an_adopted_run_that_failed_fails_the_attempt_and_is_charged(eva: EvaAgent, lost: Lost) -> None:
    wanted = task("goal_failure")
    with pytest.raises(AgentError) as caught:
        eva.adopt("run-1", wanted, Recording(), lost(wanted))
    assert (caught.value.code, caught.value.steps) == (ErrorCode.GOAL_FAILED, 3)


def test_an_adopted_run_that_somebody_cancelled_is_a_failure_like_any_other(eva: EvaAgent, lost: Lost) -> None:
    wanted = task("silence")
    since = lost(wanted)
    eva.cancel("run-1")
    with pytest.raises(AgentError) as caught:
        eva.adopt("run-1", wanted, Recording(), since)
    assert (caught.value.code, caught.value.transient) == (ErrorCode.AGENT_FAILURE, False)


def test_a_run_that_the_service_does_not_know_is_not_found_and_was_not_charged(eva: EvaAgent) -> None:
    with pytest.raises(RunNotFound) as caught:
        eva.adopt("run-7", task(), Recording(), datetime.now(UTC))
    assert caught.value.may_be_charged_twice is False


def test_a_run_of_another_job_that_asked_for_the_same_is_not_adopted(eva: EvaAgent, lost: Lost) -> None:
    wanted, reporter = task("silence"), Recording()
    reporter.taken = {"run-1"}
    with pytest.raises(RunNotFound) as caught:
        eva.adopt("", wanted, reporter, lost(wanted))
    assert caught.value.may_be_charged_twice is False


def test_a_service_that_is_down_is_asked_until_it_answers(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    wanted = task()
    since = lost(wanted)
    server.outages = 5
    assert eva.adopt("run-1", wanted, Recording(), since).data == FOUND


def test_a_service_that_stays_down_is_a_time_out(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    wanted = task(timeout=0.3)
    since = lost(wanted)
    server.outages = 10_000
    with pytest.raises(AgentError) as caught:
        eva.adopt("run-1", wanted, Recording(), since)
    error = caught.value
    assert (error.code, error.transient, error.infrastructure) == (ErrorCode.TIMEOUT, True, True)


def test_an_adopted_run_is_stopped_at_the_time_out(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    wanted = task("silence", timeout=1.5)
    with pytest.raises(AgentError) as caught:
        eva.adopt("", wanted, Recording(), lost(wanted))
    assert caught.value.code == ErrorCode.TIMEOUT
    assert server.runs["run-1"].status == "CANCELLED"


@pytest.mark.parametrize(("leave_run", "cancelled"), [(True, []), (False, ["run-1"])])
def test_an_adoption_that_is_called_off_leaves_or_stops_the_run(
    eva: EvaAgent, server: EvaServer, lost: Lost, leave_run: bool, cancelled: list[str]
) -> None:
    wanted, reporter = task("silence"), Recording(then=lambda: reporter.cancelled.set())
    reporter.leave_run = leave_run
    with pytest.raises(Cancelled):
        eva.adopt("run-1", wanted, reporter, lost(wanted))
    assert server.cancelled == cancelled


def test_without_an_id_two_runs_that_fit_are_nobodys(eva: EvaAgent, lost: Lost) -> None:
    since = lost(task())
    lost(task())
    with pytest.raises(RunNotFound) as caught:
        eva.adopt("", task(), Recording(), since)
    assert caught.value.may_be_charged_twice is True


def test_without_an_id_and_without_a_run_nothing_was_charged(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    lost(task("ok&row=other"))
    with pytest.raises(RunNotFound) as caught:
        eva.adopt("", task(), Recording(), datetime.now(UTC))
    assert caught.value.may_be_charged_twice is False


def test_without_an_id_and_without_a_list_nothing_is_ruled_out(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    server.listing = Reply(500)
    with pytest.raises(RunNotFound) as caught:
        eva.adopt("", task(), Recording(), lost(task()))
    assert caught.value.may_be_charged_twice is True


def test_a_run_is_found_among_many_and_by_a_goal_too_long_for_an_address(
    eva: EvaAgent, server: EvaServer, lost: Lost
) -> None:
    wanted = task(instructions="Find the price. " * 500)
    since = lost(replace(wanted, url="https://shop.test/?scenario=ok&row=0"))
    lost(wanted)
    for number in range(1, 130):
        lost(replace(wanted, url=f"https://shop.test/?scenario=ok&row={number}"))
    reporter = Recording()
    eva.adopt("", wanted, reporter, since)
    assert reporter.heard("started") == ["run-2"]
    assert all(len(request.query.get("goal", [""])[0]) < 2000 for request in server.requests)


def test_the_run_of_the_attempt_before_is_not_adopted(eva: EvaAgent, lost: Lost) -> None:
    eva.run(task(), Recording())
    with pytest.raises(RunNotFound) as caught:
        eva.adopt("", task(), Recording(), datetime.now(UTC))
    assert caught.value.may_be_charged_twice is False


def test_of_two_runs_the_one_that_began_in_time_is_adopted(eva: EvaAgent, lost: Lost) -> None:
    lost(task("cut"))
    since, reporter = lost(task("cut")), Recording()
    eva.adopt("", task("cut"), reporter, since)
    assert reporter.heard("started") == ["run-2"]


def test_clocks_may_differ_a_little(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    wanted = task("cut")
    since = lost(wanted)
    assert eva.adopt("", wanted, Recording(), since + timedelta(seconds=3)).data == FOUND
    with pytest.raises(RunNotFound):
        eva.adopt("", wanted, Recording(), since + timedelta(seconds=30))


def test_many_adoptions_at_once_find_each_its_own_run(eva: EvaAgent, server: EvaServer, lost: Lost) -> None:
    wanted = [task(f"ok&row={number}") for number in range(10)]
    since = [lost(each) for each in wanted]
    reporters = [Recording() for _ in wanted]
    threads = [
        threading.Thread(target=eva.adopt, args=("", *each)) for each in zip(wanted, reporters, since, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [reporter.heard("started") for reporter in reporters] == [[f"run-{number}"] for number in range(1, 11)]
