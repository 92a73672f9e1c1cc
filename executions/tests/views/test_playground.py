"""The matcher playground, and how far the scoring anew is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from executions.models import Execution, Job, Rescoring, RescoringStatus
from executions.rescoring import ordering, trying
from executions.rescoring.trying import try_options
from executions.rescoring.working import rescoring_run
from mino.common.values.options import MatchingOptions

ClientFor = Callable[[User], Client]
Start = Callable[..., Execution]
Work = Callable[..., None]
pytestmark = pytest.mark.django_db
TITLE = {"column": "title", "try": "1", "multiple": "any", "blank_means": "unknown", "alternatives": "|"}


@pytest.fixture
def done(start: Start, work: Work) -> Execution:
    execution = start(rows=4)
    work()
    for job in Job.objects.filter(execution=execution, row_position__in=[1, 2]):
        job.result = {**(job.result or {}), "title": str((job.result or {})["title"]).upper()}
        job.save(update_fields=["result"])
    return execution


def address(execution: Execution, name: str = "matching_playground") -> str:
    return reverse(name, args=[execution.organization.slug, execution.batch_id])


def test_the_cells_that_would_flip_are_shown_and_nothing_is_changed(
    done: Execution, member: User, client_for: ClientFor
) -> None:
    before = list(Job.objects.values_list("outcomes", flat=True))
    page = client_for(member).get(address(done), {**TITLE, "exact": "on", "threshold": "1"})
    trial = page.context["trial"]
    assert trial.flows == {("correct", "wrong"): 2}
    assert (trial.accuracy_before.value, trial.accuracy_after.value) == (1.0, 0.5)
    assert "<b>2</b> of 4" in page.content.decode()
    assert [flip["position"] for flip in page.context["flips"]] == [1, 2]
    assert list(Job.objects.values_list("outcomes", flat=True)) == before
    assert done.batch.columns.get(name="title").options == {}


def test_the_part_with_the_cells_comes_alone_for_htmx(done: Execution, member: User, client_for: ClientFor) -> None:
    client = client_for(member)
    part = client.get(address(done), {**TITLE, "exact": "on", "threshold": "1"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<section")
    wrong = client.get(address(done), {**TITLE, "threshold": "7"}, headers={"HX-Request": "true"})
    assert "trial" not in wrong.context
    assert "Ensure this value is less than or equal to 1" in wrong.content.decode()


def test_saving_scores_anew_what_is_stored(done: Execution, member: User, client_for: ClientFor) -> None:
    answer = client_for(member).post(address(done), {**TITLE, "exact": "on", "threshold": "1"}, follow=True)
    assert "scored anew" in answer.content.decode()
    outcomes = Job.objects.order_by("row_position").values_list("outcomes", flat=True)
    assert [one["title"] for one in outcomes] == ["wrong", "wrong", "correct", "correct"]
    assert answer.context["trial"].flipped == 0
    settings = client_for(member).get(reverse("execution_settings", args=[done.organization.slug, done.pk]))
    assert "Scored by today’s options" in settings.content.decode()


def test_what_was_extracted_is_escaped(done: Execution, member: User, client_for: ClientFor) -> None:
    Job.objects.filter(row_position=1).update(result={"title": "<script>alert(1)</script>"})
    page = client_for(member).get(address(done), {**TITLE, "threshold": "0"}).content.decode()
    assert "<script>alert" not in page


def test_only_so_many_cells_are_looked_at(done: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "PORTION", 2)
    monkeypatch.setattr(trying, "MOST_CELLS", 2)
    done.refresh_from_db()
    trial = try_options(done, "title", MatchingOptions(exact=True))
    assert trial
    assert (trial.cells, trial.results, trial.flipped) == (2, 4, 2)
    assert try_options(done, "nothing", MatchingOptions()) is None


def test_the_playground_asks_few_questions(
    done: Execution, member: User, client_for: ClientFor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_for(member)
    with django_assert_max_num_queries(16):
        client.get(address(done), {**TITLE, "exact": "on", "threshold": "1"})


def test_the_progress_is_told_until_all_is_done(
    done: Execution, member: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, progress = client_for(member), address(done, "rescoring_progress")
    assert client.get(progress).content.strip() == b""
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)
    client.post(address(done), {**TITLE, "exact": "on", "threshold": "1"})
    assert "0 of 4 results" in client.get(progress).content.decode()
    rescoring_run(Rescoring.objects.get().pk)
    told = client.get(progress + "?shown=1").content.decode()
    assert "All results are scored anew." in told
    assert "hx-trigger" not in told
    assert client.get(progress).content.strip() == b""


def test_what_failed_can_be_tried_again(
    done: Execution, member: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)
    client = client_for(member)
    client.post(address(done), {**TITLE, "exact": "on", "threshold": "1"})
    Rescoring.objects.update(status=RescoringStatus.FAILED)
    assert "Try again" in client.get(address(done, "rescoring_progress")).content.decode()
    client.post(address(done, "rescoring_retry"))
    assert Rescoring.objects.get().status == RescoringStatus.PENDING
