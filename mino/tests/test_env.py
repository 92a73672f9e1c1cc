"""What the environment may say, and how its mistakes are reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mino.env import Environment, kept_secret


def test_without_any_variable_everything_has_a_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "MINO_SECRET_KEY", "MINO_SAMPLE_SITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINO_DATA_DIR", str(tmp_path))
    environment = Environment()
    assert len(environment.secret_key) > 50
    assert Environment().secret_key == environment.secret_key


def test_all_mistakes_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_DEBUG", "perhaps")
    monkeypatch.setenv("MINO_WORKER_THREADS", "0")
    monkeypatch.setenv("MINO_ALLOWED_NETWORKS", "127.0.0.0/8,somewhere")
    monkeypatch.setenv("DATABASE_URL", "mysql://root@localhost/mino")
    monkeypatch.setenv("MINO_PUBLIC_URL", "mino.example.com")
    with pytest.raises(ImproperlyConfigured) as refusal:
        Environment()
    lines = str(refusal.value).splitlines()
    names = [line.split(":")[0].strip() for line in lines[1:]]
    assert names == ["DATABASE_URL", "MINO_ALLOWED_NETWORKS", "MINO_DEBUG", "MINO_PUBLIC_URL", "MINO_WORKER_THREADS"]
    assert "'somewhere' is not a network" in str(refusal.value)


def test_a_generated_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = kept_secret(tmp_path, "secret-key")
    assert kept_secret(tmp_path, "secret-key") == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
