"""The owner of an organization names what belongs to another one, in addresses and in bodies.

Whatever is named so is unknown. Nothing of the other organization is told, and nothing comes to point at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import F, ForeignKey, Model
from django.test import Client
from django.urls import reverse
from rest_framework import serializers

from accounts.models import Organization, Role, User
from executions.models import Job, JobStatus
from mino.common.api.fields import Identifier
from mino.tests.api.asking import browser, code_of, program
from mino.tests.api.places import ALL as OPERATIONS
from mino.tests.api.places import Place
from mino.tests.factories import JOINED, MembershipFactory
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import IN_ORGANIZATION, undone
from projects.models import Batch, Folder, Project, Tag

pytestmark = pytest.mark.django_db
NO_IDENTIFIERS = {"slug", "number", "agent", "token", "product_slug"}
APPS = ("accounts", "projects", "executions", "analytics", "webhooks")
NAMED_OTHERWISE = {"parent": "folder_id", "who": "user_id", "subject": "project_id", "like": "execution_id"}
"""Fields and parts of queries whose name is not that of what they name."""

MARK = b"Northlight"


@pytest.fixture
def own(subjects: Subjects, stranger: User) -> Subjects:
    """One of everything of the organization whose owner attacks; all of `subjects` is the other's."""
    for model in (Project, Batch, Folder, Tag):
        model.objects.update(name=f"Northlight's {model.__name__}")
    Job.objects.filter(pk=subjects.value("job_id")).update(status=JobStatus.ERROR, finished_at=JOINED)  # a dead letter
    elsewhere = Organization.objects.get(slug="elsewhere")
    people: dict[str, User] = {
        role: MembershipFactory(organization=elsewhere, role=role).user
        for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER)
    }
    return Subjects(elsewhere, {**people, Role.OWNER: stranger}, subjects.stranger)


@pytest.fixture
def attacker(own: Subjects) -> Client:
    """The browser of the owner of the other organization."""
    client = Client()
    client.force_login(own.people[Role.OWNER], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_in_addresses(subjects: Subjects, own: Subjects, attacker: Client) -> None:
    found = []
    for address in IN_ORGANIZATION:
        values = {name: own.value(name) for name in address.parameters}
        for name in set(address.parameters) - NO_IDENTIFIERS:
            url = reverse(address.name, kwargs={**values, name: subjects.value(name)})
            for method in ("GET", "POST"):
                with undone():
                    status = attacker.generic(method, url).status_code
                if status not in (404, 405):
                    found.append((address.name, name, method, status))
    assert found == []


def _named(field: str) -> str | None:
    stem = field.removesuffix("_ids").removesuffix("_id").removesuffix("s")
    name = NAMED_OTHERWISE.get(stem, f"{stem}_id")
    return name if name in Subjects.OF_A_PROJECT | {"tag_id", "user_id", "row_id", "column_id"} else None


def crossing() -> list[str]:
    """The relations that lead from one organization's object to another's."""
    found = []
    for model in (one for app in APPS for one in apps.get_app_config(app).get_models(include_auto_created=True)):
        path = _path(model)
        for field in model._meta.fields:
            if path and isinstance(field, ForeignKey) and field.name != path:
                there = _path(field.related_model)
                query = model._base_manager.filter(**{f"{field.name}__isnull": False})
                if there and query.exclude(**{f"{field.name}__{there}": F(path)}).exists():
                    found.append(f"{model.__name__}.{field.name}")
    return found


def _path(model: type[Model], depth: int = 3) -> str | None:
    """How a model's objects lead to their organization."""
    relations = [field for field in model._meta.fields if isinstance(field, ForeignKey) and not field.null]
    if any(field.name == "organization" for field in relations):
        return "organization"
    for field in relations if depth else []:
        further = _path(field.related_model, depth - 1) if field.related_model is not User else None
        if further:
            return f"{field.name}__{further}"
    return None


def test_the_search_for_crossing_relations_finds_one(subjects: Subjects, own: Subjects) -> None:
    assert crossing() == []
    batch = Batch.objects.get(pk=own.value("batch_id"))
    batch.tags.add(subjects.value("tag_id"))
    Batch.objects.filter(pk=batch.pk).update(project=subjects.project)
    assert {"Batch.project", "TaggedBatch.batch"} <= {*crossing()}


def _paths(serializer: Any) -> Iterator[tuple[str, ...]]:
    """Where a body takes identifiers."""
    for name, field in serializer.fields.items():
        child = getattr(field, "child", field)
        if isinstance(child, Identifier):
            yield (name,)
        elif isinstance(child, serializers.Serializer):
            yield from ((name, *path) for path in _paths(child))


TAKEN = [(one, path) for one in OPERATIONS if one.operation.takes for path in _paths(one.operation.takes())]


def _called(value: Any) -> str:
    return ".".join(value) if isinstance(value, tuple) else str(value.operation.name)


@pytest.mark.parametrize(("place", "path"), TAKEN, ids=_called)
def test_in_bodies(place: Place, path: tuple[str, ...], subjects: Subjects, own: Subjects) -> None:
    elsewhere = Organization.objects.get(slug="elsewhere")
    asker = browser(own.people[Role.OWNER], elsewhere) if place.operation.people_only else program(elsewhere)
    body = _filled(place.body, own, ())
    theirs = _filled(body, subjects, path) if path[-1] in str(body) else {**body, path[-1]: _id(path[-1], subjects)}
    with undone():
        answer = asker(place.method, place.url(own), theirs)
        if answer.status_code != 200 or any(answer.json().values()):  # of many, the unknown are left out
            assert answer.status_code in (400, 404, 409, 422), answer.content
            assert code_of(answer)
        assert MARK not in answer.content
        assert crossing() == []


def _id(name: str, subjects: Subjects) -> Any:
    value = str(subjects.value(_named(name) or ""))
    return [value] if name.endswith("_ids") else value


def _filled(body: Any, subjects: Subjects, only: tuple[str, ...]) -> Any:
    """The body with identifiers of these subjects, in all places or in one."""
    if isinstance(body, list):
        return [_filled(one, subjects, only) for one in body]
    if not isinstance(body, dict):
        return body
    return {
        name: _id(name, subjects) if _replaced(name, value, only) else _filled(value, subjects, only)
        for name, value in body.items()
    }


def _replaced(name: str, value: Any, only: tuple[str, ...]) -> bool:
    is_identifier = name.endswith(("_id", "_ids")) and _named(name) is not None
    return is_identifier and (name == only[-1] if only else value is not None)
