"""Lists as files over the API."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook
from pytest_django import Settings

from accounts.models import AuditEntry, Organization, User
from analytics.comparison import services
from analytics.models import FailurePattern, RowHistory, Suspect
from analytics.tests.comparison.making import make_run
from executions.models import Execution, Job
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import JOINED, BatchFactory, GuestFactory, ProjectFactory
from projects.models import Batch, Project, Row, TruthRevision


@pytest.fixture
def two(project: Project) -> tuple[Execution, Execution]:
    """A run that had nine prices wrong and an error, and one that mended them."""
    sites = BatchFactory(project=project, rows=12)
    return make_run(sites, ["gw"] * 9 + ["gg"] * 2 + ["error"]), make_run(sites, ["gg"] * 12)


def bytes_of(ask: Asker, path: str) -> bytes:
    """The file at a path."""
    response = ask("GET", path)
    assert response.status_code == 200, response.content
    assert response["Content-Disposition"].startswith("attachment")
    return b"".join(response.streaming_content)


def lines_of(ask: Asker, path: str) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    return list(csv.DictReader(io.StringIO(bytes_of(ask, path).decode())))


def test_executions_in_every_format(ask: Asker, two: tuple[Execution, Execution]) -> None:
    path = "exports/lists/executions"
    numbers = [two[1].number, two[0].number]
    assert [int(one["number"]) for one in lines_of(ask, path)] == numbers
    lines = bytes_of(ask, f"{path}?format=jsonl").decode().splitlines()
    assert [json.loads(one)["number"] for one in lines] == numbers
    assert [one["number"] for one in json.loads(bytes_of(ask, f"{path}?format=json"))["rows"]] == numbers
    sheet = load_workbook(io.BytesIO(bytes_of(ask, f"{path}?format=xlsx"))).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == numbers
    assert lines_of(ask, f"{path}?status=running") == []
    assert len(lines_of(ask, f"{path}?project_id={two[0].project_id}&type=test,production")) == 2
    assert AuditEntry.objects.filter(event="export.downloaded").count() == 6


def test_a_workbook_that_is_too_large_is_refused(
    ask: Asker, two: tuple[Execution, Execution], settings: Settings
) -> None:
    settings.EXPORT_BACKGROUND_ROWS = 1
    refused = ask("GET", "exports/lists/executions?format=xlsx")
    assert code_of(refused) == "VALIDATION_ERROR"
    assert refused.json()["details"][0]["path"] == "format"
    assert len(lines_of(ask, "exports/lists/executions")) == 2, "the others are streamed"


def test_projects_batches_and_rows_without_an_answer(ask: Asker, two: tuple[Execution, Execution]) -> None:
    batch = two[0].batch
    assert [one["name"] for one in lines_of(ask, "exports/lists/projects")] == [batch.project.name]
    [line] = lines_of(ask, f"exports/lists/batches?search={batch.name}")
    assert (line["name"], line["last_execution"]) == (batch.name, str(two[1].number))
    assert lines_of(ask, "exports/lists/batches?search=nothing") == []
    Job.objects.filter(status="error").update(finished_at=JOINED)
    [letter] = lines_of(ask, "exports/lists/dead-letters?error_code=TIMEOUT")
    assert (letter["execution"], letter["row"]) == (str(two[0].number), "12")
    assert lines_of(ask, "exports/lists/retries") == []


def test_only_projects_that_may_be_exported_from(
    two: tuple[Execution, Execution], organization: Organization, member: User
) -> None:
    Project.objects.filter(pk=two[0].project_id).update(is_private=True)
    other = ProjectFactory(organization=organization, name="Open")
    make_run(BatchFactory(project=other, rows=1), ["gg"])
    for path, count in (("executions", 1), ("projects", 1), ("batches", 1)):
        assert len(lines_of(browser(member, organization), f"exports/lists/{path}")) == count
        key = program(organization, projects=[other])
        assert len(lines_of(key, f"exports/lists/{path}")) == count
        guest = browser(GuestFactory(organization=organization).user, organization)
        assert lines_of(guest, f"exports/lists/{path}") == []


def test_what_analytics_found(ask: Asker, two: tuple[Execution, Execution]) -> None:
    batch: Batch = two[0].batch
    project, row = batch.project, Row.objects.get(batch=batch, position=3)
    same = {"organization_id": batch.organization_id, "project": project}
    FailurePattern.objects.create(**same, kind="type", column="price", failing="value_mismatch", weight=3)
    FailurePattern.objects.create(**same, kind="error", failing="TIMEOUT", state="dismissed")
    about: dict[str, Any] = {"batch": batch, "row": row, "column": "price"}
    seen = {"first_seen": JOINED, "last_seen": JOINED}
    Suspect.objects.create(**same, **about, value="9", support=2, share=1000, **seen)
    TruthRevision.objects.create(**about, before="1", after="2", created_at=JOINED)
    RowHistory.objects.create(row=row, batch=batch, project=project, kind="flaky", flips=2)
    assert len(lines_of(ask, f"projects/{project.pk}/patterns/export")) == 2
    assert len(lines_of(ask, f"projects/{project.pk}/patterns/export?state=open")) == 1
    assert [one["results_say"] for one in lines_of(ask, f"projects/{project.pk}/suspects/export")] == ["9"]
    assert lines_of(ask, f"projects/{project.pk}/suspects/export?state=dismissed") == []
    assert [one["after"] for one in lines_of(ask, f"batches/{batch.pk}/ground-truth/revisions/export")] == ["2"]
    for path in (f"projects/{project.pk}", f"batches/{batch.pk}"):
        assert [one["row"] for one in lines_of(ask, f"{path}/row-histories/export")] == ["3"]
        assert lines_of(ask, f"{path}/row-histories/export?kind=few") == []
    assert lines_of(ask, f"executions/{two[0].pk}/patterns/export") == []


def test_comparisons(ask: Asker, two: tuple[Execution, Execution], monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"executions/{two[1].pk}"
    figures = lines_of(ask, f"{path}/comparison/export?baseline_id={two[0].pk}")
    assert (figures[0]["what"], figures[0]["verdict"], figures[0]["n"]) == ("rows passed", "better", "11")
    flips = lines_of(ask, f"{path}/flips/export?baseline_id={two[0].pk}")
    assert len(flips) == 9
    assert len(lines_of(ask, f"{path}/flips/export?baseline_id={two[0].pk}&way=gained")) == 1
    url = two[1].jobs.get(position=3).url
    [found] = lines_of(ask, f"{path}/flips/export?baseline_id={two[0].pk}&search={url.upper()}")
    assert (found["site_url"], found["column"]) == (url, "price")
    third = make_run(two[0].batch, ["gg"] * 12)
    several = lines_of(ask, f"executions/{two[0].pk}/comparisons/export?execution_ids={two[1].pk},{third.pk}")
    assert {one["execution"] for one in several} == {str(two[1].number), str(third.number)}
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    fourth = make_run(two[0].batch, ["gg"] * 12)
    waits = ask("GET", f"executions/{fourth.pk}/comparison/export?baseline_id={two[0].pk}")
    assert (code_of(waits), waits["Retry-After"]) == ("INVALID_STATE", "2")


@pytest.mark.parametrize(
    ("query", "at"),
    [("format=pdf", "format"), ("status=mad", "status"), ("cursor=x", "cursor"), ("limit=3", "limit")],
)
def test_what_makes_no_sense_is_refused(ask: Asker, organization: Organization, query: str, at: str) -> None:
    refused = ask("GET", f"exports/lists/executions?{query}")
    assert code_of(refused) == "VALIDATION_ERROR"
    assert refused.json()["details"][0]["path"] == at
