"""The settings under which the tests run: as in production, but quick, and with nothing left behind."""

import os
import tempfile
from pathlib import Path

_folder = Path(os.environ.get("MINO_DATA_DIR") or tempfile.mkdtemp(prefix="mino-tests-"))
_process = os.environ.get("PYTEST_XDIST_WORKER", "")
if _process and _folder.name != _process:
    # Processes that run tests side by side would read each other's files and empty each other's cache.
    _folder /= _process
    _server, _, _number = os.environ.get("REDIS_URL", "").rpartition("/")
    if _number.isdigit():
        os.environ["REDIS_URL"] = f"{_server}/{int(_number) + int(_process.removeprefix('gw'))}"
os.environ["MINO_DATA_DIR"] = str(_folder)
os.environ.setdefault("MINO_SAMPLE_SITE", "true")

from mino.settings import *  # noqa: E402, F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
API_REQUESTS_WRITTEN_EVERY = 86_400  # no thread writes into a test's database
RATELIMIT_ENABLE = False  # all tests come from one address
