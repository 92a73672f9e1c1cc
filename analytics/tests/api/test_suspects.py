"""Suspects in the truth over the API: read, corrected, dismissed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry
from analytics.models import Suspect
from mino.tests.api.asking import Asker, code_of
from mino.tests.api.test_lists import pages
from mino.tests.factories import JOINED, BatchFactory
from mino.tests.plans import is_sorted, plans_of
from projects.models import Batch, Row


@pytest.fixture
def rows(project: Any) -> list[Row]:
    """The rows of a batch, of which results say another price."""
    batch: Batch = BatchFactory(project=project, rows=6)
    return list(Row.objects.filter(batch=batch).order_by("position"))


def suspect(row: Row, **values: Any) -> Suspect:
    """The price of a row as a suspect."""
    batch = row.batch
    usual = {"truth": row.truth["price"], "value": "119", "support": 2, "share": 1000, "last_seen": JOINED}
    return Suspect.objects.create(
        organization_id=batch.organization_id,
        project_id=batch.project_id,
        batch=batch,
        row=row,
        column="price",
        first_seen=JOINED,
        **{**usual, **values},
    )


def test_the_strongest_come_first(
    ask: Asker, rows: list[Row], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [
        suspect(rows[0], support=5, share=900),
        suspect(rows[1], support=5, share=1000, last_seen=JOINED + timedelta(days=1)),
        suspect(rows[2], support=5, share=1000),
        suspect(rows[3], support=7),
        suspect(rows[4], support=9, state="dismissed"),
    ]
    path = f"projects/{rows[0].batch.project_id}/suspects"
    expected = [str(made[place].pk) for place in (3, 1, 2, 0)]
    for limit in (1, 2, 50):
        assert [one["id"] for page in pages(ask, f"{path}?limit={limit}") for one in page] == expected
        assert [one["id"] for page in pages(ask, f"{path}?limit={limit}&sort=support") for one in page] == expected[
            ::-1
        ]
    shown = ask.get(path)["data"][0]
    assert (shown["value"], shown["share"], shown["row_position"]) == ("119", 1.0, 4)
    assert [one["id"] for one in ask.get(f"{path}?state=dismissed")["data"]] == [str(made[4].pk)]
    both = [str(made[4].pk), *expected]
    for limit in (1, 2, 50):
        asked = pages(ask, f"{path}?limit={limit}&state=open,dismissed")
        assert [one["id"] for page in asked for one in page] == both
    lines = ask("GET", f"{path}/export?state=open,dismissed").getvalue().decode().splitlines()
    assert len(lines) == len(both) + 1
    assert ask.get(f"{path}?column=title")["data"] == []
    other = BatchFactory(project=rows[0].batch.project)
    assert ask.get(f"{path}?batch_id={other.pk}")["data"] == []
    for limit in (1, 50):
        with django_assert_num_queries(3), plans_of("analytics_suspect") as plans:  # key, project, page
            ask.get(f"{path}?limit={limit}")
        assert all("suspect_strongest_of_project" in plan and not is_sorted(plan) for plan in plans), plans


def test_correcting_the_truth(ask: Asker, rows: list[Row]) -> None:
    assert ask.get(f"suspects/{suspect(rows[1], truth='').pk}")["truth"] is None
    found = suspect(rows[0])
    path = f"suspects/{found.pk}"
    assert ask.get(path)["state"] == "open"
    assert code_of(ask("POST", f"{path}/correct", {"value": "120"})) == "INVALID_STATE", "other results came"
    done = ask("POST", f"{path}/correct", {"value": "119"}).json()
    assert (done["state"], done["decided_by"]["type"]) == ("corrected", "api_key")
    assert ask.get(f"ground-truth/changes/{done['change_id']}")["cells"] == 1
    assert Row.objects.get(pk=rows[0].pk).truth["price"] == "119"
    assert code_of(ask("POST", f"{path}/reopen")) == "INVALID_STATE", "the truth was changed"
    assert AuditEntry.objects.filter(event="suspect.corrected").count() == 1


def test_sent_again_with_its_key_it_gets_its_answer(ask: Asker, rows: list[Row]) -> None:
    path = f"suspects/{suspect(rows[0]).pk}"
    dismissed = ask("POST", f"{path}/dismiss", {"value": "119"}, Idempotency_Key="a").json()
    reopened = ask("POST", f"{path}/reopen", Idempotency_Key="b").json()
    corrected = ask("POST", f"{path}/correct", {"value": "119"}, Idempotency_Key="c").json()
    assert ask("POST", f"{path}/dismiss", {"value": "119"}, Idempotency_Key="a").json() == dismissed
    assert ask("POST", f"{path}/reopen", Idempotency_Key="b").json() == reopened
    assert ask("POST", f"{path}/correct", {"value": "119"}, Idempotency_Key="c").json() == corrected


def test_truth_that_was_changed_meanwhile_is_not_overwritten(ask: Asker, rows: list[Row]) -> None:
    found = suspect(rows[0], truth="not what it holds")
    refused = ask("POST", f"suspects/{found.pk}/correct", {"value": "119"})
    assert code_of(refused) == "INVALID_STATE"
    assert Row.objects.get(pk=rows[0].pk).truth == rows[0].truth


def test_dismissed_and_opened_again(ask: Asker, rows: list[Row]) -> None:
    path = f"suspects/{suspect(rows[0]).pk}"
    for _ in range(2):
        assert ask("POST", f"{path}/dismiss", {"value": "119"}).json()["state"] == "dismissed"
    assert ask.get(path)["decided_by"]["type"] == "api_key"
    assert Suspect.objects.get().decider_name == "API key CI"
    reopened = ask("POST", f"{path}/reopen").json()
    assert (reopened["state"], reopened["decided_by"], reopened["decided_at"]) == ("open", None, None)
    assert code_of(ask("POST", f"{path}/dismiss", {})) == "MISSING_FIELD"
