"""Every operation of the API against every kind of asker: a new one fails until it is placed (`places.py`)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.api_keys.scopes import Scope
from accounts.models import ApiKey, Organization, Role
from mino.tests.api.asking import Asker, browser, code_of, new_key, program
from mino.tests.api.places import ALL, EVERY_KEY, FOR_GUESTS, NOT_FOR_GUESTS, PLACES, Place
from mino.tests.factories import GuestFactory, ProjectFactory
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ROLES, undone
from projects.models import Batch, Level, TaggedBatch


def answer(asker: Asker, place: Place, subjects: Subjects) -> int:
    """The status of the answer; what the request changes is undone."""
    with undone():
        response = asker(place.method, place.url(subjects), place.body)
    if response.status_code >= 400:
        code_of(response)
    assert response.status_code < 500
    return int(response.status_code)


def test_every_operation_is_placed_as_it_says_itself() -> None:
    assert {place.operation.name for place in ALL} == set(PLACES)
    assert len(ALL) == len(PLACES), "a name is used twice"
    for place in ALL:
        scope = PLACES[place.operation.name][1]
        assert place.operation.people_only is (scope is None)
        assert place.operation.scope == (None if scope in (None, EVERY_KEY) else scope)


def test_the_documentation_says_what_no_key_reaches() -> None:
    """By the words in addresses; reading these two is for keys as well, and the document says so."""
    changes = {"organization_update", "run_defaults_update"}
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    rows = re.findall(r"^\|([^|]+)\| no key may \|", text, re.MULTILINE)
    words = {word for row in rows for word in re.findall(r"`([\w-]+)`", row)}
    addresses = [(place.operation, set(place.url_pattern.split("/"))) for place in ALL]
    assert words <= {part for _, parts in addresses for part in parts}
    assert {about.name for about, parts in addresses if about.people_only is not bool(words & parts)} == changes


@pytest.mark.parametrize("place", ALL, ids=lambda place: place.operation.name)
@pytest.mark.django_db
def test_people(place: Place, subjects: Subjects, organization: Organization) -> None:
    needed, _ = PLACES[place.operation.name]
    assert answer(Asker({}), place, subjects) == 401
    elsewhere = browser(subjects.stranger)
    if place.hides:
        assert answer(elsewhere, place, subjects) == 404
    for outsider in (subjects.stranger, subjects.superuser):
        if not place.is_outside:
            assert answer(browser(outsider, organization), place, subjects) == 404
    for role in ROLES:
        status = answer(browser(subjects.people[role], organization), place, subjects)
        assert (status == 403) is (ROLES.index(role) < ROLES.index(needed)), f"{role}: {status}"
        assert status not in (401, 404)


@pytest.mark.parametrize("level", Level)
@pytest.mark.django_db
def test_guests(level: Level, subjects: Subjects, organization: Organization) -> None:
    subjects.make_private()
    batch = Batch.objects.get(pk=subjects.value("batch_id"))
    TaggedBatch.objects.create(batch=batch, tag_id=subjects.value("tag_id"))
    granted, other = (
        browser(subjects.guests[level], organization),
        browser(GuestFactory(organization=organization).user),
    )
    other.headers = granted.headers
    wrong = []
    for place in ALL:
        name, needed = place.operation.name, ROLES.index(PLACES[place.operation.name][0])
        of_project = bool(set(place.parameters) & Subjects.OF_A_PROJECT)
        reached = name == "tag_read" or name in FOR_GUESTS or of_project
        may = (
            reached
            and name not in NOT_FOR_GUESTS
            and needed <= ROLES.index(Role.MEMBER if level == Level.WORK else Role.VIEWER)
        )
        found = answer(granted, place, subjects)
        if (found in (403, 404)) is may:
            wrong.append((name, found))
        if of_project:
            found = answer(other, place, subjects)
            if found != 404:
                wrong.append((f"{name} without a grant", found))
    assert wrong == []


@pytest.mark.parametrize("place", ALL, ids=lambda place: place.operation.name)
@pytest.mark.django_db
def test_keys(place: Place, subjects: Subjects, organization: Organization) -> None:
    _, scope = PLACES[place.operation.name]
    for one in Scope.values:
        status = answer(program(organization, one), place, subjects)
        assert (status == 403) is (scope not in (one, EVERY_KEY)), f"{one}: {status}"
        assert status not in (401, 404)
    if place.hides:
        elsewhere = Organization.objects.get(slug="elsewhere")
        assert answer(program(elsewhere), place, subjects) == (403 if scope is None else 404)
    text = new_key(organization)
    ApiKey.objects.update(revoked_at="2026-01-05T09:00:00Z")
    assert answer(Asker({"Authorization": f"Bearer {text}"}), place, subjects) == 401


@pytest.mark.parametrize(
    "place",
    [one for one in ALL if set(one.parameters) & Subjects.OF_A_PROJECT],
    ids=lambda place: place.operation.name,
)
@pytest.mark.django_db
def test_what_belongs_to_a_project(place: Place, subjects: Subjects, organization: Organization) -> None:
    elsewhere = program(organization, projects=[ProjectFactory(organization=organization)])
    assert answer(elsewhere, place, subjects) == (403 if PLACES[place.operation.name][1] is None else 404)
    subjects.make_private()
    assert answer(browser(subjects.people[Role.MEMBER], organization), place, subjects) == 404
    assert answer(browser(subjects.people[Role.ADMIN], organization), place, subjects) != 404
