"""Every model in Django admin: its list, each filter and the search of it, the page of an object, and the queries."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from model_bakery import baker

from accounts.models import User
from mino.tests.factories import add_second_factor
from projects.models import ProjectUserObjectPermission

OURS = ("accounts", "webhooks", "projects", "executions", "analytics")
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
TERMS = ["northlight", "7", "01900000-0000-7000-8000-000000000000", "'; --\0"]
MOST_QUERIES = 14
"""For a list with its filters, and however long it is."""

SECRET = re.compile(r"secret|digest|token|session_key|password|private_key|^data$")
HARMLESS = {("accounts.User", "password"), ("webhooks.PendingEvent", "data"), ("executions.ExecutionEvent", "data")}
"""Django shows how a password is hashed, not the hash; events hold what is told."""

pytestmark = pytest.mark.django_db
each_model = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)


@pytest.fixture
def staff() -> Client:
    """A superuser's browser."""
    client = Client()
    user = add_second_factor(User.objects.create_superuser("staff@mino.example", "x"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(model: type[Model], page: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def make(model: type[Model], count: int) -> list[Any]:
    """Objects, each with relations of its own, also those that may be empty."""
    related = [one.name for one in model._meta.fields if one.is_relation and one.null]
    values: dict[str, Any] = {}
    if model is Authenticator:
        values = {"type": "webauthn", "data": {"name": "Key"}}
    elif model is ProjectUserObjectPermission:
        values = {"permission": Permission.objects.filter(content_type__model="project").first()}
    made: list[Any] = baker.make(model, _quantity=count, _fill_optional=related, **values)
    return made


def name_of(field: Any) -> str:
    """The name of a field of an admin form, be it to write or to read."""
    inner = field.field
    return str(inner["name"]) if isinstance(inner, dict) else str(inner.name)


def test_every_model_of_ours_is_there() -> None:
    ours = [model for name in OURS for model in apps.get_app_config(name).get_models()]
    assert [model._meta.label for model in ours if model not in admin.site._registry] == []


@each_model
def test_the_list_with_its_filters_and_its_search(model: type[Model], staff: Client) -> None:
    one, listed = make(model, 1)[0], address(model, "changelist")
    staff.get(listed)  # content types are asked for once
    with CaptureQueriesContext(connection) as few:
        page = staff.get(listed)
    make(model, 3)
    with CaptureQueriesContext(connection) as many:
        page = staff.get(listed)
    assert len(many) <= min(len(few), MOST_QUERIES), "\n".join(query["sql"][:200] for query in many)
    changelist = page.context["cl"]
    assert changelist.result_count >= 4
    shown = [name for name in changelist.list_display if isinstance(name, str)]
    assert [name for name in shown if SECRET.search(name)] == []
    for spec in changelist.filter_specs:
        for choice in list(spec.choices(changelist))[:4]:
            assert staff.get(listed + choice["query_string"]).status_code == 200, choice
    for term in [*TERMS, str(one.pk)] if changelist.search_fields else []:
        assert staff.get(listed, {"q": term}).status_code == 200, term


@each_model
def test_the_page_of_an_object_shows_no_secret(model: type[Model], staff: Client) -> None:
    one = make(model, 1)[0]
    page = staff.get(address(model, "change", one.pk))
    assert page.status_code == 200
    fields = {name_of(field) for fieldset in page.context["adminform"] for line in fieldset for field in line}
    assert {name for name in fields if SECRET.search(name) and (model._meta.label, name) not in HARMLESS} == set()
    may_add = admin.site._registry[model].has_add_permission(page.wsgi_request)
    assert staff.get(address(model, "add")).status_code == (200 if may_add else 403)
