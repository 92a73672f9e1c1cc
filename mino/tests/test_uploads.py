"""Requests that are far too large are refused before they are read."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from mino.common import uploads
from mino.tests.subjects import picture

pytestmark = pytest.mark.django_db


def test_a_request_far_above_the_limit_is_refused(
    client: Client, owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SLACK", 0)
    settings.IMPORT_MAX_BYTES = 1000
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    large = SimpleUploadedFile("large.png", b"x" * 5000, "image/png")
    assert client.post("/profile/", {"name": "Ines", "avatar": large}).status_code == 400
    small = SimpleUploadedFile("me.png", picture().read(), "image/png")
    assert client.post("/profile/", {"name": "Ines", "avatar": small}).status_code == 302
