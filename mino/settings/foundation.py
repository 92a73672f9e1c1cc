"""What the other parts stand on: the environment, secrets, addresses, the folder for data."""

from __future__ import annotations

from urllib.parse import urlsplit

import django_stubs_ext

from mino.env import BASE_DIR as PROJECT_DIR
from mino.env import Environment

django_stubs_ext.monkeypatch()

BASE_DIR = PROJECT_DIR
ENV = Environment()
DATA_DIR = ENV.data_dir
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = ENV.secret_key
ENCRYPTION_KEYS = ENV.encryption_keys
DEBUG = ENV.debug
PUBLIC_URL = ENV.public_url.rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [*ENV.allowed_hosts, _public.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
