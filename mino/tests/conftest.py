"""Fixtures for tests that span the apps."""

from __future__ import annotations

import pytest

from accounts.models import Organization, Role, User
from mino.tests.subjects import Subjects


@pytest.fixture
def subjects(
    organization: Organization, owner: User, admin: User, member: User, viewer: User, stranger: User
) -> Subjects:
    """One of everything, and one person of every role."""
    people: dict[str, User] = {Role.OWNER: owner, Role.ADMIN: admin, Role.MEMBER: member, Role.VIEWER: viewer}
    return Subjects(organization, people, stranger)
