"""Cells of truth that were changed together are taken back together."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from mino.common.errors import InvalidState
from projects.models import Batch, TruthRevision
from projects.services import truth
from projects.services.truth import truth_restore_change, truth_set, truth_set_many
from projects.services.truth_cells import CellChange

ClientFor = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def change(batch: Batch, member: User) -> uuid.UUID:
    """All prices of the batch became 7, and one title nothing."""
    rows = list(batch.rows.order_by("position"))
    cells = [CellChange(row.pk, "price", "7") for row in rows] + [CellChange(rows[0].pk, "title", None)]
    truth_set_many(batch=batch, changes=cells, user=member, reason="From prices.csv")
    [made] = set(TruthRevision.objects.filter(batch=batch).values_list("change", flat=True))
    assert made
    return made


def cells(batch: Batch) -> list[dict[str, str]]:
    """The truth of all rows."""
    return list(batch.rows.order_by("position").values_list("truth", flat=True))


def test_all_cells_get_back_what_they_held(
    batch: Batch, member: User, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    before = cells(batch)
    made = request.getfixturevalue("change")
    assert cells(batch) != before
    monkeypatch.setattr(truth, "PIECE", 2)  # several pieces, also while it writes what it reads
    assert truth_restore_change(batch=batch, change=made, user=member).cells == 4
    assert cells(batch) == before
    latest = TruthRevision.objects.filter(batch=batch).order_by("-id")[:4]
    assert len({one.change for one in latest}) == 1
    assert latest[0].change != made


def test_what_was_changed_again_since_stays(batch: Batch, member: User, change: uuid.UUID) -> None:
    row = batch.rows.get(position=2)
    truth_set(batch=batch, changes=[CellChange(row.pk, "price", "8")], user=member)
    assert truth_restore_change(batch=batch, change=change, user=member).cells == 3
    row.refresh_from_db()
    assert row.truth["price"] == "8"
    with pytest.raises(InvalidState, match="nothing to take back"):
        truth_restore_change(batch=batch, change=change, user=member)


def test_the_page_lists_the_cells_and_takes_them_back(
    batch: Batch, member: User, viewer: User, client_for: ClientFor, change: uuid.UUID
) -> None:
    slug, client = batch.organization.slug, client_for(member)
    address = reverse("truth_change", args=[slug, change])
    assert "with 3 other cells" in client.get(reverse("batch_truth", args=[slug, batch.pk])).text
    page = client.get(address).text
    assert "A change of 4 cells" in page
    assert "From prices.csv" in page
    assert "Take back 4 cells?" in page
    assert "Take all back" not in client_for(viewer).get(address).text
    back = reverse("truth_change_take_back", args=[slug, change])
    assert client_for(viewer).post(back).status_code == 403
    assert "4 cells hold what they held before." in client.post(back, follow=True).text
    assert "nothing to take back" in client.post(back, follow=True).text


def test_a_cell_that_was_changed_alone_is_not_told_of_others(batch: Batch, member: User, client_for: ClientFor) -> None:
    row = batch.rows.get(position=1)
    truth_set(batch=batch, changes=[CellChange(row.pk, "price", "8")], user=member)
    page = client_for(member).get(reverse("batch_truth", args=[batch.organization.slug, batch.pk])).text
    assert "other cell" not in page


def test_the_number_of_queries_does_not_grow_with_the_cells(
    batch: Batch,
    member: User,
    client_for: ClientFor,
    change: uuid.UUID,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_for(member)
    with django_assert_max_num_queries(14):
        client.get(reverse("truth_change", args=[batch.organization.slug, change]))
