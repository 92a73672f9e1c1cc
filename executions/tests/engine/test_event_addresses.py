"""Where those who follow an execution are sent: to the process with the events, and back to the API."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from pytest_django import Settings

from accounts.models import Organization, Role, User
from executions.events import tokens
from executions.models import Execution
from executions.tests.engine.following import following, get, numbers, until, way
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import MembershipFactory, OrganizationFactory

Start = Callable[..., Execution]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old_way(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Where the API sends who asks, by an address that runs out as soon as it is given."""
    now = time.time

    def way_long_ago(execution: Execution, what: str = "events", query: str = "") -> str:
        with monkeypatch.context() as patch:
            patch.setattr("django.core.signing.time.time", lambda: now() - tokens.SECONDS_VALID - 1)
            return way(asker, execution, what, query)

    return way_long_ago


@pytest.mark.parametrize(
    ("what", "query"), [("events", ""), ("events", "last_event_id=0"), ("events/poll", "last_event_id=0&wait=7")]
)
@pytest.mark.usefixtures("address")
def test_an_address_that_has_run_out_leads_back_to_the_api(
    old_way: Callable[..., str], start: Start, settings: Settings, what: str, query: str
) -> None:
    settings.PUBLIC_URL = "https://mino.example/mino"
    execution = start(rows=1)
    back = get(old_way(execution, what, f"?{query}"))
    assert (back.status_code, back.headers["Cache-Control"]) == (307, "no-store")
    parts = urlsplit(back.headers["Location"])
    assert parts._replace(query="").geturl() == f"https://mino.example/mino/api/v1/executions/{execution.pk}/{what}"
    assert [pair for pair in parse_qsl(parts.query) if pair[0] != "sent_back"] == parse_qsl(query)


@pytest.mark.usefixtures("address")
def test_who_is_led_back_goes_on_where_it_was(asker: Asker, old_way: Callable[..., str], start: Start) -> None:
    execution = start(rows=1)
    back = urlsplit(get(old_way(execution, query="?last_event_id=1")).headers["Location"])
    with following(way(asker, execution, query=f"?{back.query}"), **{"Last-Event-ID": "0"}) as events:
        assert numbers(until(events, "progress")) == [1]


@pytest.mark.usefixtures("address")
def test_an_address_that_runs_out_at_once_leads_nowhere(
    old_way: Callable[..., str], start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    execution = start(rows=1)
    back = urlsplit(get(old_way(execution)).headers["Location"])
    refused = get(old_way(execution, query=f"?{back.query}"))
    assert (refused.status_code, refused.json()["code"]) == (401, "INVALID_TOKEN")
    assert "clocks" in caplog.text
    long_ago = int(time.time()) - tokens.SECONDS_VALID
    assert get(old_way(execution, query=f"?sent_back={long_ago}")).status_code == 307


def test_the_execution_tells_the_organization(start: Start, viewer: User, stranger: User) -> None:
    elsewhere = Organization.objects.get(slug="elsewhere")
    MembershipFactory(organization=elsewhere, user=viewer, role=Role.OWNER)
    MembershipFactory(organization=OrganizationFactory(), user=stranger)
    execution = start(rows=1)
    for path in (f"executions/{execution.pk}/events", f"executions/{execution.pk}/events/poll"):
        assert browser(viewer)("GET", path).status_code == 307
        assert code_of(browser(viewer, elsewhere)("GET", path)) == "NOT_FOUND"
        assert code_of(browser(stranger)("GET", path)) == "MISSING_FIELD"
    assert code_of(browser(viewer)("GET", f"executions/{execution.pk}")) == "MISSING_FIELD"
