"""A row's own instructions."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from mino.common.errors import InvalidInput
from projects.models import Batch
from projects.services.rows import row_set_instructions

pytestmark = pytest.mark.django_db
OWN = "Take the price from the second table of {{site_url}}."


def test_a_row_gets_instructions_of_its_own_and_loses_them_again(batch: Batch, member: User) -> None:
    row = batch.rows.get(position=2)
    row_set_instructions(row=row, user=member, text=f"  {OWN}\x00\n")
    row.refresh_from_db()
    assert row.instructions == OWN
    row_set_instructions(row=row, user=member, text="  ")
    row.refresh_from_db()
    assert row.instructions == ""
    assert not batch.rows.exclude(instructions="").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("short", "at least"),
        ("Take the price in {{colour}} from the page.", "{{colour}}"),
        ("Compare the price with {{price}} on the page.", "{{price}}"),  # the truth is not told to agents
    ],
)
def test_instructions_that_cannot_work_are_refused_at_their_field(
    batch: Batch, member: User, text: str, told: str
) -> None:
    row = batch.rows.get(position=1)
    with pytest.raises(InvalidInput) as refused:
        row_set_instructions(row=row, user=member, text=text)
    assert refused.value.details[0].path == "instructions"
    assert told in refused.value.details[0].message
    row.refresh_from_db()
    assert row.instructions == ""


def test_viewers_may_not(batch: Batch, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        row_set_instructions(row=batch.rows.get(position=1), user=viewer, text=OWN)
