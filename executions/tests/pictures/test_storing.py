"""Pictures of attempts, stored with their thumbnails within the limit of their organization."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from executions.agents.base import Screenshot as Taken
from executions.models import Screenshot, Session
from executions.pictures import storing
from executions.pictures.storing import NO_PICTURE, NO_ROOM, screenshot_store
from executions.tests.pictures.conftest import assert_usage_equals_pictures, files_in, image_of


def store(session: Session, image: bytes, caption: str = "") -> None:
    screenshot_store(session.organization_id, session.pk, Taken(image, caption))
    assert_usage_equals_pictures()


def size_of_one(session: Session) -> int:
    store(session, image_of())
    size = Screenshot.objects.get().bytes
    assert size > 0
    return size


def test_a_picture_keeps_its_bytes_and_gets_a_thumbnail(session: Session, media: Path) -> None:
    image = image_of("PNG", 1440, 900)
    store(session, image, "The page\x00 with its prices")
    stored = Screenshot.objects.get()
    with default_storage.open(str(stored.thumbnail.name)) as file:
        thumbnail = file.read()
    with default_storage.open(str(stored.image.name)) as file:
        assert file.read() == image
    assert (stored.organization_id, stored.caption) == (session.organization_id, "The page with its prices")
    assert stored.bytes == len(image) + len(thumbnail)
    assert len(files_in(media)) == 2


@pytest.mark.parametrize("image", [b"<html>", image_of("JPEG", 300, 300)[:-400], b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_whole_picture_is_left_out_and_said_once(session: Session, media: Path, image: bytes) -> None:
    store(session, image)
    store(session, image)
    note = Screenshot.objects.get()
    assert (note.caption, note.image.name, note.bytes) == (NO_PICTURE, "", 0)
    assert files_in(media) == []


def test_when_the_limit_is_reached_the_oldest_pictures_go(
    session: Session,
    media: Path,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.SCREENSHOT_BYTES_PER_ORGANIZATION = size_of_one(session) * 3
    with django_capture_on_commit_callbacks(execute=True):
        for name in "abcd":
            store(session, image_of(), name)
    assert [one.caption for one in Screenshot.objects.all()] == ["b", "c", "d"]
    assert len(files_in(media)) == 6


def test_a_picture_larger_than_the_limit_removes_nothing_and_is_missed(session: Session, settings: Settings) -> None:
    settings.SCREENSHOT_BYTES_PER_ORGANIZATION = size_of_one(session)
    store(session, image_of("PNG", 800, 600))
    assert [one.caption for one in Screenshot.objects.all()] == ["", NO_ROOM]


def test_room_is_made_in_bounded_steps(session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("executions.pictures.limits.AT_ONCE", 1)
    monkeypatch.setattr("executions.pictures.limits.CHUNKS", 2)
    size = size_of_one(session)
    for _ in range(4):
        store(session, image_of())
    settings.SCREENSHOT_BYTES_PER_ORGANIZATION = size * 2
    store(session, image_of())
    assert Screenshot.objects.filter(bytes__gt=0).count() == 3
    assert Screenshot.objects.filter(caption=NO_ROOM).exists()
    store(session, image_of(), "fits again")
    assert Screenshot.objects.filter(bytes__gt=0).count() == 2


def test_a_picture_that_can_not_be_written_down_leaves_no_file(
    session: Session, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bool:
        raise DatabaseError("gone")

    monkeypatch.setattr(storing, "reserve", fail)
    with pytest.raises(DatabaseError):
        store(session, image_of())
    assert files_in(media) == []


def test_a_picture_for_which_others_take_the_room_leaves_no_file(
    session: Session, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "reserve", lambda *_: False)
    store(session, image_of())
    assert Screenshot.objects.get().caption == NO_ROOM
    assert files_in(media) == []
