"""Addresses of static files: with their hash, and the same as WhiteNoise's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from mino.common.static_files import StaticFiles


@pytest.fixture
def storage(settings: Settings, tmp_path: Path) -> StaticFiles:
    """The storage of production with one file collected into it."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "page.css").write_text("body { color: black }")
    collecting = StaticFiles()
    list(collecting.post_process({"page.css": (collecting, "page.css")}))
    return StaticFiles()


def test_an_address_is_told_again_without_being_worked_out(
    storage: StaticFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = storage.url("page.css")
    assert first.startswith("/static/page.")
    assert first.endswith(".css")
    assert first != "/static/page.css"
    monkeypatch.setattr(storage, "stored_name", None)
    assert storage.url("page.css") == first


def test_a_file_that_was_not_collected_has_no_address(storage: StaticFiles) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match=r"absent\.css"):
            storage.url("absent.css")
