"""One more accepted value in a cell of truth."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from executions.evaluation.values import split_values
from mino.common.errors import InvalidInput, InvalidState
from projects.models import Batch, Row, TruthRevision
from projects.services.alternatives import alternative_add, with_alternative
from projects.services.truth import TruthSet
from projects.services.truth_cells import Seen

pytestmark = pytest.mark.django_db


def add(batch: Batch, value: str, *, user: User | None = None, seen: str | Seen | None = Seen.ANYTHING) -> TruthSet:
    row = batch.rows.get(position=1)
    return alternative_add(batch=batch, row_id=row.pk, column="title", value=value, user=user, reason="Both", seen=seen)


def title(batch: Batch) -> str | None:
    row: Row = batch.rows.get(position=1)
    found: str | None = row.truth.get("title")
    return found


def test_a_value_is_accepted_beside_the_one_that_is_there(batch: Batch, member: User) -> None:
    done = add(batch, "Kettle One", user=member)
    assert title(batch) == "Kettle 1|Kettle One"
    assert (done.cells, TruthRevision.objects.get().reason) == (1, "Both")


def test_a_separator_in_the_value_is_escaped(batch: Batch) -> None:
    add(batch, "Kettle | Shop")
    assert title(batch) == r"Kettle 1|Kettle \| Shop"
    assert split_values(str(title(batch)), "|") == ("Kettle 1", "Kettle | Shop")


def test_a_value_that_is_accepted_already_changes_nothing(batch: Batch) -> None:
    add(batch, "a|b")
    assert add(batch, "a|b").cells == 0
    assert add(batch, " Kettle 1 ").cells == 0


def test_values_that_end_with_a_backslash_stay_values(batch: Batch) -> None:
    add(batch, "C:\\")
    add(batch, "D")
    assert split_values(str(title(batch)), "|") == ("Kettle 1", "D", "C:\\")
    with pytest.raises(InvalidInput, match="end with a backslash"):
        add(batch, "E:\\")


def test_a_cell_without_truth_gets_the_value(batch: Batch) -> None:
    column = batch.columns.get(name="title")
    assert with_alternative(column, None, "a|b") == r"a\|b"


@pytest.mark.parametrize("options", [{"alternatives": ""}, {"multiple": "all"}])
def test_columns_without_alternatives_refuse(batch: Batch, options: dict[str, str]) -> None:
    batch.columns.filter(name="title").update(options=options)
    with pytest.raises(InvalidInput, match="can't hold alternatives"):
        add(batch, "b")
    assert title(batch) == "Kettle 1"


def test_a_cell_that_changed_meanwhile_is_left_alone(batch: Batch) -> None:
    with pytest.raises(InvalidState, match="meanwhile"):
        add(batch, "b", seen="Kettle 0")
    assert add(batch, "b", seen="Kettle 1").cells == 1


def test_only_those_who_may_change_truth_add_values(batch: Batch, viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        add(batch, "b", user=viewer)


def test_an_empty_value_or_an_unknown_column_is_refused(batch: Batch) -> None:
    with pytest.raises(InvalidInput, match="no value"):
        add(batch, " ")
    with pytest.raises(InvalidInput, match="no column of truth"):
        alternative_add(batch=batch, row_id=batch.rows.get(position=1).pk, column="x", value="y", user=None)
