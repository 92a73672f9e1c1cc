"""What the environment may say, and how its mistakes are reported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from mino.env import Environment, EnvironmentMistakes, kept_secret

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_without_any_variable_everything_has_a_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "MINO_SECRET_KEY", "MINO_ENCRYPTION_KEYS", "MINO_SAMPLE_SITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MINO_DATA_DIR", str(tmp_path))
    environment = Environment()
    assert len(environment.secret_key) > 50
    assert Environment().secret_key == environment.secret_key
    assert [len(key) for key in environment.encryption_keys] == [32]
    assert Environment().encryption_keys == environment.encryption_keys


def test_encryption_keys_are_read_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_ENCRYPTION_KEYS", f"{'_' * 42}8, {KEY}")
    assert Environment().encryption_keys == [b"\xff" * 32, bytes(32)]


def test_a_mistaken_encryption_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_ENCRYPTION_KEYS", "b3duLXNlY3JldA==")
    with pytest.raises(EnvironmentMistakes) as refusal:
        Environment()
    assert "b3duLXNlY3JldA" not in str(refusal.value)


def test_all_mistakes_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_DEBUG", "perhaps")
    monkeypatch.setenv("MINO_WORKER_THREADS", "0")
    monkeypatch.setenv("MINO_ALLOWED_NETWORKS", "127.0.0.0/8,somewhere")
    monkeypatch.setenv("DATABASE_URL", "mysql://root@localhost/mino")
    monkeypatch.setenv("MINO_PUBLIC_URL", "mino.example.com")
    with pytest.raises(EnvironmentMistakes) as refusal:
        Environment()
    lines = str(refusal.value).splitlines()
    names = [line.split(":")[0].strip() for line in lines[1:]]
    assert names == ["DATABASE_URL", "MINO_ALLOWED_NETWORKS", "MINO_DEBUG", "MINO_PUBLIC_URL", "MINO_WORKER_THREADS"]
    assert "'somewhere' is not a network" in str(refusal.value)


@pytest.mark.parametrize("origin", ["*", "app.example", "https://app.example/", "https://app.example/page", "ftp://a"])
def test_only_origins_are_origins(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("MINO_CORS_ORIGINS", f"https://fine.example:8443,{origin}")
    with pytest.raises(EnvironmentMistakes, match="is not an origin"):
        Environment()


def test_half_of_an_identity_provider_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_GOOGLE_CLIENT_ID", "mino")
    monkeypatch.setenv("MINO_OIDC_SERVER_URL", "https://id.example.com")
    with pytest.raises(EnvironmentMistakes) as refusal:
        Environment()
    names = [line.split(":")[0].strip() for line in str(refusal.value).splitlines()[1:]]
    assert names == ["MINO_GOOGLE_CLIENT_SECRET", "MINO_OIDC_CLIENT_ID"]


def test_identity_providers_are_switched_on_by_the_environment_alone() -> None:
    variables = {
        "MINO_GITHUB_CLIENT_ID": "mino",
        "MINO_GITHUB_CLIENT_SECRET": "secret",
        "MINO_OIDC_SERVER_URL": "https://id.example.com/realms/mino/",
        "MINO_OIDC_CLIENT_ID": "mino",
        "MINO_OIDC_NAME": "Example ID",
        "MINO_SIGN_IN_ORIGINS": "https://login.example.com/",
        "DJANGO_SETTINGS_MODULE": "mino.tests.settings",
    }
    program = (
        "import django; django.setup(); from django.test import Client; from django.urls import reverse;"
        "page = Client(SERVER_NAME='localhost').get('/accounts/login/');"
        "print(page.text, page['Content-Security-Policy']);"
        "print(reverse('github_callback'), reverse('openid_connect_callback', args=['sso']))"
    )
    run = [sys.executable, "-c", program]
    answer = subprocess.run(run, env={**os.environ, **variables}, cwd=settings.BASE_DIR, capture_output=True, text=True)
    for expected in (
        "Continue with GitHub",
        "Continue with Example ID",
        "form-action 'self' https://github.com https://id.example.com https://login.example.com",
        "/accounts/github/login/callback/ /accounts/oidc/sso/login/callback/",
    ):
        assert expected in answer.stdout, answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MINO_NAME_SERVERS", "dns.example.com", "is not an IP address"),
        ("MINO_SAML_METADATA_FILE", "/nowhere/metadata.xml", "can't be read"),
        ("MINO_SAML_METADATA_FILE", __file__, "no XML with the metadata"),
        ("DATABASE_URL", "postgresql://mino@db.example.com", "names no database"),
        ("EMAIL_URL", "smtp+tls://user:password@", "must look like smtp"),
        ("MINO_CHROMIUM", "/nowhere/chromium", "is not a program"),
        ("MINO_DATA_DIR", "/dev/null/var", "can't be made"),
        ("MINO_DEBUG", "perhaps", "'perhaps' is neither true nor false. Write one of the two."),
        ("MINO_WORKER_THREADS", "0", "0 can't be used. Give a number from 1 to 1000."),
        ("MINO_LEASE_SECONDS", "4.5", "'4.5' is not a whole number."),
        ("MINO_WORKER_GRACE", "long", "'long' is not a number."),
        ("MINO_WORKER_GRACE", "inf", "'inf' is not a number."),
        ("MINO_QUERY_PRICE", "-1", "-1 can't be used. Give a number from 0 to 1000."),
        ("MINO_ALLOWED_PORTS", "80,http", "'http' is not a port."),
        ("MINO_LOG_FORMAT", "xml", "'xml' is not a format. Choose one of: text, json."),
        ("MINO_METRICS_TOKEN", "too short", "Give 20 characters or more, without spaces."),
        ("MINO_ENCRYPTION_KEYS", "not base64!", "Key 1 is not base64. Make one with: openssl rand -base64 32."),
        ("MINO_ENCRYPTION_KEYS", f"{KEY},c2hvcnQ=", "Key 2 has 5 bytes in place of 32."),
        ("MINO_ENCRYPTION_KEYS", f"{KEY},{KEY}", "One key stands there twice."),
        ("MINO_LOG_LEVEL", "LOUD", "'LOUD' is not a level. Choose one of: DEBUG"),
    ],
)
def test_what_would_fail_only_later_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(EnvironmentMistakes, match=f"{name}: .*{sentence}"):
        Environment()


def test_metrics_need_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINO_METRICS", "true")
    with pytest.raises(EnvironmentMistakes, match="MINO_METRICS_TOKEN: MINO_METRICS is on, so a token is needed"):
        Environment()
    monkeypatch.setenv("MINO_METRICS_TOKEN", "a-token-of-twenty-characters")
    assert Environment().metrics


def test_a_command_tells_mistakes_without_a_traceback() -> None:
    mistaken = {**os.environ, "MINO_DEBUG": "perhaps", "MINO_WORKER_THREADS": "0"}
    run = [sys.executable, str(settings.BASE_DIR / "manage.py"), "evaluate"]
    ended = subprocess.run(run, env=mistaken, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("The environment has mistakes:\n  MINO_DEBUG: ")
    assert "Traceback" not in ended.stderr


def test_a_generated_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = kept_secret(tmp_path, "secret-key")
    assert kept_secret(tmp_path, "secret-key") == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
