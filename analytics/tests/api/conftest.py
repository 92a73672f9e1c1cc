"""Fixtures for tests of the endpoints about exports, patterns and many results."""

from __future__ import annotations

import pytest

from accounts.models import Organization
from mino.tests.api.asking import Asker, program


@pytest.fixture
def ask(organization: Organization) -> Asker:
    """A program that may everything that a key may."""
    return program(organization)
