"""A hostile page kills a parser, not the worker: time, memory, crashes, and what comes after."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import pytest

from executions.agents.local.extract import Answers, read_answer
from executions.agents.local.instructions import BadSelector
from executions.agents.local.pool import Limits, ParserKilled, ParserPool

PAGE = b"<h1>Teapot</h1><p class=price>$24.90</p>"
ENDLESS = "price: xpath=count(//p[count(//p[count(//p) > 0]) > 0])"


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    running = ParserPool(1, Limits(seconds=3.0, memory=200 * 2**20))
    yield running
    running.close()


def _read(pool: ParserPool, body: bytes = PAGE, instructions: str = "", **options: Any) -> Answers:
    usual: dict[str, Any] = {"timeout": 60.0, "cancelled": threading.Event(), **options}
    wanted = [("price", "number")]
    return pool.run(read_answer, body, "text/html", "https://x.example/", wanted, instructions, **usual)


def test_a_page_is_read(pool: ParserPool) -> None:
    assert _read(pool).data == {"price": 24.9}


def test_a_page_that_takes_too_long_kills_its_parser_and_the_next_is_read(pool: ParserPool) -> None:
    with pytest.raises(ParserKilled, match="longer than 3 seconds"):
        _read(pool, b"<p>" * 20_000, ENDLESS)
    assert _read(pool).data == {"price": 24.9}


def test_a_page_that_takes_too_much_memory_is_given_up_and_the_next_is_read(pool: ParserPool) -> None:
    with pytest.raises(ParserKilled, match=r"memory|brought the parser down"):
        pool.run(bytearray, 400 * 2**20, timeout=60, cancelled=threading.Event())
    assert _read(pool).data == {"price": 24.9}


def test_a_parser_that_crashes_is_replaced(pool: ParserPool) -> None:
    with pytest.raises(ParserKilled, match="brought the parser down"):
        pool.run(os._exit, 3, timeout=60, cancelled=threading.Event())
    assert _read(pool).data == {"price": 24.9}


def test_a_mistake_in_the_instructions_comes_back_as_such(pool: ParserPool) -> None:
    with pytest.raises(BadSelector, match="css=p"):
        _read(pool, instructions="price: css=p[")


def test_an_attempt_that_is_called_off_stops_waiting(pool: ParserPool) -> None:
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    with pytest.raises(CancelledError):
        _read(pool, b"<p>" * 20_000, ENDLESS, cancelled=cancelled)
    assert _read(pool).data == {"price": 24.9}


def test_an_attempt_without_time_stops_waiting(pool: ParserPool) -> None:
    with pytest.raises(TimeoutError):
        _read(pool, b"<p>" * 20_000, ENDLESS, timeout=0.5)


def test_a_closed_pool_starts_again(pool: ParserPool) -> None:
    pool.close()
    assert _read(pool).data == {"price": 24.9}


def test_many_threads_share_one_parser(pool: ParserPool) -> None:
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda _: _read(pool).data, range(24)))
    assert read == [{"price": 24.9}] * 24


def test_the_parsers_know_nothing_of_django() -> None:
    check = "import sys, executions.agents.local.extract; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    assert "lxml" in loaded
    assert loaded.isdisjoint({"django", "celery", "playwright"})
