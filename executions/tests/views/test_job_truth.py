"""Correcting the truth from the page of a job."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from executions.agents.base import Reporter, Task
from executions.models import Execution, Job
from executions.tests.views.conftest import ClientFor, Start, Work
from projects.models import TruthRevision

pytestmark = pytest.mark.django_db


def dear(task: Task, reporter: Reporter) -> dict[str, object]:
    return {"title": None, "price": 9.5}


@pytest.fixture
def execution(start: Start, work: Work) -> Execution:
    """An execution whose one row got a wrong price and no title."""
    started = start(rows=1)
    work(1, dear)
    return started


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


def post(client: Client, execution: Execution, **data: str) -> str:
    """Post to the job's truth, and answer the page that follows."""
    address = reverse("job_truth", args=[execution.organization.slug, execution.jobs.get().pk])
    return client.post(address, data, follow=True).text


def page_of(client: Client, execution: Execution) -> str:
    return client.get(reverse("job", args=[execution.organization.slug, execution.jobs.get().pk])).text


def test_the_answer_can_be_taken_as_truth(execution: Execution, client: Client, member: User) -> None:
    assert "Take “9.5”" in page_of(client, execution)
    page = post(client, execution, column="price", act="accept", seen="1.50")
    assert "The truth of price is changed. 1 stored result is scored anew." in page
    assert "Take “9.5”" not in page
    revision = TruthRevision.objects.get()
    assert (revision.before, revision.after, revision.user) == ("1.50", "9.5", member)
    assert revision.reason == f"The answer of execution {execution.number}"
    assert Job.objects.get().outcomes["price"] == "correct"


def test_a_cell_can_be_known_to_be_absent(execution: Execution, client: Client) -> None:
    post(client, execution, column="title", act="absent", seen="Kettle 1", reason="The shop names nothing")
    assert TruthRevision.objects.get().reason == "The shop names nothing"
    assert Job.objects.get().outcomes["title"] == "correctly_empty"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(execution: Execution, client: Client) -> None:
    page = post(client, execution, column="price", act="accept", seen="1.40")
    assert "Somebody else changed price of row 1 meanwhile" in page
    assert not TruthRevision.objects.exists()


def test_a_column_that_is_gone_is_told(execution: Execution, client: Client) -> None:
    assert "no column of truth" in post(client, execution, column="colour", act="accept")
    assert "no column of truth" in post(client, execution, column="colour", act="absent")


def test_an_answer_that_no_cell_can_say_is_not_offered(start: Start, work: Work, client: Client) -> None:
    execution = start(rows=1)
    work(1, lambda task, reporter: {"title": {"name": "Kettle"}, "price": "1.50"})
    assert "Take “" not in page_of(client, execution)
    assert "can&#x27;t be written as truth" in post(client, execution, column="title", act="accept", seen="Kettle 1")


def test_a_row_without_an_answer_offers_nothing(start: Start, client: Client) -> None:
    execution = start(rows=1)
    assert "Edit truth" in page_of(client, execution)
    assert "Truth of price" not in page_of(client, execution)
    assert "gave no answer" in post(client, execution, column="price", act="accept", seen="1.50")


def test_viewers_are_offered_no_change(execution: Execution, viewer: User, client_for: ClientFor) -> None:
    page = page_of(client_for(viewer), execution)
    assert "Take “" not in page
    assert "Truth of this row" in page
