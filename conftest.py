"""Fixtures for all tests: named people, a workspace with a project and a batch, and where the test data lies."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings

from accounts.models import Organization, Role, User
from accounts.privacy.texts import versions
from mino.tests.factories import BatchFactory, MembershipFactory, OrganizationFactory, ProjectFactory, UserFactory
from projects.models import Batch, Project

# No example fails for the time that it took: that is a matter of what else the machine does.
settings.register_profile("mino", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mino")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--examples`: for a long run of mino/tests/api/fuzz, how many requests are made an operation and asker."""
    parser.addoption("--examples", type=int, help="requests an operation and asker in mino/tests/api/fuzz")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark with `once` what uses neither a database nor a service: with others it would do the same again."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        is_marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql", "redis"))
        if not is_marked and fixtures.isdisjoint({"db", "transactional_db", "live_server"}):
            item.add_marker("once")


@pytest.fixture
def test_data() -> Path:
    """The folder of the test data, MINO_TEST_DATA or `../shared/data`; the test is skipped where it is absent."""
    folder = Path(os.environ.get("MINO_TEST_DATA") or Path(__file__).parent.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("The test data is not here. Set MINO_TEST_DATA to its folder.")
    return folder


@pytest.fixture(autouse=True)
def _texts_in_force(request: pytest.FixtureRequest) -> None:
    """What is remembered of the legal texts, so that no test asks for them or not because of the one before.

    What a transactional test leaves is emptied, and the texts with it: there nobody has to agree to anything.
    """
    marker = request.node.get_closest_marker("django_db")
    is_marked = marker is not None and bool(marker.kwargs.get("transaction"))
    is_emptied = is_marked or not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames)
    versions.remember({} if is_emptied else {"terms": 1, "privacy": 1}, 3600)


@pytest.fixture
def organization(db: None) -> Organization:
    """The organization of the named people."""
    return OrganizationFactory(name="Northlight Retail", slug="northlight")


def _member(organization: Organization, role: Role) -> User:
    user = UserFactory(email=f"{role}@northlight.example", name=f"{role.label} of Northlight")
    MembershipFactory(organization=organization, user=user, role=role)
    return user


@pytest.fixture
def owner(organization: Organization) -> User:
    """An owner of the organization."""
    return _member(organization, Role.OWNER)


@pytest.fixture
def admin(organization: Organization) -> User:
    """An admin of the organization."""
    return _member(organization, Role.ADMIN)


@pytest.fixture
def member(organization: Organization) -> User:
    """A member of the organization."""
    return _member(organization, Role.MEMBER)


@pytest.fixture
def viewer(organization: Organization) -> User:
    """A viewer of the organization."""
    return _member(organization, Role.VIEWER)


@pytest.fixture
def stranger(db: None) -> User:
    """The owner of another organization, who must see nothing of this one."""
    user = UserFactory(email="stranger@elsewhere.example", name="A stranger")
    MembershipFactory(organization=OrganizationFactory(name="Elsewhere", slug="elsewhere"), user=user, role=Role.OWNER)
    return user


@pytest.fixture
def project(organization: Organization) -> Project:
    """A project of the organization, with version 1 in production."""
    return ProjectFactory(organization=organization, name="Shop prices")


@pytest.fixture
def batch(project: Project) -> Batch:
    """A ready batch of three rows with truth."""
    return BatchFactory(project=project, name="Spring catalogue", rows=3)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """Gives a browser in which the user is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
