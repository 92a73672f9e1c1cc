"""`EventSource` of a real browser follows an execution, for longer than an address and a stream hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.core.asgi import get_asgi_application
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings
from starlette.responses import HTMLResponse

from accounts.models import Membership, Role, User
from executions.events import server, tokens
from executions.models import Execution
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.creation import execution_create
from mino.tests.browser.complaints import Complaints
from mino.tests.factories import MembershipFactory, OrganizationFactory
from mino.tests.serving import serving
from projects.models import Batch

Follow = Callable[[User, Execution], None]
LIVE = "/live"
PAGE = '<!doctype html><link rel="icon" href="data:,"><title>A page of this origin</title>'
FOLLOW = """path => {
    window.heard = []; window.opened = 0
    window.source = new EventSource(path)
    source.onopen = () => { window.opened += 1 }
    for (const type of ["job.finished", "state.changed", "end"]) {
        source.addEventListener(type, event => heard.push([Number(event.lastEventId), JSON.parse(event.data).status]))
    }
}"""
COME_BACK = 3
"""How often the browser has come back when it must have been led to a new address."""
IS_CLOSED = "() => source.readyState === EventSource.CLOSED"


def together() -> Any:
    """MINO and its live events at one origin, as behind a proxy."""
    pages, events = get_asgi_application(), server.application()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith(f"{LIVE}/"):
            path = scope.get("path", "").removeprefix(LIVE)
            await events({**scope, "path": path} if path else scope, receive, send)
        elif scope["path"] == "/page":
            await HTMLResponse(PAGE)(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return application


@pytest.fixture(autouse=True)
def _short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "SECONDS_VALID", 3)
    monkeypatch.setattr(server, "STREAM_SECONDS", 4)
    monkeypatch.setattr(server, "RETRY_MILLISECONDS", 100)


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """An execution that nobody works on."""
    version = batch.project.production_version
    assert version
    return execution_create(batch=batch, user=None, instruction_version=version, agent="local")


@pytest.fixture
def follow(page: Page, settings: Settings) -> Iterator[Follow]:
    """Has a person follow an execution in a page of MINO's origin."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    def begin(user: User, execution: Execution) -> None:
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookie = client.cookies[real_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": settings.PUBLIC_URL}])
        page.goto(f"{settings.PUBLIC_URL}/page")
        page.evaluate(FOLLOW, f"/api/v1/executions/{execution.pk}/events?last_event_id=0")

    yield begin
    page.evaluate("() => source.close()")


@pytest.fixture
def at_one_origin(settings: Settings) -> Iterator[None]:
    """MINO and its live events at one origin."""
    with serving(together()) as settings.PUBLIC_URL:
        settings.EVENTS_URL = settings.PUBLIC_URL + LIVE
        yield


@pytest.mark.usefixtures("at_one_origin")
def test_a_browser_follows_to_the_end(page: Page, follow: Follow, execution: Execution, owner: User) -> None:
    MembershipFactory(organization=OrganizationFactory(), user=owner, role=Role.OWNER)
    follow(owner, execution)
    page.wait_for_function(f"() => opened === {COME_BACK}")
    execution_pause(execution.pk, user=owner)
    page.wait_for_function(f"() => opened === {COME_BACK + 1}")
    execution_resume(execution.pk, user=owner)
    execution_stop(execution.pk, user=owner)
    page.wait_for_function(IS_CLOSED)
    states = ["running", "paused", "running", "stopped"]
    assert page.evaluate("heard") == [*([number, state] for number, state in enumerate(states, 1)), [4, "stopped"]]


@pytest.mark.usefixtures("at_one_origin")
def test_who_may_no_more_does_not_come_back(
    page: Page, follow: Follow, execution: Execution, viewer: User, complaints: Complaints
) -> None:
    complaints.expect("status of 404")
    follow(viewer, execution)
    page.wait_for_function("() => opened === 1")
    Membership.objects.filter(user=viewer).delete()
    page.wait_for_function(IS_CLOSED)
    assert page.evaluate("opened") <= COME_BACK


def test_events_at_a_port_of_their_own_are_followed_until_their_address_has_run_out(
    page: Page, follow: Follow, execution: Execution, viewer: User, settings: Settings, complaints: Complaints
) -> None:
    complaints.expect("CORS policy|net::ERR_FAILED|status of 401")
    with serving(together()) as settings.PUBLIC_URL, serving(server.application()) as settings.EVENTS_URL:
        follow(viewer, execution)
        page.wait_for_function("() => heard.length === 1")
        page.wait_for_function(IS_CLOSED)
