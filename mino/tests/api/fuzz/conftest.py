"""Fixtures for the generated requests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import signals
from django.db import close_old_connections


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the connection that holds the test's transaction, as Django's own test client does."""
    kept = (signals.request_started, signals.request_finished)
    for signal in kept:
        signal.disconnect(close_old_connections)
    yield
    for signal in kept:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _aside(settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder for what is uploaded, and silence about what is refused."""
    settings.MEDIA_ROOT = tmp_path
    caplog.set_level(logging.ERROR, "django.request")


@pytest.fixture
def examples(pytestconfig: pytest.Config) -> int | None:
    """How many requests an operation and asker a long run makes; None for the usual run."""
    asked: int | None = pytestconfig.getoption("examples")
    return asked
