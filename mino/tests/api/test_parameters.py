"""Parameters and fields that make no sense are refused by name: none is passed over, and none breaks anything."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organization, User
from mino.tests.api.asking import Asker, browser, code_of
from projects.models import Batch, Project

ID = "019c1a60-0a10-7b52-8d3e-6f7a8b9c0d1e"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("executions?created_after=0001-01-01T00:00:00%2B14:00", "created_after"),
        ("executions?created_before=9999-12-31T23:59:59-12:00", "created_before"),
        ("executions?created_after=2026-01-05T09:00:00", "created_after"),
        ("executions?created_after=2026-13-05T09:00:00Z", "created_after"),
        ("executions?created_after=", "created_after"),
        ("executions?project_id=", "project_id"),
        (f"executions?project_id={ID.replace('-', '')}", "project_id"),
        (f"executions?project_id=%7B{ID}%7D", "project_id"),
        ("executions?status=running,,queued", "status"),
        ("executions?status=running,", "status"),
        ("executions?status=", "status"),
        ("batches?tag=", "tag"),
        ("executions?number=1.5", "number"),
        ("executions?instruction_version=1.5", "instruction_version"),
        ("executions?instruction_version=0", "instruction_version"),
        ("exports/lists/executions?format=", "format"),
        ("batches?has_ground_truth=", "has_ground_truth"),
        ("projects?sort=", "sort"),
        ("projects?limit=", "limit"),
        ("projects?fields=id,,name", "fields"),
        ("projects?include=,", "include"),
        ("projects?include=", "include"),
        ("projects?fields=", "fields"),
    ],
)
def test_values_that_make_no_sense(ask: Asker, path: str, name: str) -> None:
    response = ask("GET", path)
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")
    assert [one["path"] for one in response.json()["details"]] == [name]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("patterns?instruction_version=1.5", "instruction_version"),
        ("analytics?instruction_version=1.5", "instruction_version"),
        ("suspects?state=", "state"),
        ("suspects?column=", "column"),
        ("suspects?column=%20", "column"),
        ("row-histories?kind=", "kind"),
        ("suspects/export?state=", "state"),
        ("row-histories/export?format=csv&kind=", "kind"),
    ],
)
def test_what_makes_no_sense_below_a_project(ask: Asker, batch: Batch, path: str, name: str) -> None:
    response = ask("GET", f"projects/{batch.project_id}/{path}")
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")
    assert [one["path"] for one in response.json()["details"]] == [name]


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("executions", "created_after"),
        ("exports/lists/executions", "created_after"),
        ("dead-letters", "finished_after"),
        ("projects/{project.pk}/analytics", "created_after"),
        ("audit", "created_after"),
    ],
)
def test_spans_of_time_in_which_nothing_lies(project: Project, owner: User, path: str, start: str) -> None:
    asker, end = browser(owner, project.organization), start.replace("after", "before")
    path = path.format(project=project)
    early, late = "2026-01-05T09:00:00Z", "2026-01-05T11:00:00%2B01:00"
    assert asker("GET", f"{path}?{start}={early}&{end}={late}").status_code == 200
    for first, last in ((late, early), (early, early)):
        refused = asker("GET", f"{path}?{start}={first}&{end}={last}")
        assert code_of(refused) == "VALIDATION_ERROR"
        [detail] = refused.json()["details"]
        assert (detail["path"], start in detail["message"]) == (end, True)


@pytest.mark.parametrize("path", ["projects?search=", "projects?search=%20", "projects?cursor="])
def test_words_to_look_for_may_be_empty(ask: Asker, path: str) -> None:
    assert ask("GET", path).status_code == 200


@pytest.mark.parametrize("query", ["last_event_id=-1", "last_event_id=1.5", "last_event_id=9999999999999999999"])
def test_numbers_of_events(ask: Asker, batch: Batch, query: str) -> None:
    execution = ask("POST", f"batches/{batch.pk}/executions", {"agent": "local"}).json()["id"]
    assert code_of(ask("GET", f"executions/{execution}/events?{query}")) == "VALIDATION_ERROR"
    assert code_of(ask("GET", f"executions/{execution}/events/poll?wait=51&{query[:16]}0")) == "VALIDATION_ERROR"
    assert ask("GET", f"executions/{execution}/events?last_event_id=7").status_code == 307


@pytest.mark.parametrize(("written", "status"), [(1.0, 200), (1.5, 400), ("1", 400), (True, 400), (1e300, 400)])
def test_json_knows_no_difference_between_1_and_1_0(ask: Asker, batch: Batch, written: Any, status: int) -> None:
    path = f"projects/{batch.project_id}/production-version"
    response = ask("PUT", path, {"number": written})
    assert response.status_code == status


def test_places_are_called_as_in_the_body(ask: Asker, batch: Batch) -> None:
    folder = ask("POST", f"projects/{batch.project_id}/folders", {"name": "Catalogues"}).json()["id"]
    price = batch.columns.get(name="price").pk
    row = {"site_url": "https://shop.example/kettle", "expected_price": "24.50"}
    refused = [
        ("PATCH", f"folders/{folder}", {"parent_id": folder}, "parent_id"),
        ("PATCH", f"batches/{batch.pk}/columns/{price}", {"options": {"loose": 1}}, "options.loose"),
        ("POST", f"projects/{batch.project_id}/batches", {"name": "x", "rows": [row], "url_column": "u"}, "url_column"),
        ("POST", f"projects/{batch.project_id}/batches", {"name": "x", "rows": [row], "types": {"p": "x"}}, "types.p"),
    ]
    for method, path, body, place in refused:
        response = ask(method, path, body)
        assert code_of(response) == "VALIDATION_ERROR"
        assert [one["path"] for one in response.json()["details"]] == [place]


@pytest.mark.parametrize("media_type", ["multipart/form-data", "application/x-www-form-urlencoded", "text/plain"])
def test_what_takes_no_body_looks_at_none(
    media_type: str, member: User, organization: Organization, batch: Batch
) -> None:
    ask = browser(member)
    execution = ask("POST", f"batches/{batch.pk}/executions", {"agent": "local"}).json()["id"]
    ask.client.handler.enforce_csrf_checks = True
    ask.client.cookies["csrftoken"] = "c" * 32
    path = f"/api/v1/executions/{execution}/pause"
    assert ask.client.post(path, b"x", content_type=media_type).status_code == 403
    answer = ask.client.post(path, b"x", content_type=media_type, headers={"X-CSRFToken": "c" * 32})
    assert answer.status_code == 200
