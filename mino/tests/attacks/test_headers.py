"""What browsers are told with every page, whoever asks and whatever comes of it; and behind https."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import User
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ALL, url_of

WITHOUT_A_POLICY = "/sample-site/"
"""The sample shop stands for a site of somebody else; it is off in production."""

OPEN_ANYWHERE = {"health_live", "health_ready", "metrics"}
"""Answered to programs before anything else looks at the request."""

ELSEWHERE = ("/nowhere/", "/o/nowhere/", "/api/v1/projects", "/admin/", "/accounts/login/", "/accounts/signup/")


def _complaints(answer: HttpResponseBase) -> list[str]:
    policy = answer.get("Content-Security-Policy", "")
    told = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    wrong = [name for name, value in told.items() if answer.get(name) != value]
    wrong += ["Cache-Control"] if "public" in answer.get("Cache-Control", "") else []
    wrong += ["Permissions-Policy"] if "camera=()" not in answer.get("Permissions-Policy", "") else []
    if "default-src 'none'" in policy:  # a file, in which nothing may run at all
        return wrong + ([] if "sandbox" in policy else ["sandbox"])
    needed = ("default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'")
    wrong += [part for part in (*needed, "frame-ancestors 'none'") if part not in policy]
    may_run = [part for part in policy.split(";") if "frame-src" not in part]
    return wrong + [word for word in ("unsafe", "*", "http:") if any(word in part for part in may_run)]


@pytest.mark.django_db
def test_every_answer_has_them(subjects: Subjects, owner: User) -> None:
    browser = Client()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    urls = [url_of(address, subjects) for address in ALL if address.name not in OPEN_ANYWHERE]
    for url in (*urls, *ELSEWHERE):
        if not url.startswith(WITHOUT_A_POLICY):
            for asker in (browser, Client()):
                assert _complaints(asker.get(url)) == [], url


def test_behind_https_everything_is_secure() -> None:
    names = (
        *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SESSION_COOKIE_SECURE"),
        *("CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE"),
    )
    program = "import json; from django.conf import settings; "
    program += f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))"
    environment = {**os.environ, "MINO_PUBLIC_URL": "https://mino.example", "DJANGO_SETTINGS_MODULE": "mino.settings"}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Strict",
    }
