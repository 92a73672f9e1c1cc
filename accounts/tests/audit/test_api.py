"""The audit trail over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Organization, User
from accounts.tests.audit.conftest import NOON, Entries
from mino.common.models import new_id
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import OrganizationFactory


@pytest.fixture
def ask(organization: Organization, admin: User) -> Asker:
    """An admin's browser."""
    return browser(admin, organization)


def ids(entries: list[AuditEntry]) -> list[str]:
    return [str(one.pk) for one in entries]


def found(ask: Asker, query: str) -> list[str]:
    return [one["id"] for one in ask.get(f"audit?created_before=2025-12-31T00:00:00Z&{query}")["data"]]


def test_an_entry_tells_who_did_what(ask: Asker, entries: Entries, owner: User) -> None:
    key = new_id()
    entries(actor=owner, actor_email=owner.email, remote_addr="203.0.113.9", object_pk="7", cid="abc")
    entries(api_key_id=key, api_key_text="CI", timestamp=NOON + timedelta(hours=1))
    entries(channel="worker", timestamp=NOON + timedelta(hours=2))
    worker, program, person = ask.get("audit?created_before=2025-12-31T00:00:00Z")["data"]
    assert worker["actor"] is None
    assert program["actor"] == {"type": "api_key", "id": str(key), "name": "CI"}
    assert person["actor"] == {"type": "user", "id": str(owner.pk), "name": owner.email}
    assert (person["event"], person["changes"]) == ("project.updated", {"name": ["Shop", "Shop prices"]})
    assert person["created_at"] == "2025-03-10T12:00:00Z"
    assert (person["address"], person["subject_id"], person["request_id"]) == ("203.0.113.9", "7", "abc")


def test_filters_and_pages(ask: Asker, entries: Entries, owner: User) -> None:
    subject = new_id()
    old, new = entries(2, actor=owner, object_pk=str(subject))
    (other,) = entries(event="tag.created", subject_kind="tag", timestamp=NOON - timedelta(days=1))
    entries(organization=OrganizationFactory())
    assert found(ask, "") == ids([new, old, other])
    assert found(ask, "event=tag.created") == found(ask, "subject_kind=tag,row") == ids([other])
    assert found(ask, f"user_id={owner.pk}") == found(ask, f"subject_id={subject}") == ids([new, old])
    assert found(ask, "created_after=2025-03-10T12:00:00Z") == ids([new])
    first = ask.get("audit?created_before=2025-12-31T00:00:00Z&limit=2")
    entries(timestamp=NOON + timedelta(days=1))
    cursor = first["pagination"]["next_cursor"]
    assert found(ask, f"limit=2&cursor={cursor}") == ids([other]), "what is added meanwhile shifts nothing"
    assert code_of(ask("GET", "audit?subject_kind=nothing")) == "VALIDATION_ERROR"
    assert code_of(ask("GET", "audit?event=project.renamed_twice")) == "VALIDATION_ERROR"


def test_a_way_is_found_however_old(ask: Asker, entries: Entries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.audit.asking.LOOKED_AT", 1)
    worker, staff = entries(2, channel="worker"), entries(1, channel="admin", timestamp=NOON - timedelta(days=2))
    entries(timestamp=NOON + timedelta(days=1))
    assert found(ask, "channel=worker") == ids(worker[::-1])
    assert found(ask, "channel=worker,admin") == ids([*worker[::-1], *staff])
    assert code_of(ask("GET", "audit?channel=fax")) == "VALIDATION_ERROR"


def test_a_text_is_looked_for_among_the_newest(ask: Asker, entries: Entries, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = entries(object_repr="Shop prices", timestamp=NOON - timedelta(days=2))
    (new,) = entries(object_repr="Spring")
    assert found(ask, "search=SHOP&subject_kind=project") == ids([new, old]), "values of changes are looked at too"
    assert found(ask, "search=spring") == ids([new])
    assert found(ask, "search=nowhere") == []
    monkeypatch.setattr("accounts.audit.asking.LOOKED_AT", 1)
    assert found(ask, "search=SHOP") == ids([new])
    older = ask.get(f"audit?search=SHOP&created_before={new.timestamp:%Y-%m-%dT%H:%M:%SZ}")["data"]
    assert [one["id"] for one in older] == ids([old])


def test_a_search_says_how_to_go_on_and_misses_nothing_of_a_moment(
    ask: Asker, entries: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.audit.asking.LOOKED_AT", 3)
    moments = [NOON + timedelta(microseconds=number // 2) for number in range(10)]
    made = [entries(object_repr="Spring", timestamp=moment)[0] for moment in moments]
    gone, before, rounds = list[str](), "2025-12-31T00:00:00Z", 0
    while before:
        answer = ask.get(f"audit?search=spring&limit=2&created_before={before}")
        while cursor := answer["pagination"]["next_cursor"]:
            gone += [one["id"] for one in answer["data"]]
            answer = ask.get(f"audit?search=spring&limit=2&created_before={before}&cursor={cursor}")
        gone += [one["id"] for one in answer["data"]]
        before, rounds = answer["pagination"]["searched_until"], rounds + 1
    assert (len(gone), set(gone)) == (10, set(ids(made)))
    assert rounds == 5
    assert ask.get("audit")["pagination"]["searched_until"] is None


def test_members_are_refused(organization: Organization, member: User) -> None:
    assert code_of(browser(member, organization)("GET", "audit")) == "FORBIDDEN"


def test_as_many_queries_whatever_the_length(ask: Asker, entries: Entries, owner: User) -> None:
    ask.get("audit")
    counts = []
    for how_many in (1, 20):
        entries(how_many, actor=owner, actor_email=owner.email)
        with CaptureQueriesContext(connection) as queries:
            ask.get("audit")
        counts.append(len(queries))
    assert counts[0] == counts[1]
