from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from executions.agents.base import ErrorCode
from executions.agents.eva import EvaAgent
from executions.tests.agents.recording import Recording, failure, task
from executions.tests.agents.servers.eva_server import FOUND, KEY, STREAMING_URL, EvaServer, Scenario


def test_a_run_gives_the_wanted_fields_steps_and_cost(eva: EvaAgent) -> None:
    result = eva.run(task(), Recording())
    assert result.data == FOUND
    assert result.steps == 3


def test_the_reporter_hears_everything_in_its_order(eva: EvaAgent) -> None:
    reporter = Recording()
    eva.run(task(), reporter)
    assert [kind for kind, _ in reporter.said][:4] == ["started", "live_view", "step", "heartbeat"]
    assert reporter.heard("started") == ["run-1"]
    assert reporter.heard("step") == ["Reading the price"]


def test_the_live_view_is_passed_on_with_its_end_and_only_over_https(eva: EvaAgent) -> None:
    reporter = Recording()
    eva.run(task(), reporter)
    ((url, expires_at),) = reporter.heard("live_view")
    assert url == STREAMING_URL
    assert timedelta(hours=23) < expires_at - datetime.now(UTC) <= timedelta(hours=24)
    plain = Recording()
    eva.run(task("plain_live_view"), plain)
    assert plain.heard("live_view") == []


def test_the_request_says_what_is_wanted(eva: EvaAgent, server: EvaServer) -> None:
    settings = {"browser_profile": "stealth", "proxy_country": "de", "max_steps": 40, "screenshots": True}
    eva.run(task(settings=settings, timeout=90.0), Recording())
    (body,) = server.bodies
    assert body["url"] == "https://shop.test/?scenario=ok"
    assert body["browser_profile"] == "stealth"
    assert body["proxy_config"] == {"enabled": True, "country_code": "DE"}
    assert body["agent_config"] == {"max_steps": 40, "max_duration_seconds": 90}
    assert body["capture_config"] == {"screenshots": True}
    assert "output_schema" not in body
    for part in ("Find the price of the chair.", '"price": number or null', '"name": string or null', "null"):
        assert part in body["goal"]


def test_the_schema_of_the_answer_is_sent_when_asked(eva: EvaAgent, server: EvaServer) -> None:
    eva.run(task(settings={"output_schema": True}), Recording())
    schema = server.bodies[0]["output_schema"]
    assert schema["properties"]["price"] == {"type": "number", "nullable": True}
    assert schema["required"] == schema["propertyOrdering"] == ["price", "name"]


def test_an_account_without_the_schema_runs_without_it_and_is_asked_once(eva: EvaAgent, server: EvaServer) -> None:
    server.schema_allowed = False
    for _ in range(2):
        assert eva.run(task(settings={"output_schema": True}), Recording()).data == FOUND
    assert ["output_schema" in body for body in server.bodies] == [True, False, False]


def test_an_account_that_may_do_nothing_keeps_its_schema_for_later(eva: EvaAgent, server: EvaServer) -> None:
    error = failure(eva, "forbidden", settings={"output_schema": True})
    assert (error.code, error.pause) == (ErrorCode.AGENT_FORBIDDEN, True)
    eva.run(task(settings={"output_schema": True}), Recording())
    assert "output_schema" in server.bodies[-1]


@pytest.mark.parametrize(
    ("scenario", "code", "transient", "pause"),
    [
        ("goal_failure", "GOAL_FAILED", False, False),
        ("captcha_reason", "ACCESS_BLOCKED", False, False),
        ("captcha_text", "ACCESS_BLOCKED", False, False),
        ("text", "INVALID_RESULT", False, False),
        ("two_records", "INVALID_RESULT", False, False),
        ("nothing_wanted", "INVALID_RESULT", False, False),
        ("no_result", "INVALID_RESULT", False, False),
        ("system_failure", "SYSTEM_FAILURE", True, False),
        ("agent_failure", "AGENT_FAILURE", False, False),
        ("billing_failure", "AGENT_BALANCE", False, True),
        ("unknown_failure", "UNKNOWN_ERROR", True, False),
        ("new_category", "UNKNOWN_ERROR", True, False),
        ("site_blocked", "ACCESS_BLOCKED", False, False),
        ("max_steps", "GOAL_FAILED", False, False),
        ("cancelled", "AGENT_FAILURE", False, False),
        ("cut_and_failed", "AGENT_FAILURE", False, False),
        ("bad_input", "AGENT_FAILURE", False, False),
        ("unauthorized", "AGENT_UNAUTHORIZED", False, True),
        ("no_balance", "AGENT_BALANCE", False, True),
        ("forbidden", "AGENT_FORBIDDEN", False, True),
        ("no_credits", "AGENT_BALANCE", False, True),
        ("rate_limited", "RATE_LIMITED", True, False),
        ("busy", "RATE_LIMITED", True, False),
        ("down", "SYSTEM_FAILURE", True, False),
        ("huge", "INVALID_RESULT", False, False),
    ],
)
def test_each_failure_has_its_kind(eva: EvaAgent, scenario: str, code: str, transient: bool, pause: bool) -> None:
    error = failure(eva, scenario)
    assert (error.code, error.transient, error.pause) == (code, transient, pause)


def test_waiting_times_of_both_layers_are_kept(eva: EvaAgent) -> None:
    assert failure(eva, "rate_limited").retry_after == 11
    assert failure(eva, "system_failure").retry_after == 7


def test_a_run_that_failed_is_charged_all_the_same(eva: EvaAgent) -> None:
    assert failure(eva, "goal_failure").steps == 3


def test_the_reason_of_a_goal_failure_reaches_the_person(eva: EvaAgent) -> None:
    assert "Could not find any products on the page" in failure(eva, "goal_failure").message


@pytest.mark.parametrize("scenario", ["rate_limited", "busy", "down", "bad_input"])
def test_a_refused_start_is_never_repeated_behind_the_engines_back(
    eva: EvaAgent, server: EvaServer, scenario: str
) -> None:
    failure(eva, scenario)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("scenario", ["text_json", "list", "cut", "ended_early", "garbage", "odd_events", "no_object"])
def test_an_odd_or_broken_stream_still_gives_the_result_of_its_one_run(
    eva: EvaAgent, server: EvaServer, scenario: str
) -> None:
    result = eva.run(task(scenario), Recording())
    assert (result.data, result.steps) == (FOUND, 3)
    assert len(server.bodies) == 1


def test_a_run_can_be_cancelled_by_its_id_from_outside(eva: EvaAgent, server: EvaServer) -> None:
    eva.run(task(), Recording())
    eva.cancel("run-1")
    eva.cancel("run-1")
    eva.cancel("never heard of/../it")
    assert server.cancelled == ["run-1", "run-1"]


def _picture(size: tuple[int, int]) -> str:
    file = io.BytesIO()
    Image.new("1", size).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_pictures_of_the_steps_are_passed_on_when_asked(eva: EvaAgent, server: EvaServer) -> None:
    server.screenshot = _picture((8, 6))
    reporter, quiet = Recording(), Recording()
    eva.run(task(settings={"screenshots": True}), reporter)
    eva.run(task(), quiet)
    (screenshot,) = reporter.heard("screenshot")
    assert (screenshot.image[:4], screenshot.caption) == (b"\x89PNG", "Reading the price")
    assert quiet.heard("screenshot") == []


@pytest.mark.parametrize("picture", ["", "no base64!", base64.b64encode(b"<svg/>").decode(), _picture((9000, 9000))])
def test_what_is_no_harmless_picture_is_left_out(eva: EvaAgent, server: EvaServer, picture: str) -> None:
    server.screenshot = picture
    reporter = Recording()
    assert eva.run(task(settings={"screenshots": True}), reporter).data == FOUND
    assert reporter.heard("screenshot") == []


def test_a_missing_field_is_none_and_a_further_one_is_ignored(eva: EvaAgent, server: EvaServer) -> None:
    server.scenarios["partly"] = Scenario(result={"Price": 3, "colour": "red"})
    assert eva.run(task("partly"), Recording()).data == {"price": 3, "name": None}


def test_without_the_run_object_the_cost_is_unknown_but_the_result_stays(eva: EvaAgent, server: EvaServer) -> None:
    server.scenarios["odd_run"] = Scenario(result=FOUND, extra={"num_of_steps": "many"})
    result = eva.run(task("odd_run"), Recording())
    assert (result.data, result.steps) == (FOUND, None)


def test_a_service_that_is_not_there_is_a_network_error() -> None:
    eva = EvaAgent(api_key=KEY, base_url="http://127.0.0.1:9")
    error = failure(eva, "ok")
    assert (error.code, error.transient) == (ErrorCode.NETWORK_ERROR, True)


@pytest.mark.parametrize("key", ["", "bad-key"])
def test_a_missing_or_wrong_key_pauses_everything(address: str, key: str) -> None:
    eva = EvaAgent(api_key=key, base_url=address)
    error = failure(eva, "ok")
    eva.close()
    assert (error.code, error.pause) == (ErrorCode.AGENT_UNAUTHORIZED, True)


def test_settings_that_cannot_be_used_start_nothing(eva: EvaAgent, server: EvaServer) -> None:
    for settings in ({"browser_profile": "huge"}, {"max_steps": 0}, {"max_steps": "many"}):
        assert failure(eva, "ok", settings=settings).code == ErrorCode.AGENT_FAILURE
    assert server.requests == []


def test_many_runs_at_once_keep_their_results_apart(eva: EvaAgent, server: EvaServer) -> None:
    for number in range(20):
        server.scenarios[f"n{number}"] = Scenario(result={"price": number, "name": str(number)})
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda number: eva.run(task(f"n{number}"), Recording()).data["price"], range(20)))
    assert results == list(range(20))
