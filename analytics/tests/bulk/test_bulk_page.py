"""What is done with many rows: asked with the count, refused when that has changed, and then done."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import User
from analytics.bulk import doing, selection
from analytics.views import bulk as bulk_views
from analytics.views import exports
from executions.models import Execution, Job
from mino.tests.factories import BatchFactory, ExecutionFactory, JobFactory, VersionFactory
from projects.models import Batch, Row, Tag, TaggedRow
from projects.services.tags import tag_create

ClientFor = Callable[[User], Client]


@pytest.fixture
def many(batch: Batch) -> Batch:
    """A batch of eight rows."""
    made: Batch = BatchFactory(project=batch.project, rows=8)
    return made


@pytest.fixture
def run(many: Batch) -> Execution:
    """A completed execution of it, in which the rows from the sixth on have failed."""
    execution: Execution = ExecutionFactory(
        batch=many, number=7, status="completed", total_jobs=8, prepared_jobs=8, completed_jobs=5, error_jobs=3
    )
    Execution.objects.filter(pk=execution.pk).update(error_counts={"TIMEOUT": 3})
    for row in many.rows.all():
        failed = {"status": "error", "error_code": "TIMEOUT"} if row.position > 5 else {"status": "completed"}
        JobFactory(execution=execution, row=row, **failed)
    return execution


def post(client: Client, batch: Batch, **values: Any) -> Any:
    return client.post(reverse("batch_bulk", args=["northlight", batch.pk]), values)


def confirmed(client: Client, batch: Batch, **values: Any) -> Any:
    """Ask first, then post what the page of the confirmation holds, with what is filled in."""
    page = post(client, batch, **values)
    assert page.status_code == 200, page
    told = {"confirmed": "1", "expected": page.context["count"], "rows_then": batch.row_count}
    return post(client, batch, **{**values, **told})


def test_the_exact_count_is_said_before_anything_happens(
    many: Batch, run: Execution, member: User, client_for: ClientFor
) -> None:
    page = post(client_for(member), many, act="rerun", everything="1", query="status=error", execution="7")
    assert "Run 3 rows again?" in page.content.decode()
    assert "<b>3</b> of the 8 rows" in page.content.decode()
    assert Execution.objects.count() == 1


def test_what_a_filter_finds_is_run_again(many: Batch, run: Execution, member: User, client_for: ClientFor) -> None:
    answer = confirmed(client_for(member), many, act="rerun", everything="1", query="status=error", execution="7")
    made = Execution.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == reverse("execution", args=["northlight", made.pk])
    assert (made.selection, made.total_jobs, made.agent) == ([6, 7, 8], 3, "local")


def test_ticked_rows_are_run_by_new_instructions(
    many: Batch, run: Execution, member: User, client_for: ClientFor
) -> None:
    new = "Return the price without tax and nothing else."
    confirmed(client_for(member), many, act="rerun_with", row=["2", "4", "99"], execution="7", text=new)
    made = Execution.objects.exclude(pk=run.pk).get()
    assert (made.selection, made.instructions, made.instruction_version.number) == ([2, 4], new, 2)


def test_ticked_rows_are_run_by_an_earlier_version(
    many: Batch, run: Execution, member: User, client_for: ClientFor
) -> None:
    version = VersionFactory(project=many.project, text="Return the price in the largest letters.")
    confirmed(client_for(member), many, act="rerun_with", row=["1"], execution="7", version=str(version.number))
    assert Execution.objects.exclude(pk=run.pk).get().instruction_version == version


def test_it_is_refused_when_the_count_has_changed(
    many: Batch, run: Execution, member: User, client_for: ClientFor
) -> None:
    told = {"confirmed": "1", "expected": "3", "rows_then": "8"}
    Job.objects.filter(execution=run, row_position=6).update(status="completed")
    Execution.objects.filter(pk=run.pk).update(error_jobs=2, completed_jobs=6)
    answer = post(client_for(member), many, act="rerun", everything="1", query="status=error", execution="7", **told)
    assert answer.status_code == 409
    assert "There were 3 when you were asked; now it is 2." in answer.content.decode()
    assert "Run 2 rows again?" in answer.content.decode()
    assert Execution.objects.count() == 1


def test_only_what_failed_is_retried(many: Batch, run: Execution, member: User, client_for: ClientFor) -> None:
    client = client_for(member)
    page = post(client, many, act="retry", row=["1", "6", "7"], execution="7")
    assert "<b>2</b> of them have failed" in page.content.decode()
    confirmed(client, many, act="retry", row=["1", "6", "7"], execution="7")
    assert list(run.jobs.filter(status="queued").values_list("row_position", flat=True)) == [6, 7]
    refused = confirmed(client, many, act="retry", row=["1"], execution="7")
    assert (refused.status_code, "has failed" in refused.content.decode()) == (409, True)


def test_rows_get_instructions_of_their_own(many: Batch, member: User, client_for: ClientFor) -> None:
    own = "Take the price from the second table of {{site_url}}."
    client = client_for(member)
    confirmed(client, many, act="instructions", row=["1", "3"], execution="", text=own)
    assert list(Row.objects.filter(batch=many, instructions=own).values_list("position", flat=True)) == [1, 3]
    refused = confirmed(client, many, act="instructions", everything="1", execution="", text="Take {{nothing}} of it.")
    assert "{{nothing}}" in refused.content.decode()
    confirmed(client, many, act="instructions", everything="1", execution="", text=" ")
    assert not Row.objects.exclude(instructions="").exists()


def test_rows_are_tagged_and_untagged(many: Batch, member: User, client_for: ClientFor) -> None:
    tag: Tag = tag_create(organization=many.organization, user=None, name="Cookie wall", colour="#123456")
    client = client_for(member)
    confirmed(client, many, act="tag", everything="1", query="", execution="", tag=str(tag.pk))
    assert TaggedRow.objects.count() == 8
    confirmed(client, many, act="untag", row=["1", "2"], execution="", tag=str(tag.pk))
    assert TaggedRow.objects.count() == 6
    refused = confirmed(client, many, act="tag", row=["1"], execution="", tag="nonsense")
    assert "Choose a tag" in refused.content.decode()
    for name in ("Look again", "look AGAIN"):
        confirmed(client, many, act="tag", row=["3"], execution="", new_tag=name)
    assert [tag.name for tag in Tag.objects.exclude(pk=tag.pk)] == ["Look again"]
    assert TaggedRow.objects.get(tag__name="Look again").row.position == 3


def test_rows_are_deleted_by_admins_only(
    many: Batch, run: Execution, member: User, admin: User, client_for: ClientFor
) -> None:
    assert post(client_for(member), many, act="delete", row=["1"], execution="7").status_code == 403
    confirmed(client_for(admin), many, act="delete", everything="1", query="status=error", execution="7")
    assert Row.objects.filter(batch=many).count() == 5
    run.refresh_from_db()
    assert (run.total_jobs, run.error_jobs, run.error_counts) == (5, 0, {})


def test_many_rows_are_deleted_in_several_goes(
    many: Batch, run: Execution, admin: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "MOST_DELETED", 5)
    client = client_for(admin)
    answer = confirmed(client, many, act="delete", everything="1", execution="7")
    assert "3 rows of your choice are left" in client.get(answer["Location"]).content.decode()
    assert Row.objects.filter(batch=many).count() == 3


def exported(client: Client, batch: Batch, address: str, answer: Any) -> list[int]:
    """The numbers of the rows in the file that the page of choices leads to."""
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    posted = client.post(address, page.context["form"].data)
    file: Any = client.get(posted["Location"]) if posted.status_code == 302 else posted
    lines = csv.DictReader(b"".join(file.streaming_content).decode().splitlines())
    numbers = dict(batch.rows.values_list("url", "position"))
    return [numbers[line["site_url"]] for line in lines]


def test_the_filter_goes_along_to_the_export(many: Batch, run: Execution, viewer: User, client_for: ClientFor) -> None:
    client = client_for(viewer)
    query = "status=error&truth=yes&search=shop&site=a.example&tag=Late&column=price&outcome=wrong&sort=status"
    answer = post(client, many, act="export", everything="1", query=query, execution="7")
    options = reverse("execution_export_options", args=["northlight", run.pk])
    assert answer["Location"].split("?")[0] == options
    assert dict(QueryDict(answer["Location"].split("?")[1]).items()) == {
        "status": "error",
        "has_ground_truth": "yes",
        "search": "shop",
        "site": "a.example",
        "tag": "Late",
        "column": "price",
        "outcome": "wrong",
    }
    answer = post(client, many, act="export", everything="1", query="status=error&truth=yes", execution="")
    batch_options = reverse("batch_export_options", args=["northlight", many.pk])
    assert answer["Location"] == f"{batch_options}?has_ground_truth=yes"
    answer = post(client, many, act="export", everything="1", execution="")
    assert answer["Location"] == batch_options


@pytest.mark.parametrize("shown", ["7", ""])
def test_exactly_the_ticked_rows_are_exported(
    many: Batch, run: Execution, viewer: User, client_for: ClientFor, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(viewer)
    name, subject = ("execution_export_options", run) if shown else ("batch_export_options", many)
    options = reverse(name, args=["northlight", subject.pk])
    ticked = {"act": "export", "row": ["2", "7", "6"], "execution": shown, "query": "status=error"}
    answer = post(client, many, **ticked)
    assert answer["Location"].endswith("?rows=2,6-7")
    assert exported(client, many, options, answer) == [2, 6, 7]
    monkeypatch.setattr(bulk_views, "LONGEST_QUERY", 5)
    monkeypatch.setattr(exports, "LONGEST_QUERY", 5)
    answer = post(client, many, **ticked)
    assert answer.status_code == 200, "no address holds so many"
    assert exported(client, many, options, answer) == [2, 6, 7]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"act": "rerun", "execution": "7"}, "No row is chosen"),
        ({"act": "tag", "row": ["99", "x", "-1"], "execution": "7"}, "No row is chosen"),
        ({"act": "export", "execution": "7"}, "No row is chosen"),
        ({"act": "nonsense", "row": ["1"], "execution": "7"}, "Choose what to do"),
    ],
)
def test_nothing_chosen_is_said(
    many: Batch, run: Execution, member: User, client_for: ClientFor, values: dict[str, Any], told: str
) -> None:
    client = client_for(member)
    answer = post(client, many, **values)
    assert told in client.get(answer["Location"]).content.decode()


def test_a_batch_that_was_never_run_says_how_to_begin(many: Batch, member: User, client_for: ClientFor) -> None:
    refused = confirmed(client_for(member), many, act="rerun", row=["1"], execution="")
    assert "This batch was never run" in refused.content.decode()


@pytest.mark.parametrize("shown", ["7", "none"])
def test_tagged_rows_are_found_in_the_grid_and_acted_on(
    many: Batch, run: Execution, member: User, client_for: ClientFor, shown: str
) -> None:
    tag: Tag = tag_create(organization=many.organization, user=None, name="Cookie wall", colour="#123456")
    client = client_for(member)
    confirmed(client, many, act="tag", row=["2", "7"], execution="7", tag=str(tag.pk))
    address = reverse("batch", args=["northlight", many.pk])
    lines = client.get(address, {"execution": shown, "tag": "cookie WALL"}).context["lines"]
    assert [line.row for line in lines] == [2, 7]
    page = post(client, many, act="rerun", everything="1", query="tag=Cookie+wall", execution=shown)
    assert page.context["count"] == 2
    assert not client.get(address, {"execution": shown, "tag": "other"}).context["lines"]


def test_any_number_of_ticked_rows_stands_in_one_field(
    many: Batch, run: Execution, member: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(member)
    page = post(client, many, act="rerun", rows="2-4,7,900-100000", execution="7")
    assert "Run 4 rows again?" in page.text
    assert ("rows", "2-4,7") in page.context["fields"]
    monkeypatch.setattr(selection, "MOST_TICKED", 3)
    told = client.post(
        reverse("batch_bulk", args=["northlight", many.pk]), {"act": "rerun", "rows": "1-4"}, follow=True
    )
    assert "Tick at most 3 rows" in told.text
    odd = client.post(reverse("batch_bulk", args=["northlight", many.pk]), {"act": "rerun", "rows": "4-1"}, follow=True)
    assert "is no row" in odd.text


def test_answers_from_outside_are_run_again_by_an_agent_that_is_chosen(
    many: Batch, run: Execution, member: User, client_for: ClientFor
) -> None:
    Execution.objects.filter(pk=run.pk).update(agent="file", agent_settings={"name": "answers.csv"}, timeout=5)
    client = client_for(member)
    page = post(client, many, act="rerun", row=["2"], execution="7")
    assert [kind.name for kind in page.context["agents"]][:1] == ["local"]
    assert "come from outside" in confirmed(client, many, act="rerun", row=["2"], execution="7").text
    confirmed(client, many, act="rerun", row=["2", "3"], execution="7", agent="local")
    started = Execution.objects.exclude(pk=run.pk).get()
    assert (started.agent, started.selection, started.timeout) == ("local", [2, 3], 120)
    assert "file" not in started.agent_settings
