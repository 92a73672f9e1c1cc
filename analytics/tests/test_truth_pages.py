"""The pages of the ground truth."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from executions.models import Job
from mino.tests.factories import ExecutionFactory, FieldResultFactory, JobFactory
from projects.models import Batch, Row, TruthRevision
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

ClientFor = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def row(batch: Batch) -> Row:
    found: Row = batch.rows.get(position=2)
    return found


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


def address(name: str, row: Row) -> str:
    return reverse(name, args=[row.batch.organization.slug, row.batch_id, row.position])


def history(batch: Batch) -> str:
    return reverse("batch_truth", args=[batch.organization.slug, batch.pk])


def change(row: Row, value: str | None, reason: str = "") -> TruthRevision:
    """Change the price of a row."""
    done = truth_set(batch=row.batch, changes=[CellChange(row.pk, "price", value)], user=None, reason=reason)
    return done.revisions[0]


def answered(row: Row, price: object) -> Job:
    """A result that says this price, which is wrong."""
    execution = ExecutionFactory(
        batch=row.batch, completed_jobs=1, failed_jobs=1, total_jobs=1, first_attempt_failed_jobs=1
    )
    job: Job = JobFactory(
        execution=execution,
        row=row,
        status="completed",
        result={"title": row.truth["title"], "price": price},
        outcomes={"title": "correct", "price": "wrong"},
        evaluation_result="fail",
        gradable_fields=2,
        good_fields=1,
    )
    FieldResultFactory(job=job, expected=row.truth["price"], extracted=price, outcome="wrong", score=0.0)
    return job


PARTS = ("truth_sheet", "batch_truth", "truth_file")
FORM = {"seen-2": "Kettle 2", "value-2": "Kettle 2", "seen-3": "2.50", "value-3": "2.50"}


def test_several_cells_are_saved_at_once(row: Row, client: Client, member: User) -> None:
    data = {**FORM, "value-2": " Kettle Two\r\nof steel ", "value-3": "", "reason": "Looked at it"}
    page = client.post(address("row_truth_change", row), data, follow=True).text
    row.refresh_from_db()
    assert row.truth == {"title": "Kettle Two\nof steel"}
    assert "2 cells of truth are changed." in page
    assert {(one.user, one.reason) for one in TruthRevision.objects.all()} == {(member, "Looked at it")}


def test_what_was_not_touched_is_left_alone(row: Row, client: Client) -> None:
    change(row, "3")
    page = client.post(address("row_truth_change", row), {**FORM, "value-2": "Kettle Two"}, follow=True).text
    row.refresh_from_db()
    assert row.truth == {"title": "Kettle Two", "price": "3"}
    assert "The truth of title is changed." in page


def test_a_change_by_somebody_else_is_told_and_what_was_typed_stays(row: Row, client: Client) -> None:
    change(row, "3")
    answer = client.post(address("row_truth_change", row), {**FORM, "value-3": "4.75", "reason": "Looked"})
    assert answer.status_code == 409
    assert "Somebody else changed price of row 2 meanwhile" in answer.text
    assert "4.75</textarea>" in answer.text
    assert 'name="seen-3" value="3"' in answer.text
    assert 'value="Looked"' in answer.text


def test_too_long_a_reason_is_refused(row: Row, client: Client) -> None:
    answer = client.post(address("row_truth_change", row), {**FORM, "value-3": "4", "reason": "x" * 501})
    assert answer.status_code == 422
    assert "at most 500 characters" in answer.text


def test_a_cell_can_be_known_to_be_absent(row: Row, client: Client) -> None:
    client.post(address("row_truth_change", row), {**FORM, "absent": "3"})
    row.refresh_from_db()
    assert row.truth["price"] == "(absent)"


def test_an_answer_is_taken_and_its_result_scored_anew(row: Row, client: Client) -> None:
    job = answered(row, 9.5)
    assert f"{job.pk}:3" in client.get(address("row_truth", row)).text
    page = client.post(address("row_truth_change", row), {**FORM, "take": f"{job.pk}:3"}, follow=True).text
    row.refresh_from_db()
    job.refresh_from_db()
    assert (row.truth["price"], job.outcomes["price"], job.evaluation_result) == ("9.5", "correct", "pass")
    assert f"{job.pk}:3" not in page


@pytest.mark.parametrize("taken", ["", ":", "x:3", "1:2:3", "\x00:3"])
def test_an_answer_that_does_not_exist_is_not_taken(row: Row, client: Client, taken: str) -> None:
    assert client.post(address("row_truth_change", row), {**FORM, "take": taken}).status_code in (302, 409)
    assert not TruthRevision.objects.exists()


def test_an_answer_of_another_row_is_not_taken(row: Row, client: Client) -> None:
    job = answered(row.batch.rows.get(position=1), 9.5)
    assert client.post(address("row_truth_change", row), {**FORM, "take": f"{job.pk}:3"}).status_code == 409


def test_a_change_is_taken_back_from_the_history_of_the_row(row: Row, client: Client, member: User) -> None:
    revision = change(row, "3", "A slip")
    page = client.get(address("row_truth", row)).text
    assert "A slip" in page
    assert "Back to “2.50”" in page
    back = reverse("truth_take_back", args=[row.batch.organization.slug, revision.pk])
    page = client.post(back, {"seen": "3"}, follow=True).text
    row.refresh_from_db()
    assert row.truth["price"] == "2.50"
    assert "Takes back a change of" in page
    change(row, "4", "Another slip")
    assert "Somebody else changed" in client.post(back, {"seen": "3", "to": "batch"}, follow=True).text


def test_the_parts_of_the_truth_lead_to_each_other(row: Row, client: Client) -> None:
    parts = [reverse(name, args=[row.batch.organization.slug, row.batch_id]) for name in PARTS]
    for page in parts:
        text = client.get(page).text
        assert [f'href="{part}"' in text for part in parts] == [True, True, True], page


def test_all_changes_of_a_batch_are_listed_newest_first(row: Row, client: Client) -> None:
    change(row, "3", "<b>first</b>")
    change(row, None, "second")
    page = client.get(history(row.batch)).text
    assert page.index("second") < page.index("&lt;b&gt;first&lt;/b&gt;")
    assert "<b>first" not in page


def test_viewers_look_but_change_nothing(row: Row, viewer: User, client_for: ClientFor) -> None:
    answered(row, 9.5)
    change(row, "3")
    client = client_for(viewer)
    for page in (client.get(address("row_truth", row)).text, client.get(history(row.batch)).text):
        assert "2.50" in page or "not known" in page
        assert 'method="post"' not in page.partition("<main")[2]
    assert client.post(address("row_truth_change", row), FORM).status_code == 403


def test_rows_that_do_not_exist_are_not_found(row: Row, client: Client) -> None:
    row.position = 99
    assert client.get(address("row_truth", row)).status_code == 404


def test_a_batch_without_truth_says_what_to_do(batch: Batch, row: Row, client: Client) -> None:
    batch.columns.filter(role="ground_truth").update(role="input")
    assert "No column holds truth" in client.get(address("row_truth", row)).text


def test_the_pages_ask_a_fixed_number_of_questions(
    row: Row, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        answered(row, number)
        change(row, str(number + 100))
    client.get(history(row.batch))
    with django_assert_max_num_queries(13):
        client.get(address("row_truth", row))
    with django_assert_max_num_queries(10):
        client.get(history(row.batch))


def test_an_answer_is_accepted_beside_the_truth(row: Row, client: Client) -> None:
    job = answered(row, "9|1")
    page = client.post(address("row_truth_change", row), {**FORM, "add": f"{job.pk}:3"}, follow=True).text
    row.refresh_from_db()
    assert row.truth["price"] == r"2.50|9\|1"
    assert "The truth of price is changed." in page
