"""The page of suspects: listed, corrected, dismissed, opened again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from analytics.models import Suspect
from analytics.suspects.judging import columns_of, rows_judge
from analytics.tests.suspects.making import make_answer, make_execution
from mino.tests.factories import RowFactory, VersionFactory
from projects.models import Batch

ClientFor = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def suspect(batch: Batch) -> Suspect:
    """Of row 2: two versions say 129."""
    return suspects_of(batch, 2)[0]


def suspects_of(batch: Batch, *positions: int) -> list[Suspect]:
    first = make_execution(batch)
    second = make_execution(batch, instruction_version=VersionFactory(project=batch.project))
    for row in batch.rows.filter(position__in=positions):
        make_answer(first, row, price="<b>129</b>")
        make_answer(second, row, price="<b>129</b>")
    rows_judge(batch, columns_of(batch), list(batch.rows.values_list("pk", flat=True)))
    return list(Suspect.objects.all())


def listed(suspect: Suspect, **query: str) -> str:
    return reverse("project_suspects", args=["northlight", suspect.project_id], query=query)


def act(client: Client, suspect: Suspect, what: str, seen: str = "<b>129</b>") -> str:
    answer = client.post(reverse(f"suspect_{what}", args=["northlight", suspect.pk]), {"seen": seen}, follow=True)
    return answer.text


def test_a_suspect_is_listed_beside_its_truth_and_escaped(suspect: Suspect, client: Client) -> None:
    page = client.get(listed(suspect)).text
    assert "2 independent results agree, 100 % of those that answered" in page
    assert "<b>129" not in page
    assert reverse("row_truth", args=["northlight", suspect.batch_id, 2]) in page


def test_one_post_corrects_the_truth(suspect: Suspect, client: Client, member: User) -> None:
    page = act(client, suspect, "correct")
    suspect.refresh_from_db()
    suspect.row.refresh_from_db()
    assert (suspect.state, suspect.decided_by, suspect.row.truth["price"]) == ("corrected", member, "<b>129</b>")
    assert "2 stored results are scored anew." in page
    assert "No suspects" in page


def test_a_truth_that_changed_meanwhile_is_not_overwritten(suspect: Suspect, client: Client) -> None:
    suspect.row.truth = {**suspect.row.truth, "price": "77"}
    suspect.row.save()
    assert "Somebody else changed price of row 2 meanwhile" in act(client, suspect, "correct")
    assert Suspect.objects.get().state == "open"


def test_other_answers_that_came_meanwhile_are_not_taken(suspect: Suspect, client: Client) -> None:
    for what in ("correct", "dismiss"):
        assert "Other results came meanwhile" in act(client, suspect, what, seen="119")
    assert Suspect.objects.get().state == "open"


def test_a_dismissed_one_is_listed_as_such_and_opened_again(suspect: Suspect, client: Client) -> None:
    assert "stays as it is" in act(client, suspect, "dismiss")
    assert "Open again" in client.get(listed(suspect, state="dismissed")).text
    act(client, suspect, "reopen")
    assert Suspect.objects.get().state == "open"


def test_a_corrected_one_is_not_opened_again(suspect: Suspect, client: Client) -> None:
    act(client, suspect, "correct")
    assert "This truth was corrected" in act(client, suspect, "reopen")
    assert "settled a moment ago" in act(client, suspect, "dismiss")


def test_viewers_look_but_change_nothing(suspect: Suspect, viewer: User, client_for: ClientFor) -> None:
    page = client_for(viewer).get(listed(suspect)).text
    assert "2 independent results agree" in page
    assert 'method="post"' not in page.partition("<main")[2]


def test_suspects_of_another_batch_are_left_out(suspect: Suspect, client: Client) -> None:
    assert "2 independent results" in client.get(listed(suspect, batch=str(suspect.batch_id))).text
    assert "2 independent results" in client.get(listed(suspect, batch="nonsense", state="x")).text


def test_the_page_asks_a_fixed_number_of_questions(
    batch: Batch, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for position in range(4, 12):
        RowFactory(batch=batch, position=position)
    found = suspects_of(batch, *range(1, 12))
    assert len(found) == 11
    with django_assert_max_num_queries(12):
        page = client.get(listed(found[0])).text
    assert page.count("2 independent results agree") == 11
