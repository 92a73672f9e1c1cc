"""Creating and changing through the API: ETags, and requests that are sent again."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.api.idempotency import idempotent_requests_expire
from accounts.models import ApiKey, IdempotentRequest, Organization, User
from mino.common.secrets import decrypt
from mino.tests.api.asking import Asker, browser, code_of, new_key
from mino.tests.api.places import ALL
from projects.models import Project

HARMLESS_TWICE = {
    "batch_tag_add",
    *("column_try", "execution_estimate", "answers_plan", "pattern_search_start"),
    *("execution_pause", "execution_stop", "job_cancel", "job_skip", "export_cancel", "import_cancel"),
    *("pattern_dismiss", "pattern_reopen", "rows_tag", "rows_delete", "ownership_transfer", "organization_leave"),
}
"""Operations by POST that need no Idempotency-Key: sent twice, they do no more than once."""
NEW = {"name": "Prices", "instructions": "Return the price of the product."}


def test_a_project_through_its_life(ask: Asker, organization: Organization) -> None:
    response = ask("POST", "projects", NEW)
    assert response.status_code == 201
    address, body = response["Location"], response.json()
    assert body["created_by"] == {"type": "api_key", "id": str(ApiKey.objects.get().pk), "name": "CI"}
    assert Project.objects.get().api_key == ApiKey.objects.get()
    read = ask("GET", address)
    assert read.json() == body
    assert read["ETag"] == response["ETag"]
    changed = ask("PATCH", address, {"description": "All of them"}, If_Match=read["ETag"])
    assert changed.json()["description"] == "All of them"
    assert changed.json()["name"] == "Prices"
    assert changed["ETag"] != read["ETag"]
    late = ask("PATCH", address, {"name": "Other"}, If_Match=read["ETag"])
    assert (late.status_code, code_of(late)) == (412, "PRECONDITION_FAILED")
    assert Project.objects.get().name == "Prices"
    assert ask("PATCH", address, {"name": "Other"}, If_Match="*").status_code == 200
    assert ask("DELETE", address).status_code == 204
    assert code_of(ask("GET", address)) == "NOT_FOUND"


def test_a_field_that_there_is_not_is_refused_before_anything_is_done(ask: Asker, project: Project) -> None:
    response = ask("PATCH", f"projects/{project.pk}?fields=colour", {"name": "Another name"})
    assert (response.status_code, code_of(response)) == (400, "VALIDATION_ERROR")
    assert response.json()["details"][0]["path"] == "fields"
    project.refresh_from_db()
    assert project.name != "Another name"


def test_versions_are_added_and_chosen(ask: Asker, project: Project, member: User) -> None:
    path = f"projects/{project.pk}"
    first = ask("GET", path)
    made = ask("POST", f"{path}/versions", {"text": "Return title and price.", "change_description": "Shorter"})
    assert made.json()["number"] == 2
    assert made.json()["is_production"] is False
    assert ask.get(made["Location"])["text"] == "Return title and price."
    assert code_of(ask("POST", f"{path}/versions", {"text": "Return title and price."})) == "VALIDATION_ERROR"
    chosen = ask("PUT", f"{path}/production-version", {"number": 2}, If_Match=first["ETag"])
    assert chosen.json()["production_version"] == 2
    again = ask("PUT", f"{path}/production-version", {"number": 1}, If_Match=first["ETag"])
    assert code_of(again) == "PRECONDITION_FAILED"
    assert [one["number"] for one in ask.get(f"{path}/versions")["data"]] == [2, 1]
    assert code_of(ask("PUT", f"{path}/production-version", {"number": 3})) == "VALIDATION_ERROR"
    assert code_of(ask("GET", f"{path}/versions/{10**30}")) == "NOT_FOUND"


def test_the_same_request_is_done_once(ask: Asker) -> None:
    first = ask("POST", "projects", NEW, Idempotency_Key="a")
    again = ask("POST", "projects", dict(reversed(NEW.items())), Idempotency_Key="a")
    assert (again.status_code, again.content) == (201, first.content)
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    other = ask("POST", "projects", {**NEW, "name": "Others"}, Idempotency_Key="a")
    assert (other.status_code, code_of(other)) == (409, "IDEMPOTENCY_CONFLICT")
    assert Project.objects.count() == 1


def test_every_post_takes_a_key_but_those_that_do_no_more_when_they_come_twice() -> None:
    posts = {one.operation.name for one in ALL if one.method == "POST" and not one.operation.idempotent}
    assert posts == HARMLESS_TWICE


def test_what_was_refused_may_be_sent_corrected(ask: Asker, project: Project) -> None:
    taken = ask("POST", "projects", {**NEW, "name": project.name}, Idempotency_Key="a")
    assert code_of(taken) == "ALREADY_EXISTS"
    assert not IdempotentRequest.objects.exists()
    assert ask("POST", "projects", NEW, Idempotency_Key="a").status_code == 201


def test_keys_of_others_are_others(ask: Asker, organization: Organization, member: User) -> None:
    assert ask("POST", "projects", NEW, Idempotency_Key="a").status_code == 201
    response = browser(member, organization)("POST", "projects", {**NEW, "name": "Mine"}, Idempotency_Key="a")
    assert response.status_code == 201


def test_answers_are_kept_encrypted_and_for_a_day(ask: Asker) -> None:
    ask("POST", "projects", NEW, Idempotency_Key="a")
    row = IdempotentRequest.objects.get()
    assert "Prices" not in row.answer
    table = IdempotentRequest._meta.db_table
    assert '"name":"Prices"' in decrypt(row.answer, table=table, column="answer", row=row.pk)
    assert idempotent_requests_expire() == 0
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert ask("POST", "projects", {**NEW, "name": "Others"}, Idempotency_Key="a").status_code == 201
    assert idempotent_requests_expire(now=timezone.now() + timedelta(hours=25)) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
def test_keys_that_are_none(ask: Asker, key: str) -> None:
    assert code_of(ask("POST", "projects", NEW, Idempotency_Key=key)) == "VALIDATION_ERROR"


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_with_one_key_are_done_once(organization: Organization) -> None:
    headers = {"Authorization": f"Bearer {new_key(organization)}"}
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        asker = Asker(headers)
        start.wait()
        try:
            answers.append(asker("POST", "projects", NEW, Idempotency_Key=str(uuid.UUID(int=1))))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.content for one in answers}) == 1
    assert Project.objects.count() == 1
