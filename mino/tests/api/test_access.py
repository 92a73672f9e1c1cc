"""Every operation of the API against every kind of asker, read from the URLconf: a new one fails until it is placed.

`PLACES` says which role a signed-in person needs for an operation, and which scope a key; None: no key reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import get_resolver, reverse

from accounts.api_keys.scopes import Scope
from accounts.models import ApiKey, Organization, Role
from mino.common.api.operation import Operation, operation_of
from mino.tests.api.asking import Asker, browser, code_of, new_key, program
from mino.tests.factories import GuestFactory, ProjectFactory
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import ROLES, undone
from projects.models import Batch, Level, TaggedBatch

EVERY_KEY = "every key"
FOR_GUESTS = {
    *("organization_list", "organization_read", "project_list", "batch_list", "import_list", "execution_list"),
    *("tag_list", "export_list", "retry_list", "dead_letter_list", "dead_letters_retry", "dead_letters_skip"),
}
"""Operations of the organization that show guests what is theirs; all others of it refuse them."""

PLACES: dict[str, tuple[Role, str | None]] = {
    "organization_list": (Role.VIEWER, EVERY_KEY),
    "organization_read": (Role.VIEWER, EVERY_KEY),
    "member_list": (Role.VIEWER, None),
    "usage_read": (Role.ADMIN, None),
    "audit_list": (Role.ADMIN, None),
    "api_key_list": (Role.ADMIN, None),
    "api_key_create": (Role.OWNER, None),
    "api_key_read": (Role.ADMIN, None),
    "api_key_revoke": (Role.OWNER, None),
    "api_key_rotate": (Role.OWNER, None),
    "folder_list": (Role.VIEWER, Scope.READ_BATCHES),
    "folder_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "folder_read": (Role.VIEWER, Scope.READ_BATCHES),
    "folder_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "folder_delete": (Role.MEMBER, Scope.WRITE_BATCHES),
    "tag_list": (Role.VIEWER, Scope.READ_BATCHES),
    "tag_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "tag_read": (Role.VIEWER, Scope.READ_BATCHES),
    "tag_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "tag_delete": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_list": (Role.VIEWER, Scope.READ_BATCHES),
    "batch_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_read": (Role.VIEWER, Scope.READ_BATCHES),
    "batch_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "batch_delete": (Role.ADMIN, Scope.WRITE_BATCHES),
    "batch_tags_set": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_list": (Role.VIEWER, Scope.WRITE_BATCHES),
    "import_create": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_read": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_start": (Role.MEMBER, Scope.WRITE_BATCHES),
    "import_cancel": (Role.MEMBER, Scope.WRITE_BATCHES),
    "column_list": (Role.VIEWER, Scope.READ_BATCHES),
    "column_read": (Role.VIEWER, Scope.READ_BATCHES),
    "column_update": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "row_list": (Role.VIEWER, Scope.READ_BATCHES),
    "row_read": (Role.VIEWER, Scope.READ_BATCHES),
    "row_update": (Role.MEMBER, Scope.WRITE_BATCHES),
    "rows_delete": (Role.ADMIN, Scope.WRITE_BATCHES),
    "rows_tag": (Role.MEMBER, Scope.WRITE_BATCHES),
    "truth_set": (Role.MEMBER, Scope.WRITE_GROUND_TRUTH),
    "truth_revision_list": (Role.VIEWER, Scope.READ_BATCHES),
    "project_list": (Role.VIEWER, Scope.READ_PROJECTS),
    "project_create": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "project_read": (Role.VIEWER, Scope.READ_PROJECTS),
    "project_update": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "project_delete": (Role.ADMIN, Scope.WRITE_PROJECTS),
    "version_list": (Role.VIEWER, Scope.READ_PROJECTS),
    "version_create": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "version_read": (Role.VIEWER, Scope.READ_PROJECTS),
    "webhook_list": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_create": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_read": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_update": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_delete": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_rotate": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_test": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_delivery_list": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_delivery_read": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_redeliver": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "webhook_redeliver_failed": (Role.ADMIN, Scope.MANAGE_WEBHOOKS),
    "production_version_set": (Role.MEMBER, Scope.WRITE_PROJECTS),
    "execution_list": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_create": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_read": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_pause": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_resume": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_stop": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_concurrency_set": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_max_retries_set": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_budget_set": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "execution_retry_failed": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "job_list": (Role.VIEWER, Scope.READ_RESULTS),
    "job_read": (Role.VIEWER, Scope.READ_RESULTS),
    "session_list": (Role.VIEWER, Scope.READ_RESULTS),
    "job_retry": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "job_skip": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "job_cancel": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "retry_list": (Role.VIEWER, Scope.READ_RESULTS),
    "dead_letter_list": (Role.VIEWER, Scope.READ_RESULTS),
    "dead_letters_retry": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "dead_letters_skip": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "jobs_bulk_action": (Role.MEMBER, Scope.RUN_EXECUTIONS),
    "export_list": (Role.VIEWER, Scope.EXPORT_DATA),
    "results_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "batch_export": (Role.VIEWER, Scope.EXPORT_DATA),
    "export_read": (Role.VIEWER, Scope.EXPORT_DATA),
    "export_download": (Role.VIEWER, Scope.EXPORT_DATA),
    "pattern_list": (Role.VIEWER, Scope.READ_RESULTS),
    "pattern_read": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_compare": (Role.VIEWER, Scope.READ_RESULTS),
    "project_figures": (Role.VIEWER, Scope.READ_RESULTS),
    "batch_figures": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_figures": (Role.VIEWER, Scope.READ_RESULTS),
    "site_list": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_events": (Role.VIEWER, Scope.READ_RESULTS),
    "execution_events_poll": (Role.VIEWER, Scope.READ_RESULTS),
}


@dataclass(frozen=True)
class Place:
    """One operation at its address."""

    operation: Operation
    method: str
    name: str
    parameters: tuple[str, ...]
    is_outside: bool

    def url(self, subjects: Subjects) -> str:
        """Its address, filled with the ids of the test's own objects."""
        return reverse(self.name, kwargs={name: subjects.value(name) for name in self.parameters})

    @property
    def body(self) -> Any:
        """A body that is taken."""
        example: Any = self.operation.takes.example if self.operation.takes else None
        if self.operation.multipart:
            return {
                **example,
                "file": ContentFile(b"site_url,expected_price\nhttps://shop.example/1,12\n", "sites.csv"),
            }
        return example

    @property
    def hides(self) -> bool:
        """Whether it is about something that strangers must not even find."""
        return bool(self.parameters)


def places() -> Iterator[Place]:
    """All operations below /api/v1/."""
    api = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/")
    for entry in _patterns(api):
        view = getattr(entry.callback, "cls", None)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if view is None or not hasattr(view, method.lower()):
                continue
            about = operation_of(view, method)
            if about is None:
                assert entry.name in ("api_document", "api_documentation"), f"{entry.name} {method} is no operation"
                continue
            yield Place(about, method, entry.name, tuple(entry.pattern.converters), view.outside)


def _patterns(resolver: Any) -> Iterator[Any]:
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            yield from _patterns(entry)
        else:
            yield entry


ALL = sorted(places(), key=lambda place: place.operation.name)


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
        may = reached and needed <= ROLES.index(Role.MEMBER if level == Level.WORK else Role.VIEWER)
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
