from __future__ import annotations

from datetime import UTC, datetime

import pytest

from executions.agents import errors
from executions.agents.base import AgentError, Cancelled, ErrorCode
from executions.agents.errors import (
    from_api_status,
    from_outbound,
    from_run_error,
    from_site_status,
    parse_retry_after,
    reads_as_blocked,
)
from mino.common import outbound


@pytest.mark.parametrize(
    ("status", "code", "transient"),
    [
        (401, "ACCESS_BLOCKED", False),
        (403, "ACCESS_BLOCKED", False),
        (404, "PAGE_NOT_FOUND", False),
        (410, "PAGE_NOT_FOUND", False),
        (408, "TIMEOUT", True),
        (418, "SITE_ERROR", False),
        (429, "RATE_LIMITED", True),
        (500, "SITE_ERROR", True),
        (503, "SITE_ERROR", True),
    ],
)
def test_what_a_site_answers_concerns_its_row_only(status: int, code: str, transient: bool) -> None:
    error = from_site_status(status)
    assert error is not None
    assert (error.code, error.transient, error.pause) == (code, transient, False)
    assert f"HTTP {status}" in error.message


def test_a_page_is_no_error() -> None:
    assert from_site_status(200) is None


@pytest.mark.parametrize(
    ("status", "code", "transient", "pause"),
    [
        (400, "AGENT_FAILURE", False, False),
        (401, "AGENT_UNAUTHORIZED", False, True),
        (402, "AGENT_BALANCE", False, True),
        (403, "AGENT_FORBIDDEN", False, True),
        (404, "AGENT_FAILURE", False, False),
        (422, "AGENT_FAILURE", False, False),
        (429, "RATE_LIMITED", True, False),
        (500, "SYSTEM_FAILURE", True, False),
    ],
)
def test_what_the_agents_service_answers_may_pause_everything(
    status: int, code: str, transient: bool, pause: bool
) -> None:
    error = from_api_status(status)
    assert (error.code, error.transient, error.pause) == (code, transient, pause)


def test_a_code_says_more_than_a_status() -> None:
    error = from_api_status(403, code="INSUFFICIENT_CREDITS", message="No credits left")
    assert (error.code, error.pause) == (ErrorCode.AGENT_BALANCE, True)
    assert error.message.endswith("It said: No credits left")
    assert from_api_status(503, code="SERVICE_BUSY", retry_after="7").retry_after == 7


@pytest.mark.parametrize(
    ("code", "category", "message", "expected", "transient", "pause"),
    [
        (None, "SYSTEM_FAILURE", "", "SYSTEM_FAILURE", True, False),
        ("TASK_FAILED", "AGENT_FAILURE", "captcha", "AGENT_FAILURE", False, False),
        (None, "BILLING_FAILURE", "", "AGENT_BALANCE", False, True),
        ("SITE_BLOCKED", "AGENT_FAILURE", "", "ACCESS_BLOCKED", False, False),
        ("MAX_STEPS_EXCEEDED", "AGENT_FAILURE", "", "GOAL_FAILED", False, False),
        ("TASK_FAILED", "UNKNOWN", "", "UNKNOWN_ERROR", True, False),
        (None, "UNKNOWN", "a captcha appeared", "ACCESS_BLOCKED", False, False),
        (None, None, "navigation timed out", "TIMEOUT", True, False),
        (None, "SOMETHING_NEW", "", "UNKNOWN_ERROR", True, False),
    ],
)
def test_a_finished_run_is_judged_by_code_then_category_then_text(
    code: str | None, category: str | None, message: str, expected: str, transient: bool, pause: bool
) -> None:
    error = from_run_error(code=code, category=category, message=message)
    assert (error.code, error.transient, error.pause) == (expected, transient, pause)


@pytest.mark.parametrize(
    "kind",
    [
        errors.AGENT_DOWN,
        errors.AGENT_UNREACHABLE,
        errors.AGENT_CUT_OFF,
        errors.AGENT_GARBLED,
        errors.AGENT_SLOW,
        errors.AGENT_UNKNOWN,
    ],
)
def test_faults_of_the_service_and_of_the_network_are_told_from_those_of_the_site(kind: errors.Kind) -> None:
    assert kind.error().infrastructure
    assert not kind.error().throttled


def test_only_the_agents_own_service_throttles() -> None:
    busy, site = from_api_status(429), from_site_status(429)
    assert site is not None
    assert (busy.throttled, busy.infrastructure) == (True, False)
    assert (site.throttled, site.infrastructure) == (False, False)
    assert from_api_status(503, code="SERVICE_BUSY").throttled


@pytest.mark.parametrize(
    ("kind", "infrastructure"),
    [("DnsError", True), ("ConnectError", True), ("OutboundTimeout", True), ("TooLarge", False), ("BadAnswer", False)],
)
def test_the_doors_errors_say_whose_fault_it_is(kind: str, infrastructure: bool) -> None:
    raised = from_outbound(getattr(outbound, kind)("why"))
    assert isinstance(raised, AgentError)
    assert (raised.infrastructure, raised.message) == (infrastructure, "why")


def test_every_error_of_the_door_has_its_code() -> None:
    codes = {}
    for kind in outbound.OutboundError.__subclasses__():
        raised = from_outbound(kind("why"))
        codes[kind.__name__] = (raised.code.value, raised.transient) if isinstance(raised, AgentError) else None
    assert codes == {
        "OutboundRefused": ("OUTBOUND_REFUSED", False),
        "DnsError": ("DNS_ERROR", True),
        "ConnectError": ("NETWORK_ERROR", True),
        "OutboundTimeout": ("TIMEOUT", True),
        "TooLarge": ("SITE_ERROR", False),
        "BadAnswer": ("SITE_ERROR", False),
        "FetchCancelled": None,
    }
    assert isinstance(from_outbound(outbound.FetchCancelled("")), Cancelled)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2020 12:01:00 GMT", 0.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds


def test_an_absurd_retry_after_is_cut_to_an_hour() -> None:
    assert from_api_status(429, retry_after="999999999").retry_after == 3600


@pytest.mark.parametrize("text", ["Solve the CAPTCHA first", "Access denied", "I was blocked by the site"])
def test_a_block_is_recognised(text: str) -> None:
    assert reads_as_blocked(text)


@pytest.mark.parametrize("text", ["Blocks of cheese", "A blocked drain costs 50 EUR", "Accessories"])
def test_ordinary_text_is_no_block(text: str) -> None:
    assert not reads_as_blocked(text)
