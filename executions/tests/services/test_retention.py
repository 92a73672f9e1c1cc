"""What is kept for a time only: pictures and raw answers."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Organization
from executions.agents.base import Screenshot as Taken
from executions.models import Screenshot, Session
from executions.pictures.storing import screenshot_store
from executions.services import retention
from executions.services.deletion import purge_batch
from executions.services.retention import raw_results_expire, screenshots_expire
from executions.tests.pictures.conftest import assert_usage_equals_pictures, files_in, image_of
from mino.common.models import first_id_at, new_id
from mino.tests.factories import JobFactory, SessionFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def nothing_walked(settings: Settings, tmp_path: Path) -> None:
    """Forget what earlier tests walked; files lie in the test's own folder."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path


def begun(days: int, **values: object) -> Session:
    """An attempt that began so many days ago."""
    at = NOW - timedelta(days=days)
    session: Session = SessionFactory(
        id=uuid.UUID(int=first_id_at(at).int + new_id().int % 2**64), started_at=at, **values
    )
    return session


def pictures_of(session: Session, count: int, taken_at: datetime) -> None:
    for _ in range(count):
        screenshot_store(session.organization_id, session.pk, Taken(image_of()))
    Screenshot.objects.filter(session=session).update(taken_at=taken_at)


def test_pictures_go_after_their_days_with_their_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    monkeypatch.setattr("executions.pictures.removing.AT_ONCE", 2)
    pictures_of(SessionFactory(), 5, NOW - timedelta(days=31))
    kept = SessionFactory()
    pictures_of(kept, 2, NOW - timedelta(days=29))
    with django_capture_on_commit_callbacks(execute=True):
        assert screenshots_expire(now=NOW) == 5
    assert {one.session_id for one in Screenshot.objects.all()} == {kept.pk}
    assert_usage_equals_pictures()
    assert len(files_in(tmp_path)) == 4


def test_pictures_from_before_limits_were_kept_go_too() -> None:
    Screenshot.objects.create(session=SessionFactory(), image="screenshots/old.png", taken_at=NOW - timedelta(days=40))
    assert screenshots_expire(now=NOW) == 1


def test_an_organization_above_a_lowered_limit_loses_its_oldest_pictures(settings: Settings) -> None:
    session = SessionFactory()
    pictures_of(session, 4, NOW)
    settings.SCREENSHOT_BYTES_PER_ORGANIZATION = 2 * Screenshot.objects.all()[0].bytes
    assert screenshots_expire(now=NOW) == 0
    assert Screenshot.objects.count() == 2
    assert_usage_equals_pictures()


def test_raw_answers_go_after_their_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    old = [begun(days, raw_result={"price": 1}) for days in (400, 300, 200, 181)]
    young = begun(179, raw_result={"price": 1})
    silent = begun(250)
    assert raw_results_expire(now=NOW) == 4
    left = Session.objects.filter(raw_result__isnull=False)
    assert list(left) == [young]
    assert Session.objects.filter(pk__in=[silent.pk, *(one.pk for one in old)]).count() == 5


def test_old_attempts_are_walked_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for days in range(200, 210):
        begun(days, raw_result={})
    assert raw_results_expire(now=NOW) == 10
    with django_assert_num_queries(2):  # the walk, and which organizations have their own time
        assert raw_results_expire(now=NOW + timedelta(hours=1)) == 0
    begun(180, raw_result={})
    assert raw_results_expire(now=NOW + timedelta(hours=1)) == 1


def test_an_attempt_that_answered_late_is_seen_at_the_next_walk() -> None:
    session = begun(180)
    raw_results_expire(now=NOW + timedelta(hours=1))
    Session.objects.filter(pk=session.pk).update(raw_result={})
    assert raw_results_expire(now=NOW + timedelta(hours=2)) == 1


def test_a_deleted_batch_gives_its_space_back(
    tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    job = JobFactory(execution__status="completed", status="completed")
    pictures_of(SessionFactory(job=job, status="completed"), 3, NOW)
    with django_capture_on_commit_callbacks(execute=True):
        purge_batch(job.batch_id)
    assert not Screenshot.objects.exists()
    assert_usage_equals_pictures()
    assert files_in(tmp_path) == []


def test_an_organization_keeps_pictures_and_raw_answers_for_its_own_time(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    strict, usual = begun(20, raw_result={"a": 1}), begun(20, raw_result={"a": 1})
    younger = begun(5, raw_result={"a": 1}, job=strict.job)
    for session in (strict, usual):
        pictures_of(session, 1, NOW - timedelta(days=20))
    Organization.objects.filter(pk=strict.organization_id).update(screenshot_days=7, raw_result_days=10)
    with django_capture_on_commit_callbacks(execute=True):
        assert (screenshots_expire(now=NOW), raw_results_expire(now=NOW)) == (1, 1)
    assert Screenshot.objects.get().session_id == usual.pk
    assert set(Session.objects.filter(raw_result__isnull=False)) == {usual, younger}
    Organization.objects.filter(pk=usual.organization_id).update(raw_result_days=10)
    assert raw_results_expire(now=NOW) == 1  # who joins the others is looked through from the beginning
    assert raw_results_expire(now=NOW) == 0
    Organization.objects.update(screenshot_days=500)
    assert screenshots_expire(now=NOW + timedelta(days=11)) == 1  # never longer than the installation
