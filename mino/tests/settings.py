"""The settings under which the tests run: as in production, but quick, and with nothing left behind."""

import os
import tempfile

os.environ.setdefault("MINO_DATA_DIR", tempfile.mkdtemp(prefix="mino-tests-"))
os.environ.setdefault("MINO_SAMPLE_SITE", "true")

from mino.settings import *  # noqa: F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
API_REQUESTS_WRITTEN_EVERY = 86_400  # no thread writes into a test's database
RATELIMIT_ENABLE = False  # all tests come from one address
