"""States, outcomes, bars and times as HTML."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import ResolverMatch
from django.utils import timezone

from executions.models import ExecutionStatus, JobStatus, SessionStatus
from mino.common.ui import bars, signs
from mino.common.values.share import Share


def render(source: str, **context: Any) -> str:
    return Template("{% load mino_ui %}" + source).render(Context(context))


@pytest.mark.parametrize("status", [*ExecutionStatus, *JobStatus, *SessionStatus])
def test_every_state_has_an_icon_and_its_word(status: str) -> None:
    assert status in signs.STATES
    html = render("{% state status %}", status=status)
    assert "<svg" in html
    assert status.replace("_", " ").capitalize() in html


def test_a_state_that_nobody_knows_shows_its_own_name() -> None:
    assert "Very odd" in signs.state("very_odd")


def test_a_state_is_escaped() -> None:
    assert "<b>" not in signs.state("<b>")


def test_a_strip_tells_all_its_outcomes_to_those_who_cannot_see_it() -> None:
    html = render("{% strip cells %}", cells=[("name", "correct"), ('"price"', "wrong")])
    assert 'aria-label="name: correct, &quot;price&quot;: wrong"' in html
    assert html.count("<svg") == 2


def test_a_bar_keeps_its_order_and_fills_only_what_is_done() -> None:
    html = bars.progress_bar({"queued": 50, "error": 10, "completed": 40})
    assert html.index('data-k="completed"') < html.index('data-k="error"')
    assert '<rect data-k="error" x="40.00%" width="10.00%"' in html
    assert 'data-k="queued"' not in html
    assert 'aria-label="40 completed, 10 error, 50 queued"' in html


def test_a_bar_of_nothing_is_empty() -> None:
    assert 'aria-label="nothing yet"' in bars.progress_bar({}, total=0)


def test_an_interval_stays_inside_its_axis() -> None:
    html = bars.interval_bar(Share(0.9, 100, 0.82, 0.95), 0.85, 1)
    assert 'x1="0.00%" x2="66.67%"' in html
    assert 'cx="33.33%"' in html


def test_an_interval_of_nothing_shows_only_the_axis() -> None:
    html = bars.interval_bar(Share.of(0, 0))
    assert "axis" in html
    assert "band" not in html


def test_a_share_always_comes_with_its_n() -> None:
    assert "n = 100 cells" in render('{% share accuracy "cells" %}', accuracy=Share.of(90, 100))
    assert "n = 0" in render("{% share accuracy %}", accuracy=Share.of(0, 0))


def test_a_time_is_relative_and_exact_on_hover_in_the_readers_zone() -> None:
    moment = timezone.now() - timedelta(minutes=20)
    with timezone.override("Asia/Tokyo"):
        html = render('{% relative_time moment "started" %}', moment=moment)
    assert ">started 20\u00a0min ago</time>" in html
    assert "JST" in html


def test_a_time_that_never_was_is_a_dash() -> None:
    assert render("{% relative_time moment %}", moment=None) == "–"


@pytest.mark.parametrize(
    ("name", "marked"), [("organization", True), ("organization_home", False), ("project_list", True), ("job", False)]
)
def test_the_link_of_the_current_page_is_marked(rf: RequestFactory, name: str, marked: bool) -> None:
    request = rf.get("/")
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name=name)
    html = render('{% current "organization" "project*" %}', request=request)
    assert html == ('aria-current="page"' if marked else "")
