"""Many inserts and updates in one statement do what as many single ones would."""

from __future__ import annotations

import pytest
from django.db import DataError, connection
from django.utils import timezone

from accounts.models import Organization
from executions.models import AgentCredential
from mino.common.bulk import insert_many, update_many
from mino.common.models import new_id
from projects.models import Batch, Row

pytestmark = pytest.mark.django_db


def row(batch: Batch, position: int, **values: object) -> dict[str, object]:
    """The values of a new row."""
    return {"id": new_id(), "batch_id": batch.pk, "position": position, "url": "https://a.example", **values}


def test_inserted_rows_come_back_as_they_were_given(batch: Batch) -> None:
    truth = {"name": 'Käse "x" \\ 1', "list": [1, None, {"a": 0.1}], "empty": ""}
    insert_many(Row, [row(batch, 10, truth=truth), row(batch, 11, truth={})])
    found = Row.objects.filter(batch=batch, position__gte=10).order_by("position")
    assert [one.truth for one in found] == [truth, {}]


def test_fields_that_are_not_named_get_their_defaults(batch: Batch) -> None:
    insert_many(Row, [row(batch, 10)])
    found = Row.objects.get(batch=batch, position=10)
    assert (found.inputs, found.has_truth, found.key, found.line) == ({}, False, "", 0)


def test_each_row_is_updated_with_its_own_values(batch: Batch) -> None:
    rows = list(Row.objects.filter(batch=batch).order_by("position"))
    values = [{"id": one.pk, "key": f"K{one.position}", "truth": {"n": one.position}} for one in rows]
    assert update_many(Row, values) == len(rows)
    found = Row.objects.filter(batch=batch).order_by("position").values_list("key", "truth")
    assert list(found) == [(f"K{one.position}", {"n": one.position}) for one in rows]


def test_rows_that_do_not_match_are_left_alone_and_not_counted(batch: Batch) -> None:
    first, second, *_ = Row.objects.filter(batch=batch).order_by("position")
    Row.objects.filter(pk=first.pk).update(key="taken")
    values = [{"id": one.pk, "url": "https://b.example"} for one in (first, second)]
    assert update_many(Row, values, where={"key": "taken"}) == 1
    second.refresh_from_db()
    assert second.url != "https://b.example"


def test_values_are_added_to_what_is_there(organization: Organization) -> None:
    credential = AgentCredential.objects.create(organization=organization, agent="eva", running_jobs=5)
    now = timezone.now()
    update_many(AgentCredential, [{"id": credential.pk, "running_jobs": -2, "updated_at": now}], add=["running_jobs"])
    credential.refresh_from_db()
    assert (credential.running_jobs, credential.updated_at) == (3, now)


def test_nothing_to_write_writes_nothing() -> None:
    assert update_many(Row, []) == 0
    insert_many(Row, [])


def test_a_text_that_is_too_long_is_refused_and_never_cut(organization: Organization) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no lengths of texts.")
    values = {"id": new_id(), "organization_id": organization.pk, "agent": "a" * 21}
    with pytest.raises(DataError):
        insert_many(AgentCredential, [values])
