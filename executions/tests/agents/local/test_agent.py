"""The agent as the engine uses it: a task in, steps and a result or a typed error out, against a real local site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from executions.agents.base import AgentError, Cancelled, ErrorCode, Result, Screenshot, Step, Task, WantedField
from executions.agents.browser import available, shut_down
from executions.agents.local.agent import LocalAgent
from mino.common.values.columns import ColumnType
from mino.tests.outbound.web import Page, Site, answer, redirect, serving

PRICE = WantedField("price", ColumnType.NUMBER)
SHOP = b"<h1>Teapot</h1><p class=price>$24.90</p>"


class Recorder:
    """A reporter that remembers what it was told."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.leave_run = False
        self.steps: list[Step] = []
        self.screenshots: list[Screenshot] = []

    def is_taken(self, run_id: str) -> bool:
        """Nothing remote is looked for."""
        return False

    def started(self, run_id: str) -> None:
        """Nothing remote is started."""

    def step(self, step: Step) -> None:
        self.steps.append(step)

    def live_view(self, url: str, expires_at: datetime | None = None) -> None:
        """There is no live view."""

    def screenshot(self, screenshot: Screenshot) -> None:
        self.screenshots.append(screenshot)

    def heartbeat(self) -> None:
        """Alive."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def agent(site: Site) -> Iterator[LocalAgent]:
    built = LocalAgent(policy=site.policy(), processes=1)
    yield built
    built.close()


def _run(agent: LocalAgent, site: Site, page: Page, instructions: str = "", **options: Any) -> Result:
    site.pages["/"] = page
    return agent.run(Task(site.url(), instructions, [PRICE], **options), Recorder())


def _error(agent: LocalAgent, site: Site, page: Page, **options: Any) -> AgentError:
    with pytest.raises(AgentError) as caught:
        _run(agent, site, page, **options)
    return caught.value


def _html(body: bytes) -> Page:
    return answer(body, content_type="text/html")


def test_a_page_becomes_values_with_their_places_and_steps_in_plain_words(agent: LocalAgent, site: Site) -> None:
    site.pages["/"] = _html(SHOP)
    reporter = Recorder()
    result = agent.run(Task(site.url(), "", [PRICE]), reporter)
    assert result.data == {"price": 24.9}
    assert result.sources == {"price": "visible price '$24.90'"}
    assert [step.description for step in reporter.steps] == [
        "Opening the page",
        "Reading embedded data, tables and labels",
        "Matching 1 field",
        "Found 1 of 1 field",
    ]


def test_redirects_and_pages_that_send_their_reader_on_are_followed(agent: LocalAgent, site: Site) -> None:
    site.pages["/shop"] = _html(SHOP)
    site.pages["/moved"] = redirect("/shop")
    onward = _html(b'<meta http-equiv="refresh" content="0; url=/moved">')
    assert _run(agent, site, onward).data == {"price": 24.9}


@pytest.mark.parametrize(
    ("status", "code", "transient"),
    [
        (404, ErrorCode.PAGE_NOT_FOUND, False),
        (403, ErrorCode.ACCESS_BLOCKED, False),
        (429, ErrorCode.RATE_LIMITED, True),
        (503, ErrorCode.SITE_ERROR, True),
    ],
)
def test_what_a_site_refuses_is_a_typed_error(
    agent: LocalAgent, site: Site, status: int, code: ErrorCode, transient: bool
) -> None:
    error = _error(agent, site, answer(SHOP, status=status))
    assert (error.code, error.transient) == (code, transient)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"%PDF-1.7 ...", "text/html", "a PDF document"),
        (b"\x89PNG....", "image/png", "a picture"),
        (b"\x00\x01\x02", "application/x-tar", r"a file \(application/x-tar\)"),
        (b"  ", "text/html", "an empty page"),
    ],
)
def test_what_is_no_page_is_named(agent: LocalAgent, site: Site, body: bytes, kind: str, said: str) -> None:
    error = _error(agent, site, answer(body, content_type=kind))
    assert (error.code, error.transient) == (ErrorCode.INVALID_RESULT, False)
    assert said.replace("\\", "") in error.message


def test_an_address_that_may_not_be_visited_is_refused(site: Site) -> None:
    agent = LocalAgent(policy=site.policy(allowed_networks=()), processes=1)
    error = _error(agent, site, _html(SHOP))
    assert (error.code, error.transient) == (ErrorCode.OUTBOUND_REFUSED, False)


def test_a_bad_selector_is_told_before_anything_is_fetched(agent: LocalAgent, site: Site) -> None:
    asked = len(site.seen)
    error = _error(agent, site, _html(SHOP), instructions="price: css=..x")
    assert (error.code, error.transient) == (ErrorCode.SELECTOR_NOT_FOUND, False)
    assert "css=..x for 'price'" in error.message
    assert len(site.seen) == asked


def test_an_unknown_setting_is_refused(agent: LocalAgent, site: Site) -> None:
    assert not _error(agent, site, _html(SHOP), settings={"render": "sometimes"}).transient


def test_a_cancelled_attempt_ends(agent: LocalAgent, site: Site) -> None:
    site.pages["/"] = _html(SHOP)
    reporter = Recorder()
    reporter.cancelled.set()
    with pytest.raises(Cancelled):
        agent.run(Task(site.url(), "", [PRICE]), reporter)


def test_a_site_that_never_answers_runs_out_of_time(agent: LocalAgent, site: Site) -> None:
    def silence(request: BaseHTTPRequestHandler) -> None:
        site.stopping.wait(20)

    error = _error(agent, site, silence, timeout=0.5)
    assert (error.code, error.transient) == (ErrorCode.TIMEOUT, True)


def test_a_browser_that_is_wanted_but_missing_pauses_the_execution(
    agent: LocalAgent, site: Site, settings: Any
) -> None:
    settings.MINO_CHROMIUM = "/nowhere/chromium"
    error = _error(agent, site, _html(SHOP), settings={"render": "always"})
    assert (error.code, error.transient, error.pause) == (ErrorCode.AGENT_FAILURE, False, True)
    assert _run(agent, site, _html(SHOP), settings={"render": "auto"}).data == {"price": 24.9}


@pytest.mark.browser
@pytest.mark.skipif(not available(), reason="needs Chromium")
@pytest.mark.parametrize("mode", ["auto", "always"])
def test_a_page_made_by_scripts_is_read_as_the_browser_shows_it(agent: LocalAgent, site: Site, mode: str) -> None:
    made = b"<body><script>document.body.innerHTML = '<h1>Teapot</h1><p class=price>$24.90</p>'</script></body>"
    site.pages["/"] = _html(made)
    reporter = Recorder()
    task = Task(site.url(), "", [PRICE], settings={"render": mode, "screenshots": True})
    assert agent.run(task, reporter).data == {"price": 24.9}
    assert [shot.image[:4] for shot in reporter.screenshots] == [b"\x89PNG"]
    shut_down()


@pytest.mark.browser
@pytest.mark.skipif(not available(), reason="needs Chromium")
def test_an_agent_that_closes_takes_its_browser_with_it(site: Site) -> None:
    built = LocalAgent(policy=site.policy(), processes=1)
    _run(built, site, _html(SHOP), settings={"render": "always"})
    assert any(thread.name == "browser" for thread in threading.enumerate())
    built.close()
    assert not any(thread.name == "browser" for thread in threading.enumerate())
