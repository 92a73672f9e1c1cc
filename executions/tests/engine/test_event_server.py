"""Live events as a program gets them: through the API's redirect, from the real server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, User
from executions.engine.attempt import Attempt
from executions.events.reading import events_after, standings
from executions.events.tokens import token_give
from executions.models import Execution, ExecutionEvent
from executions.services import control
from executions.services.control import execution_pause, execution_stop
from executions.services.sweeping import end_left
from executions.tests.engine.following import following, get, numbers, until, way
from mino.tests.api.asking import Asker, browser, program
from mino.tests.processes import wait_for

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db(transaction=True)


def _finish(finish: Take, attempt: Attempt) -> None:
    finish(attempt, "right")
    connection.close()


def test_an_execution_is_followed_to_its_end(
    address: str, asker: Asker, start: Start, take: Take, finish: Take
) -> None:
    execution = start(rows=1)
    attempt = take(1)[0]
    with following(way(asker, execution)) as events:
        assert until(events, "progress")[-1].data["jobs"]["running"] == 1
        finish(attempt, "right")
        heard = until(events, "end")
        assert list(events) == []
    finished = next(event for event in heard if event.type == "job.finished")
    assert finished.data["jobs"][0]["evaluation_result"] == "pass"
    assert [event.data["status"] for event in heard if event.type == "state.changed"] == ["completed"]
    assert heard[-1].data["jobs"]["completed"] == 1


def test_who_comes_back_gets_what_was_missed_once(
    address: str, asker: Asker, start: Start, take: Take, finish: Take, owner: User
) -> None:
    execution = start(rows=3)
    first, second, _ = take(3)
    with following(way(asker, execution, query="?last_event_id=0")) as events:
        assert numbers(until(events, "progress")) == [1]
    finish(first, "right")
    finish(second, "wrong")
    with following(way(asker, execution), **{"Last-Event-ID": "1"}) as events:
        assert numbers(until(events, "progress")) == [2, 3]
        execution_stop(execution.pk, user=owner)
        assert numbers(until(events, "end")) == [4]


def test_who_has_seen_no_event_yet_comes_back_with_the_position(
    address: str, asker: Asker, start: Start, take: Take, finish: Take, owner: User
) -> None:
    execution = start(rows=2)
    attempt, _ = take(2)
    with following(way(asker, execution)) as events:
        joined = next(events)
    assert (joined.type, joined.id) == ("progress", 1)
    finish(attempt, "right")
    execution_pause(execution.pk, user=owner)
    with following(way(asker, execution), **{"Last-Event-ID": str(joined.id)}) as events:
        heard = until(events, "progress")
    assert numbers(heard) == [2, 3]
    assert heard[-1].id == 3


def test_progress_is_never_ahead_of_what_was_told(
    address: str, asker: Asker, start: Start, take: Take, finish: Take, owner: User
) -> None:
    execution = start(rows=3)
    with following(way(asker, execution, query="?last_event_id=0")) as events:
        heard = until(events, "progress")
        for attempt in take(3):
            finish(attempt, "right")
        heard += until(events, "end")
    assert numbers(heard) == [1, 2, 3, 4, 5]
    for before, event in pairwise(heard):
        assert event.id == before.id + (event.type not in ("progress", "end"))


def test_what_is_not_kept_any_more_is_told(address: str, asker: Asker, start: Start, take: Take, finish: Take) -> None:
    execution = start(rows=3)
    for attempt in take(2):
        finish(attempt, "right")
    ExecutionEvent.objects.filter(sequence__lt=3).delete()
    with following(way(asker, execution, query="?last_event_id=0")) as events:
        gap, kept, progress = until(events, "progress")
    assert (gap.type, gap.data, gap.id) == ("gap", {"first": 1, "last": 2}, 2)
    assert (kept.id, progress.id) == (3, 3)


def test_who_knows_the_end_is_sent_away_for_good(address: str, asker: Asker, start: Start, owner: User) -> None:
    execution = start(rows=1)
    execution_stop(execution.pk, user=owner)
    with following(way(asker, execution)) as events:
        heard = list(events)
    assert [event.type for event in heard] == ["progress", "end"]
    execution.refresh_from_db()
    for known in (*(event.id for event in heard), execution.last_event, execution.last_event + 1):
        assert get(way(asker, execution, query=f"?last_event_id={known}")).status_code == 204


def test_polling_waits_for_what_happens(
    address: str, asker: Asker, start: Start, take: Take, finish: Take, owner: User
) -> None:
    execution = start(rows=2)
    attempt, _ = take(2)
    first = get(way(asker, execution, "events/poll")).json()
    assert (first["data"], first["last_event_id"], first["finished"]) == ([], 1, False)
    nothing = get(way(asker, execution, "events/poll", "?last_event_id=1&wait=0")).json()
    assert nothing["data"] == []
    url = way(asker, execution, "events/poll", "?last_event_id=1&wait=20")
    later = threading.Timer(0.2, _finish, [finish, attempt])
    later.start()
    second = get(url).json()
    later.join()
    assert [event["type"] for event in second["data"]] == ["job.finished"]
    execution_stop(execution.pk, user=owner)
    last = get(way(asker, execution, "events/poll", f"?last_event_id={second['last_event_id']}")).json()
    assert last["finished"]
    assert last["progress"]["status"] == "stopped"


def test_the_address_opens_one_execution(address: str, asker: Asker, start: Start, organization: Organization) -> None:
    execution, other = start(rows=1), start(rows=1)
    token = way(asker, execution).partition("token=")[2]
    for wrong in (
        f"{address}/executions/{other.pk}/events?token={token}",
        f"{address}/executions/{execution.pk}/events?token={token}x",
        f"{address}/executions/{execution.pk}/events",
    ):
        response = get(wrong)
        assert response.status_code == 401
        assert response.json()["code"] == "INVALID_TOKEN"
        assert response.json()["request_id"]


@pytest.mark.parametrize(
    "query",
    [
        *("last_event_id=x", "last_event_id=-1", "last_event_id=" + "9" * 19),
        *("last_event_id=1&wait=x", "last_event_id=1&wait=51", "last_event_id=1&wait=" + "51".zfill(12)),
    ],
)
def test_a_wrong_number_is_refused(address: str, start: Start, query: str) -> None:
    execution = start(rows=1)
    token = token_give(execution.pk, execution.organization_id)
    response = get(f"{address}/executions/{execution.pk}/events/poll?token={token}&{query}")
    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_number_beyond_the_last_event_counts_as_the_last(address: str, asker: Asker, start: Start) -> None:
    execution = start(rows=1)
    with following(way(asker, execution, query="?last_event_id=99")) as events:
        assert numbers(until(events, "progress")) == []


def test_a_page_of_another_origin_may_be_led_here_with_its_key(
    settings: Settings, request: pytest.FixtureRequest
) -> None:
    """The redirect takes the headers along where the proxy has API and events at one address, and asks first."""
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    asked = httpx.options(
        f"{request.getfixturevalue('address')}/executions/{uuid4()}/events",
        headers={
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization,last-event-id,x-mino-organization",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "https://app.example"


def test_a_page_of_mino_may_ask_from_its_own_origin(settings: Settings, request: pytest.FixtureRequest) -> None:
    settings.PUBLIC_URL = "https://mino.example:8443/mino"
    address = request.getfixturevalue("address")
    for origin, allowed in (("https://mino.example:8443", "https://mino.example:8443"), ("https://mino.example", None)):
        answer = get(f"{address}/executions/{uuid4()}/events", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed


def test_an_organization_has_so_many_streams_and_no_more(
    settings: Settings, asker: Asker, start: Start, request: pytest.FixtureRequest
) -> None:
    settings.EVENT_LISTENERS = 1
    request.getfixturevalue("address")
    execution = start(rows=1)
    with following(way(asker, execution)) as events:
        next(events)
        refused = get(way(asker, execution))
        assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMIT_EXCEEDED")
        assert refused.headers["Retry-After"]
    wait_for(lambda: httpx.head(way(asker, execution)).status_code == 200)
    wait_for(lambda: get(way(asker, execution, "events/poll")).status_code == 200)  # the headers took no place


@contextmanager
def away(model: type[Model]) -> Iterator[None]:
    """Have the database refuse questions for the model's table."""
    table = connection.ops.quote_name(model._meta.db_table)
    elsewhere = connection.ops.quote_name("elsewhere")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {elsewhere}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {elsewhere} RENAME TO {table}")


def test_a_database_that_does_not_answer_is_an_error_of_the_api(
    settings: Settings, asker: Asker, start: Start, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    request.getfixturevalue("address")
    execution = start(rows=1)
    ways: list[tuple[type[Model], str]] = [
        (Execution, way(asker, execution)),
        (Execution, way(asker, execution, "events/poll")),
        (ExecutionEvent, way(asker, execution, "events/poll", "?last_event_id=0")),
    ]
    for model, url in ways:
        with away(model):
            response = get(url, headers={"Origin": "https://app.example"})
        assert (response.status_code, response.json()["code"]) == (503, "DATABASE_ERROR")
        assert response.headers["Retry-After"]
        assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert urlsplit(url).path in caplog.text
        caplog.clear()


def test_a_browser_comes_back_to_a_database_that_did_not_answer(
    address: str, asker: Asker, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    execution = start(rows=1)
    url = way(asker, execution)
    with away(Execution), following(url, Accept="text/event-stream") as events:
        assert list(events) == []
    with away(ExecutionEvent), following(url, **{"Last-Event-ID": "0"}) as events:
        assert list(events) == []
    assert caplog.text.count("DATABASE_ERROR") == 2
    with following(url, **{"Last-Event-ID": "0"}) as events:
        assert numbers(until(events, "progress")) == [1]


def test_what_is_deleted_meanwhile_ends_the_stream(address: str, asker: Asker, start: Start, owner: User) -> None:
    execution = start(rows=1)
    with following(way(asker, execution)) as events:
        until(events, "progress")
        execution_stop(execution.pk, user=owner)
        Execution.objects.filter(pk=execution.pk).delete()
        end = until(events, "end")[-1].data
    assert (end["status"], end["jobs"]["total"]) == ("deleted", 1)


def test_strangers_and_other_scopes_get_no_address(
    start: Start, organization: Organization, stranger: User, viewer: User
) -> None:
    execution = start(rows=1)
    path = f"executions/{execution.pk}/events"
    assert browser(stranger)("GET", path).status_code == 404
    assert program(organization, "read:projects")("GET", path).status_code == 403
    assert browser(viewer)("GET", path).status_code == 307


def test_reading_takes_two_queries_however_many_executions(start: Start, owner: User) -> None:
    executions = [start(rows=1) for _ in range(3)]
    for execution in executions:
        execution_pause(execution.pk, user=owner)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = standings([one.pk for one in executions])
        events = events_after({one.pk: 0 for one in executions})
    assert len(queries) == 2
    assert {one.last_event for one in found.values()} == {2}
    assert [len(events[one.pk]) for one in executions] == [2, 2, 2]


def test_the_way_leads_to_the_configured_server(settings: Settings, asker: Asker, start: Start) -> None:
    settings.EVENTS_URL = "https://mino.example/live"
    execution = start(rows=1)
    parts = urlsplit(way(asker, execution, "events/poll", "?wait=3"))
    assert (parts.scheme, parts.netloc) == ("https", "mino.example")
    assert parts.path == f"/live/executions/{execution.pk}/events/poll"
    assert parts.query.startswith("wait=3&token=")


def test_the_end_comes_with_the_figures_that_stay(
    address: str, asker: Asker, start: Start, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = start(rows=3)
    with monkeypatch.context() as patch:
        patch.setattr(control, "end_waiting", lambda _: 0)
        execution_stop(execution.pk, user=owner)
    poll = get(way(asker, execution, "events/poll", "?last_event_id=2&wait=0")).json()
    assert (poll["finished"], poll["progress"]["jobs"]["queued"]) == (False, 3)
    with following(way(asker, execution, query="?last_event_id=2")) as events:
        next(events)
        assert end_left() == 3
        end = until(events, "end")[-1].data
    assert (end["status"], end["jobs"]["queued"], end["jobs"]["stopped"]) == ("stopped", 0, 3)
    assert get(way(asker, execution, "events/poll", "?last_event_id=2")).json()["finished"]


@pytest.fixture
def one_place(settings: Settings, request: pytest.FixtureRequest) -> None:
    """A running event server with one place for each organization."""
    settings.EVENT_LISTENERS = 1
    request.getfixturevalue("address")


@pytest.mark.usefixtures("one_place")
def test_who_goes_while_a_poll_waits_gives_the_place_back(asker: Asker, start: Start) -> None:
    execution = start(rows=1)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(way(asker, execution, "events/poll", "?last_event_id=1&wait=50"), timeout=1)
    wait_for(lambda: get(way(asker, execution, "events/poll")).status_code == 200, 20)


@pytest.mark.usefixtures("one_place")
def test_who_reads_nothing_is_broken_off(asker: Asker, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """More is sent than the buffers of both sides hold."""
    monkeypatch.setattr("executions.events.connections.UNREAD_SECONDS", 0.5)
    execution = start(rows=1)
    now, large = timezone.now(), {"text": "x" * 1_000_000}
    for sequence in range(2, 22):
        ExecutionEvent.objects.create(execution=execution, sequence=sequence, created_at=now, data=large)
    Execution.objects.filter(pk=execution.pk).update(last_event=21)
    url = urlsplit(way(asker, execution, query="?last_event_id=0"))
    with socket.create_connection((url.hostname, url.port)) as connected:
        connected.sendall(f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        assert connected.recv(15) == b"HTTP/1.1 200 OK"
        wait_for(lambda: get(way(asker, execution, "events/poll")).status_code == 200, 20)
