"""An export that waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from accounts.models import User
from analytics.exporting.background import claims
from analytics.exporting.background.ordering import export_order
from analytics.exporting.background.running import FOLDER
from analytics.exporting.formats import ExportFormat
from analytics.exporting.results import Results
from analytics.models import Export
from analytics.tests.exporting.conftest import mixed
from executions.models import Execution

__all__ = ["mixed"]
Files = Callable[[], set[str]]


@pytest.fixture(autouse=True)
def own_storage(settings: Settings, tmp_path: Path) -> None:
    """Files of these tests stay apart from all others, and every progress is written down."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk writes its progress down."""
    monkeypatch.setattr(claims, "TELL_EVERY", 0)


@pytest.fixture
def waiting(mixed: Execution, viewer: User) -> Export:
    """An export of four results as CSV, ordered by the viewer."""
    return export_order(source=Results(mixed), export_format=ExportFormat.CSV, user=viewer)


@pytest.fixture
def files() -> Files:
    """Gives the files that the storage holds."""

    def names() -> set[str]:
        return set(default_storage.listdir(FOLDER)[1]) if default_storage.exists(FOLDER) else set()

    return names
