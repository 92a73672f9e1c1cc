"""The attempts on the page of a job, and the addresses of their pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from executions.agents.base import Screenshot as Taken
from executions.models import Job, Retry, Screenshot, Session
from executions.pictures.storing import NO_PICTURE, screenshot_store
from executions.tests.pictures.conftest import image_of
from executions.tests.views.conftest import ClientFor
from executions.views.attempts import attempts_of
from mino.tests.factories import JobFactory, SessionFactory

pytestmark = pytest.mark.django_db
VIEW = "https://live.tinyfish.ai/run/1"


@pytest.fixture
def job(batch: object, settings: Settings, tmp_path: Path) -> Job:
    """A job that has ended, of the organization of the named people."""
    settings.MEDIA_ROOT = tmp_path
    made: Job = JobFactory(execution__batch=batch, execution__status="completed", status="completed", attempts=1)
    return made


@pytest.fixture
def client(client_for: ClientFor, viewer: User) -> Client:
    return client_for(viewer)


@pytest.fixture
def show(client: Client, job: Job) -> Callable[..., str]:
    """The page of the job."""
    return lambda query="": client.get(reverse("job", args=[job.organization.slug, job.pk]) + query).text


Show = Callable[..., str]


def ended(job: Job, status: str = "error", **values: object) -> Session:
    """An attempt that took 83 seconds."""
    began = timezone.now() - timedelta(minutes=5)
    session: Session = SessionFactory(
        job=job, status=status, started_at=began, finished_at=began + timedelta(seconds=83), **values
    )
    return session


def test_an_attempt_tells_its_state_duration_cost_and_error(job: Job, show: Show) -> None:
    ended(job, error_code="TIMEOUT", error_message="The <b>shop</b> was slow.", cost=Decimal("0.32"))
    page = show()
    assert "1:23" in page
    assert "$0.32" in page
    assert "The &lt;b&gt;shop&lt;/b&gt; was slow." in page


@pytest.mark.parametrize(
    ("status", "values", "told"),
    [
        ("lost", {}, "Lost"),
        ("handed_back", {}, "this attempt does not count"),
        ("completed", {"is_adopted": True}, "taken over from a lost worker"),
        ("error", {"may_be_charged_twice": True}, "The agent may have charged for this row twice."),
    ],
)
def test_what_became_of_an_attempt_is_said_in_words(
    job: Job, show: Show, status: str, values: dict[str, object], told: str
) -> None:
    ended(job, "completed")
    assert told not in show()
    ended(job, status, **values)
    assert told in show()


def test_a_retry_says_which_it_was_and_why(job: Job, show: Show) -> None:
    due = timezone.now() - timedelta(minutes=6)
    retry = Retry.objects.create(
        job=job, execution=job.execution, attempt_number=2, scheduled_for=due, error_code="NETWORK_ERROR"
    )
    ended(job, retry=retry)
    page = show()
    assert "Retry 2, due " in page
    assert "because of <code>NETWORK_ERROR</code>" in page


def test_all_times_of_steps_have_one_form(job: Job, show: Show) -> None:
    ended(job, steps=[{"at": at, "description": "Looked", "url": ""} for at in (0.4, 7.2, 61)], step_count=3)
    page = show()
    for time in ("<time>0:00</time>", "<time>0:07</time>", "<time>1:01</time>"):
        assert time in page


def test_a_live_view_is_framed_while_it_is_valid_and_then_said_to_be_expired(job: Job, show: Show) -> None:
    session = ended(job, live_view_url=VIEW, agent_run_id="run-7")
    Session.objects.update(live_view_expires_at=timezone.now() + timedelta(hours=1))
    page = show()
    assert f'src="{VIEW}" title="The agent’s browser at attempt {session.number}" sandbox=' in page
    assert f'<a href="{VIEW}" target="_blank" rel="noopener noreferrer nofollow"><code>run-7</code></a>' in page
    Session.objects.update(live_view_expires_at=timezone.now() - timedelta(hours=1))
    page = show()
    assert "The live view expired" in page
    assert "<code>run-7</code>" in page
    assert VIEW not in page


@pytest.mark.parametrize("url", ["https://evil.example/view", "javascript:alert(1)"])
def test_a_live_view_elsewhere_is_not_framed(job: Job, show: Show, url: str) -> None:
    ended(job, live_view_url=url)
    page = show()
    assert "<iframe" not in page
    assert (f'href="{url}"' in page) is url.startswith("https")


def test_pictures_are_shown_small_and_lead_to_the_large_ones(job: Job, show: Show, client: Client) -> None:
    session = ended(job)
    screenshot_store(job.organization_id, session.pk, Taken(image_of("PNG", 1440, 900), "The page"))
    screenshot_store(job.organization_id, session.pk, Taken(b"<html>"))
    large, small = (
        reverse(name, args=[job.organization.slug, Screenshot.objects.exclude(image="").get().pk])
        for name in ("screenshot", "thumbnail")
    )
    page = show()
    assert f'<a href="{large}" target="_blank" rel="noopener"><img src="{small}" alt="The page" loading="lazy"' in page
    assert NO_PICTURE in page
    answer = client.get(small)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    answer.close()


@pytest.mark.parametrize("name", ["screenshot", "thumbnail"])
def test_a_note_has_no_picture_and_strangers_see_none(
    job: Job, client: Client, client_for: ClientFor, stranger: User, name: str
) -> None:
    session = ended(job)
    screenshot_store(job.organization_id, session.pk, Taken(b"<html>"))
    screenshot_store(job.organization_id, session.pk, Taken(image_of()))
    note, kept = Screenshot.objects.order_by("image")
    slug = job.organization.slug
    assert client.get(reverse(name, args=[slug, note.pk])).status_code == 404
    assert client_for(stranger).get(reverse(name, args=[slug, kept.pk])).status_code == 404


def test_every_attempt_can_be_reached(job: Job, show: Show) -> None:
    for number in range(1, 46):
        ended(job, number=number)
    Job.objects.update(attempts=45)
    newest = show()
    assert 'id="attempt-45"' in newest
    assert 'id="attempt-25"' not in newest
    assert 'href="?attempts_before=26#attempts"' in newest
    middle = show("?attempts_before=26")
    assert ('id="attempt-25"' in middle, 'id="attempt-26"' in middle) == (True, False)
    assert 'href="?attempts_before=6#attempts"' in middle
    assert 'href="?#attempts"' in middle
    oldest = show("?attempts_before=6")
    assert 'id="attempt-1"' in oldest
    assert 'href="?attempts_before=26#attempts"' in oldest
    assert "Older attempts" not in oldest


@pytest.mark.parametrize("text", ["x", "-1", "9999999", "٣"])
def test_a_number_that_is_none_shows_the_newest(job: Job, show: Show, text: str) -> None:
    ended(job)
    assert 'id="attempt-1"' in show(f"?attempts_before={text}")


def test_the_live_part_goes_on_asking_for_the_attempts_that_are_read(job: Job, show: Show) -> None:
    ended(job, "running", number=30)
    ended(job, number=5)
    Job.objects.update(status="running", current_session=None, attempts=30)
    job.execution.__class__.objects.update(status="running")
    address = reverse("job", args=[job.organization.slug, job.pk])
    assert f'hx-get="{address}?attempts_before=20"' in show("?attempts_before=20")
    assert f'hx-get="{address}"' in show()


def test_the_number_of_queries_does_not_grow_with_attempts_and_pictures(
    job: Job, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    url = reverse("job", args=[job.organization.slug, job.pk])
    ended(job)
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    for number in range(2, 12):
        retry = Retry.objects.create(job=job, execution=job.execution, attempt_number=1, scheduled_for=timezone.now())
        session = ended(job, retry=retry, number=number, live_view_url=VIEW)
        screenshot_store(job.organization_id, session.pk, Taken(image_of()))
        screenshot_store(job.organization_id, session.pk, Taken(b"none"))
    with django_assert_num_queries(len(asked)):
        client.get(url)
    with django_assert_num_queries(2):
        attempts = attempts_of(job, None, timezone.now())
    assert sum(len(attempt.pictures) for attempt in attempts.shown) == 10
