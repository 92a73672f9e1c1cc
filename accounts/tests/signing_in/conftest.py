"""Fixtures for tests of signing in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.tests.signing_in.openid_server import OpenIDServer, openid_server


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No failures of other tests are counted."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="package")
def _running() -> Iterator[OpenIDServer]:
    with openid_server() as running:
        yield running


@pytest.fixture
def provider(_running: OpenIDServer) -> OpenIDServer:
    """An OpenID Connect provider that tells the truth and was asked nothing yet."""
    _running.forget()
    return _running
