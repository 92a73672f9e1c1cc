"""Pictures that are added and removed at once: the counter stays the sum, and below the limit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from executions.agents.base import Screenshot as Taken
from executions.models import Screenshot, ScreenshotUsage, Session
from executions.pictures.removing import remove_pictures
from executions.pictures.storing import screenshot_store
from executions.tests.pictures.conftest import assert_usage_equals_pictures, files_in, image_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tasks: Sequence[Callable[[], object]]) -> None:
    """Run the tasks in threads of their own; what one raises fails the test."""
    failed: list[Exception] = []
    together = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            together.wait(60)
            task()
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert failed == []


def test_many_attempts_that_store_pictures_at_once_stay_within_the_limit(
    session: Session, settings: Settings, media: Path
) -> None:
    def store() -> None:
        screenshot_store(session.organization_id, session.pk, Taken(image_of()))

    store()
    size = Screenshot.objects.get().bytes
    settings.SCREENSHOT_BYTES_PER_ORGANIZATION = size * 5
    at_once([store] * 12)
    assert_usage_equals_pictures()
    assert ScreenshotUsage.objects.get().bytes <= size * 5
    assert len(files_in(media)) == 2 * Screenshot.objects.filter(bytes__gt=0).count()


def test_a_picture_that_two_remove_at_once_is_counted_once(session: Session, media: Path) -> None:
    for _ in range(8):
        screenshot_store(session.organization_id, session.pk, Taken(image_of()))
    pictures = list(Screenshot.objects.values_list("pk", flat=True))
    at_once([lambda: remove_pictures(pictures[:6])] * 4)
    assert_usage_equals_pictures()
    assert (Screenshot.objects.count(), len(files_in(media))) == (2, 4)
