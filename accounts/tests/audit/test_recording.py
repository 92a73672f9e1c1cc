"""What an entry holds, and that it stays as it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from accounts.audit import act_as, acting_as, record, record_of_person
from accounts.audit.acting import acting_in, acting_in_worker
from accounts.audit.actions import ACTIONS, SUBJECTS
from accounts.models import Act, AuditEntry, AuditEntryFixed, Channel, Organization, User
from mino.common.tracing import bound
from mino.tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@dataclass
class Key:
    """Looks as an API key does to the trail."""

    name: str
    pk: uuid.UUID = field(default_factory=uuid.uuid4)

    def __str__(self) -> str:
        return self.name


@dataclass
class KeyUser:
    """Looks as the principal behind an API key does."""

    api_key: Key
    pk: None = None
    is_authenticated: bool = True

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return True


def last() -> AuditEntry:
    return AuditEntry.objects.latest("timestamp", "id")


def test_an_entry_says_who_what_and_from_where(organization: Organization, owner: User, member: User) -> None:
    request = RequestFactory().post("/o/x/", headers={"User-Agent": "Firefox \x00 7"}, REMOTE_ADDR="203.0.113.9")
    request.user = owner
    with bound(request="r-1"), acting_in(request):
        record(
            "member.role_changed",
            member,
            organization=organization,
            before={"role": "member", "since": 1},
            after={"role": "admin", "since": 1},
        )
    entry = last()
    assert (entry.actor, entry.actor_email, entry.organization) == (owner, owner.email, organization)
    assert (entry.event, entry.subject_kind, entry.action) == (
        "member.role_changed",
        "member",
        Act.UPDATE,
    )
    assert (entry.object_pk, entry.object_repr) == (str(member.pk), member.email)
    assert entry.changes == {"role": ["member", "admin"]}
    assert (entry.remote_addr, entry.user_agent, entry.cid) == ("203.0.113.9", "Firefox  7", "r-1")
    assert entry.channel == Channel.PAGE


def test_an_update_that_changed_nothing_leaves_none(organization: Organization) -> None:
    record("organization.updated", organization, organization=organization, before={"name": "A"}, after={"name": "A"})
    assert not AuditEntry.objects.exists()


def test_an_act_that_nobody_named_is_refused(organization: Organization) -> None:
    with pytest.raises(KeyError):
        record("organization.painted", organization, organization=organization)


def test_every_act_has_a_subject_with_words() -> None:
    assert {name.partition(".")[0] for name in ACTIONS} == set(SUBJECTS)
    assert all(len(name) <= 60 and len(name.partition(".")[0]) <= 30 for name in ACTIONS)


def test_a_key_acts_by_itself(organization: Organization, owner: User) -> None:
    key = KeyUser(Key("Nightly run (mino_pk_1a2b…)"))
    request = RequestFactory().get("/api/v1/projects/")
    request.user = AnonymousUser()
    with acting_in(request):
        act_as(key)
        record("project.created", None, organization=organization)
    entry = last()
    assert (entry.api_key_id, entry.api_key_text) == (key.api_key.pk, "Nightly run (mino_pk_1a2b…)")
    assert (entry.actor, entry.channel) == (None, Channel.API)


def test_a_worker_acts_on_behalf_of_somebody(organization: Organization, member: User) -> None:
    with acting_in_worker():
        record("audit.expired", None, organization=None, count=3)
        assert (last().channel, last().actor, last().count) == (Channel.WORKER, None, 3)
        with acting_as(member):
            record("export.ordered", None, organization=organization)
        assert (last().channel, last().actor) == (Channel.WORKER, member)
        act_as(member)
    record("export.ordered", None, organization=organization)
    assert (last().channel, last().actor) == (Channel.COMMAND, None)


def test_who_is_named_counts_more_than_who_the_request_is_from(organization: Organization, member: User) -> None:
    with acting_as(None):
        record("user.updated", member, organization=organization, by=member)
    assert last().actor == member


def test_an_act_on_an_account_is_told_to_each_organization(member: User, organization: Organization) -> None:
    other = OrganizationFactory()
    MembershipFactory(organization=other, user=member)
    OrganizationFactory()
    record_of_person("sign_in.succeeded", member, by=member)
    assert {entry.organization for entry in AuditEntry.objects.all()} == {organization, other}


def test_a_request_names_who_signed_in_meanwhile(client: Client, owner: User) -> None:
    with acting_in(RequestFactory().get("/")) as _:
        pass
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with acting_in(request):
        request.user = owner
        record("user.updated", owner, organization=None)
    assert last().actor == owner


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "nonsense", None),
    ],
)
def test_the_address_is_not_what_a_client_claims(
    proxies: int, forwarded: str, address: str | None, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1")
    with acting_in(request):
        record("sign_in.failed", None, organization=None)
    assert last().remote_addr == address


def test_secrets_are_left_out(organization: Organization) -> None:
    key = "mino_pk_" + "a1B2" * 11
    sealed = "1:0a1b2c3d:" + "QUJD" * 12
    record(
        "webhook.updated",
        None,
        organization=organization,
        before={"secret": "", "url": "https://hook.example/"},
        after={
            "secret": "hunter2hunter2",
            "signing_key": "k" * 30,
            "nested": {"password": "hunter2hunter2"},
            "header": "Authorization: Bearer abcdefghijkl",
            "url": "https://user:hunter2hunter2@hook.example/",
            "note": f"was {key}, kept as {sealed}",
            "key_prefix": "mino_pk_1a2b",
        },
    )
    entry = last()
    stored = str(entry.changes)
    for secret in ("hunter2", "kkkk", "abcdefghijkl", key, sealed):
        assert secret not in stored
    assert entry.changes["secret"] == ["", "(hidden)"]
    assert entry.changes["key_prefix"] == [None, "mino_pk_1a2b"]


def test_values_become_plain_and_short(organization: Organization, owner: User) -> None:
    after = {"budget": Decimal("1.50"), "who": owner, "ids": {uuid.UUID(int=1)}, "text": "x\x00" * 5000, "on": True}
    record("execution.created", None, organization=organization, after=after)
    changes = last().changes
    assert changes["budget"] == [None, "1.50"]
    assert changes["who"] == [None, owner.email]
    assert changes["ids"] == [None, [str(uuid.UUID(int=1))]]
    assert changes["on"] == [None, True]
    assert len(changes["text"][1]) == 2000


def test_entries_can_be_neither_changed_nor_deleted(organization: Organization) -> None:
    record("organization.updated", organization, organization=organization)
    entry = last()
    entry.event = "organization.deleted"
    for act in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(event="x"),
        lambda: AuditEntry.objects.bulk_update([entry], ["event"]),
    ):
        with pytest.raises(AuditEntryFixed):
            act()
    assert last().event == "organization.updated"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the trigger is PostgreSQL's")
def test_the_database_refuses_too(organization: Organization) -> None:
    record("organization.updated", organization, organization=organization)
    for statement in ("DELETE FROM accounts_auditentry", "UPDATE accounts_auditentry SET event = 'x'"):
        with pytest.raises(DatabaseError, match="audit trail"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_entries_outlive_whom_and_what_they_name(organization: Organization, owner: User) -> None:
    with acting_as(owner):
        record("organization.updated", organization, organization=organization)
    pk = organization.pk
    owner.delete()
    organization.delete()
    entry = AuditEntry.objects.select_related("actor", "organization").get()
    assert entry.organization_id == pk
    assert entry.actor_email == "owner@northlight.example"


def test_admins_and_owners_read_the_trail_of_their_own_organization(
    organization: Organization, owner: User, admin: User, member: User, viewer: User, stranger: User
) -> None:
    record("organization.updated", organization, organization=organization)
    record("sign_in.failed", None, organization=None)
    seen = [AuditEntry.objects.visible_to(user).count() for user in (owner, admin, member, viewer, stranger)]
    assert seen == [1, 1, 0, 0, 0]
    assert not AuditEntry.objects.visible_to(AnonymousUser()).exists()
