"""The page of a batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from executions.models import Execution
from mino.tests.factories import ColumnStatisticFactory, ExecutionFactory, JobFactory
from projects.models import Batch

ClientFor = Callable[[User], Client]
MOST_QUERIES = 15


def address(batch: Batch, query: str = "") -> str:
    return reverse("batch", kwargs={"slug": batch.organization.slug, "batch_id": batch.pk}) + query


def run(batch: Batch, number: int, price: str, **values: object) -> Execution:
    """An execution whose answers give `price`, which is wrong for all rows but where it is the truth."""
    execution = ExecutionFactory(batch=batch, number=number, status="completed", total_jobs=batch.row_count, **values)
    for row in batch.rows.all():
        right = price == row.truth["price"]
        JobFactory(
            execution=execution,
            row=row,
            status="completed",
            result={"title": row.truth["title"], "price": price},
            outcomes={"title": "correct", "price": "correct" if right else "wrong"},
            evaluation_result="pass" if right else "fail",
        )
    ColumnStatisticFactory(execution=execution, column="title", position=0, correct=3)
    ColumnStatisticFactory(execution=execution, column="price", position=1, correct=1, wrong=2)
    return execution


def test_rows_show_the_newest_answer_beside_the_truth(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, 1, "dear")
    run(batch, 2, "2.50")
    page = client_for(viewer).get(address(batch)).content.decode()
    assert "showing" in page
    assert "execution 2" in page
    assert '<ins class="mn-t">1</ins>.50' in page  # the truth of row 1, its difference marked
    assert '<del class="mn-x">2</del>.50' in page
    assert "dear" not in page


def test_another_execution_or_none_can_be_chosen(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, 1, "dear")
    run(batch, 2, "2.50")
    client = client_for(viewer)
    assert "dear" in client.get(address(batch, "?execution=1")).content.decode()
    bare = client.get(address(batch, "?execution=none")).content.decode()
    assert "3.50" in bare
    assert "dear" not in bare
    assert "execution 2" in client.get(address(batch, "?execution=99999999999")).content.decode()


def test_a_batch_that_never_ran_shows_its_truth(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    page = client_for(viewer).get(address(batch)).content.decode()
    assert page.count("mn-pinrow") == 3
    assert "Kettle 2" in page


def test_a_row_without_an_answer_says_why(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    execution = ExecutionFactory(batch=batch, total_jobs=1, error_jobs=1)
    JobFactory(
        execution=execution, row=batch.rows.first(), status="error", error_code="TIMEOUT", error_message="No answer."
    )
    page = client_for(viewer).get(address(batch)).content.decode()
    assert "No answer." in page
    assert "<code>TIMEOUT</code>" in page


def test_what_agents_and_files_say_is_escaped(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, 1, "<script>alert(1)</script>")
    batch.rows.update(url="javascript:alert('<b>')")
    page = client_for(viewer).get(address(batch, "?search=<script>")).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page


def test_counts_filter_on_click(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, 4, "2.50")
    page = client_for(viewer).get(address(batch, "?execution=4&after=1")).content.decode()
    assert 'href="?execution=4&amp;outcome=wrong"' in page


@pytest.mark.parametrize(
    "query", ["", "?outcome=wrong&column=price", "?status=error", "?execution=none", "?search=shop"]
)
def test_the_page_asks_a_fixed_number_of_questions(
    batch: Batch,
    viewer: User,
    client_for: ClientFor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    query: str,
) -> None:
    for number in range(1, 6):
        run(batch, number, "2.50")
    client = client_for(viewer)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(address(batch, query))


def test_the_executions_of_a_batch_are_listed(batch: Batch, viewer: User, client_for: ClientFor) -> None:
    run(batch, 12, "2.50")
    run(batch, 13, "2.50")
    url = reverse("batch_executions", kwargs={"slug": batch.organization.slug, "batch_id": batch.pk})
    page = client_for(viewer).get(url)
    assert [one.number for one in page.context["page"].items] == [13, 12]


def test_strangers_and_other_organizations_do_not_find_it(batch: Batch, stranger: User, client_for: ClientFor) -> None:
    client = client_for(stranger)
    assert client.get(address(batch)).status_code == 404
    elsewhere = reverse("batch", kwargs={"slug": "elsewhere", "batch_id": batch.pk})
    assert client.get(elsewhere).status_code == 404
