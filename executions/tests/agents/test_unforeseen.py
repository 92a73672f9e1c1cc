from __future__ import annotations

import errno
import json
import socket
import ssl
from concurrent.futures.process import BrokenProcessPool

import httpx
import pytest
from PIL import Image, UnidentifiedImageError

from executions.agents.base import AgentError, ErrorCode
from executions.agents.errors import AGENT_BUSY, classify
from mino.common.outbound import DnsError

_REQUEST = httpx.Request("GET", "https://shop.test/")


class Answered(Exception):
    def __init__(self, **attributes: object) -> None:
        super().__init__("no words")
        self.__dict__.update(attributes)


@pytest.mark.parametrize(
    ("error", "code", "transient", "infrastructure"),
    [
        (TimeoutError("404"), "TIMEOUT", True, True),
        (OSError(errno.ETIMEDOUT, "slow"), "TIMEOUT", True, True),
        (socket.gaierror(socket.EAI_NONAME, "404"), "DNS_ERROR", True, True),
        (ssl.SSLCertVerificationError(1, "bad certificate"), "NETWORK_ERROR", True, True),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "NETWORK_ERROR", True, True),
        (BrokenPipeError("broken"), "NETWORK_ERROR", True, True),
        (OSError(errno.EHOSTUNREACH, "no route"), "NETWORK_ERROR", True, True),
        (OSError(errno.ENOSPC, "disk full"), "TRANSIENT_ERROR", True, False),
        (OSError(errno.EMFILE, "too many files"), "TRANSIENT_ERROR", True, False),
        (httpx.ReadTimeout("slow"), "TIMEOUT", True, True),
        (httpx.ConnectError("refused"), "NETWORK_ERROR", True, True),
        (httpx.RemoteProtocolError("cut"), "NETWORK_ERROR", True, True),
        (httpx.InvalidURL("odd"), "PERMANENT_ERROR", False, False),
        (httpx.UnsupportedProtocol("ftp"), "PERMANENT_ERROR", False, False),
        (httpx.LocalProtocolError("odd header"), "PERMANENT_ERROR", False, False),
        (httpx.TooManyRedirects("round"), "SITE_ERROR", False, False),
        (httpx.DecodingError("no gzip"), "SITE_ERROR", False, False),
        (MemoryError(), "TRANSIENT_ERROR", True, False),
        (BrokenProcessPool("gone"), "TRANSIENT_ERROR", True, False),
        (RecursionError("deep"), "INVALID_RESULT", False, False),
        (UnidentifiedImageError("what"), "INVALID_RESULT", False, False),
        (Image.DecompressionBombError("huge"), "INVALID_RESULT", False, False),
        (json.JSONDecodeError("Expecting value", "401", 0), "SYSTEM_FAILURE", True, True),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "404"), "SYSTEM_FAILURE", True, True),
        (DnsError("No such name."), "DNS_ERROR", True, True),
    ],
)
def test_the_type_of_an_exception_says_most(error: Exception, code: str, transient: bool, infrastructure: bool) -> None:
    judged = classify(error)
    assert (judged.code, judged.transient, judged.infrastructure) == (code, transient, infrastructure)


@pytest.mark.parametrize(
    ("attributes", "code", "transient"),
    [
        ({"status_code": 400}, "PERMANENT_ERROR", False),
        ({"status_code": 401}, "PERMANENT_ERROR", False),
        ({"code": 403}, "PERMANENT_ERROR", False),
        ({"status": 404}, "PERMANENT_ERROR", False),
        ({"status_code": 408}, "TIMEOUT", True),
        ({"status_code": 429}, "RATE_LIMITED", True),
        ({"code": 500}, "TRANSIENT_ERROR", True),
        ({"code": 503}, "TRANSIENT_ERROR", True),
        ({"status": 504}, "TIMEOUT", True),
        ({"response": httpx.Response(502, request=_REQUEST)}, "TRANSIENT_ERROR", True),
        ({"code": "503"}, "UNKNOWN_ERROR", True),
        ({"code": 7}, "UNKNOWN_ERROR", True),
        ({"status_code": True}, "UNKNOWN_ERROR", True),
    ],
)
def test_a_status_says_more_than_words(attributes: dict[str, object], code: str, transient: bool) -> None:
    judged = classify(Answered(**attributes))
    assert (judged.code, judged.transient, judged.pause, judged.throttled) == (code, transient, False, False)


@pytest.mark.parametrize(
    ("text", "code", "transient"),
    [
        ("Timeout of 3000ms exceeded", "TRANSIENT_ERROR", True),
        ("connect ECONNREFUSED 10.0.0.1", "TRANSIENT_ERROR", True),
        ("getaddrinfo ENOTFOUND shop.test", "TRANSIENT_ERROR", True),
        ("Network Error", "TRANSIENT_ERROR", True),
        ("socket hang up", "TRANSIENT_ERROR", True),
        ("status 429", "TRANSIENT_ERROR", True),
        ("HTTP 502.", "TRANSIENT_ERROR", True),
        ("(503)", "TRANSIENT_ERROR", True),
        ("504: gateway", "TRANSIENT_ERROR", True),
        ("502 after 404", "TRANSIENT_ERROR", True),
        ("400 bad request", "PERMANENT_ERROR", False),
        ("got 401, giving up", "PERMANENT_ERROR", False),
        ("403", "PERMANENT_ERROR", False),
        ("error=404", "PERMANENT_ERROR", False),
        ("Invalid credentials", "PERMANENT_ERROR", False),
        ("Malformed query", "PERMANENT_ERROR", False),
        ("Syntax error near x", "PERMANENT_ERROR", False),
        ("row 14290 costs 4.04 or 1,404.50", "UNKNOWN_ERROR", True),
        ("id a404b and 5040", "UNKNOWN_ERROR", True),
        ("", "UNKNOWN_ERROR", True),
    ],
)
def test_words_decide_when_nothing_else_does(text: str, code: str, transient: bool) -> None:
    judged = classify(RuntimeError(text))
    assert (judged.code, judged.transient) == (code, transient)


def test_the_exceptions_own_words_stay_out_of_the_message() -> None:
    judged = classify(RuntimeError("timeout at https://x.test/?key=s3cret " + "long " * 1000))
    assert judged.message == "It failed for the moment (RuntimeError)."


def test_an_asked_for_pause_is_kept() -> None:
    response = httpx.Response(429, headers={"Retry-After": "7"}, request=_REQUEST)
    judged = classify(httpx.HTTPStatusError("429", request=_REQUEST, response=response))
    assert (judged.code, judged.retry_after) == (ErrorCode.RATE_LIMITED, 7)


def test_an_agents_own_error_stays_as_it_is() -> None:
    error = AGENT_BUSY.error()
    assert classify(error) is error


def test_an_exception_that_can_not_be_read_is_still_judged() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ValueError

        @property
        def response(self) -> object:
            raise RuntimeError

    judged = classify(Broken())
    assert isinstance(judged, AgentError)
    assert (judged.code, judged.transient) == (ErrorCode.UNKNOWN_ERROR, True)
