"""Fixtures for tests of pictures: an attempt to store them for, and a storage of the test's own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.db.models import Sum
from PIL import Image
from pytest_django import Settings

from executions.models import Screenshot, ScreenshotUsage, Session
from mino.tests.factories import SessionFactory


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """The folder in which the storage keeps its files."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def session(db: None, media: Path) -> Session:
    """An attempt."""
    attempt: Session = SessionFactory()
    return attempt


def image_of(kind: str = "PNG", width: int = 64, height: int = 48, mode: str = "RGB", **options: object) -> bytes:
    """A picture of a colour that has a size."""
    content = io.BytesIO()
    Image.new(mode, (width, height), 60).save(content, kind, **options)
    return content.getvalue()


def files_in(folder: Path) -> list[Path]:
    """The files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def assert_usage_equals_pictures() -> None:
    """Each organization's counter is the sum of its pictures."""
    sums = Screenshot.objects.filter(bytes__gt=0).values_list("organization").annotate(Sum("bytes")).order_by()
    usages = ScreenshotUsage.objects.filter(bytes__gt=0).values_list("organization", "bytes")
    assert dict(usages) == dict(sums)
