"""The pages of the audit trail: what they show, find and give as a file."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.audit import asking
from accounts.models import AuditEntry, Channel, Organization, User
from accounts.tests.audit.conftest import NOON, Entries
from mino.common.ui.formats import number
from mino.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
PAGE = "/o/northlight/settings/audit/"
Get = Callable[..., Any]


@pytest.fixture
def get(client_for: Callable[[User], Client], admin: User) -> Get:
    """What the page shows to an admin for a query."""
    client = client_for(admin)
    return lambda path="", **query: client.get(f"{PAGE}{path}", query)


def found(answer: Any) -> list[AuditEntry]:
    return [line.entry for line in answer.context["lines"]]


def test_an_entry_is_shown_in_words(get: Get, entries: Entries, owner: User) -> None:
    (entry,) = entries(actor=owner, actor_email=owner.email, remote_addr="203.0.113.9", count=1234)
    text = get().content.decode()
    for told in ("Project changed", "Shop prices", owner.email, "203.0.113.9", number(1234)):
        assert told in text
    detail = get(f"{entry.pk}/").content.decode()
    for told in ("Before and after", "<code>project.updated</code>", "Shop prices", "203.0.113.9"):
        assert told in detail


def test_what_somebody_typed_is_only_text(get: Get, entries: Entries) -> None:
    evil = "<script>alert(1)</script>"
    (entry,) = entries(object_repr=evil, changes={evil: [evil, {"a": [evil]}]}, user_agent=evil)
    for answer in (get(), get(f"{entry.pk}/")):
        assert evil not in answer.content.decode()


def test_another_organization_is_not_seen(get: Get, entries: Entries) -> None:
    (other,) = entries(organization=OrganizationFactory())
    assert found(get()) == []
    assert get(f"{other.pk}/").status_code == 404
    assert len(rows(get("export/"))) == 1


def test_filters_find_what_they_say(get: Get, entries: Entries, owner: User, member: User) -> None:
    key, subject = uuid.uuid4(), uuid.uuid4()
    (by_owner,) = entries(actor=owner, actor_email=owner.email)
    (by_key,) = entries(api_key_id=key, api_key_text="Nightly", channel=Channel.API)
    (by_worker,) = entries(channel=Channel.WORKER, event="export.ordered", subject_kind="export")
    (of_member,) = entries(event="member.removed", subject_kind="member", object_repr="Ann", object_pk=str(subject))
    (earlier,) = entries(timestamp=NOON - timedelta(days=2), changes={"note": [None, "Zürich (50 %)"]})
    everything = {by_owner, by_key, by_worker, of_member, earlier}
    for query, expected in (
        ({}, everything),
        ({"who": f"person:{owner.pk}"}, {by_owner}),
        ({"who": f"person:{member.pk}"}, set()),
        ({"who": f"key:{key}"}, {by_key}),
        ({"who": "by:worker"}, {by_worker}),
        ({"what": "member"}, {of_member}),
        ({"what": "export.ordered"}, {by_worker}),
        ({"subject": str(subject)}, {of_member}),
        ({"since": "2025-03-10"}, everything - {earlier}),
        ({"until": "2025-03-08"}, {earlier}),
        ({"search": "ann"}, {of_member}),
        ({"search": "Zürich (50 %)"}, {earlier}),
        ({"search": "owner@north"}, {by_owner}),
        ({"search": "nothing of the kind"}, set()),
        ({"who": "person:x", "what": "x.y", "since": "x", "subject": "x", "before": "x"}, everything),
    ):
        assert set(found(get(**query))) == expected, query


def test_pages_go_on_without_a_gap(get: Get, entries: Entries) -> None:
    made = entries(120)
    seen, answer = [], get(what="project")
    while True:
        seen += found(answer)
        older = answer.context["page"].older
        if not older:
            break
        assert "what=project" in older
        answer = get(older)
    assert seen == made[::-1]


def test_a_text_is_looked_for_in_so_many_entries_at_a_time(
    get: Get, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOOKED_AT", 10)
    (old,) = entries(object_repr="Needle")
    entries(25, timestamp=NOON + timedelta(hours=1))
    answer, steps = get(search="needle"), 0
    while not found(answer):
        further = answer.context["further"]
        assert "Look through older ones" in answer.content.decode()
        answer, steps = get(f"?{further}"), steps + 1
    assert found(answer) == [old]
    assert steps == 2
    assert "Look through older ones" not in answer.content.decode()


def test_a_longer_list_takes_no_more_queries(
    get: Get, entries: Entries, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    entries(2, actor=owner, actor_email=owner.email)
    get()
    with django_assert_num_queries(8):
        get()
    entries(60, actor=owner, actor_email=owner.email)
    with django_assert_num_queries(8):
        get()


def rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.getvalue().decode())))


def test_a_file_holds_what_the_filters_find(get: Get, entries: Entries, owner: User) -> None:
    entries(3, actor=owner, actor_email=owner.email, object_repr="=1+1", cid="r-1")
    entries(1, subject_kind="batch", event="batch.deleted")
    answer = get("export/", what="project")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    head, *lines = rows(answer)
    assert len(lines) == 3
    first = dict(zip(head, lines[0], strict=True))
    assert (first["time_utc"], first["subject"]) == ("2025-03-10T12:02:00.000+00:00", "'=1+1")
    assert (first["before"], first["after"]) == ('{"name": "Shop"}', '{"name": "Shop prices"}')
    assert (first["who"], first["request_id"]) == (owner.email, "r-1")


def test_a_long_file_goes_on_without_a_gap(get: Get, entries: Entries, organization: Organization) -> None:
    made = entries(2_500)
    ids = [line[-1] for line in rows(get("export/"))[1:]]
    assert ids == [str(entry.pk) for entry in made[::-1]]


def test_taking_the_file_is_an_act_itself(get: Get, entries: Entries, admin: User) -> None:
    entries()
    get("export/", search="Shop")
    entry = AuditEntry.objects.get(event="audit.exported")
    assert (entry.actor, entry.changes["address"][1]) == (admin, f"{PAGE}export/?search=Shop")
