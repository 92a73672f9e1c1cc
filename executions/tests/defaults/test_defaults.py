"""What an organization's runs begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import AuditEntry, Organization, User
from executions.defaults.services import defaults_of, defaults_set
from executions.models import ExecutionDefaults
from executions.services.creation import execution_create
from mino.common.errors import InvalidInput
from projects.models import Batch

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
PAGE = "/o/northlight/settings/runs/"


def test_a_new_run_begins_with_what_was_set(client_for: ClientFor, admin: User, member: User, batch: Batch) -> None:
    given = {"agent": "local", "concurrency": 9, "max_retries": 0, "timeout": 20, "budget": "1.50"}
    browser = client_for(admin)
    assert browser.post(PAGE, given)["Location"] == PAGE
    assert 'value="9"' in browser.get(PAGE).text
    form = client_for(member).get(f"/o/northlight/batches/{batch.pk}/run/").context["form"]
    begins = {name: form.get_initial_for_field(form.fields[name], name) for name in given}
    assert begins == {**given, "budget": Decimal("1.5")}
    entry = AuditEntry.objects.get(event="organization.updated")
    assert entry.changes["concurrency"] == [None, 9]


def test_an_earlier_execution_and_the_address_come_first(client_for: ClientFor, member: User, batch: Batch) -> None:
    defaults_set(organization=batch.organization, user=None, concurrency=9, max_retries=1)
    version = batch.project.production_version
    assert version is not None
    like = execution_create(batch=batch, user=None, instruction_version=version, agent="local", concurrency=7)
    page = f"/o/northlight/batches/{batch.pk}/run/"
    browser = client_for(member)
    assert browser.get(page, {"like": str(like.pk)}).context["form"].initial["concurrency"] == 7
    assert str(browser.get(page, {"concurrency": 3}).context["form"].initial["concurrency"]) == "3"


def test_an_agent_that_can_not_be_used_any_more_is_not_begun_with(
    client_for: ClientFor, member: User, batch: Batch
) -> None:
    defaults_set(organization=batch.organization, user=None, agent="eva")
    form = client_for(member).get(f"/o/northlight/batches/{batch.pk}/run/").context["form"]
    assert form.get_initial_for_field(form.fields["agent"], "agent") != "eva"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("agent", "oracle"),
        ("concurrency", 0),
        ("concurrency", 51),
        ("max_retries", 11),
        ("timeout", 0),
        ("budget", Decimal(0)),
    ],
)
def test_what_a_run_could_not_have_is_refused(organization: Organization, name: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        defaults_set(organization=organization, user=None, **{name: value})  # type: ignore[arg-type]
    assert refused.value.details[0].path == name
    assert not ExecutionDefaults.objects.exists()


def test_members_set_nothing(organization: Organization, member: User) -> None:
    with pytest.raises(PermissionDenied):
        defaults_set(organization=organization, user=member, concurrency=9)
    assert defaults_of(organization.pk) == {}


def test_the_page_is_marked_as_one_of_the_settings_only(client_for: ClientFor, admin: User) -> None:
    page = client_for(admin).get(PAGE).text
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page) == ["/o/northlight/settings/people/", PAGE]
