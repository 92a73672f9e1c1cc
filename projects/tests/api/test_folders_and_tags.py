"""Folders and tags over the API."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Organization
from mino.tests.api.asking import Asker, code_of, program
from mino.tests.factories import BatchFactory, ProjectFactory
from projects.models import Batch, Folder, Project, Row, TaggedBatch, TaggedRow
from projects.services.folders import folder_create
from projects.services.tags import tag_create


def test_folders_are_made_moved_and_deleted(ask: Asker, project: Project) -> None:
    path = f"projects/{project.pk}/folders"
    outer = ask("POST", path, {"name": "Outer"}).json()
    inner = ask("POST", path, {"name": "Inner", "parent_id": outer["id"]})
    assert inner.json()["parent_id"] == outer["id"]
    assert [one["name"] for one in ask.get(path)["data"]] == ["Inner", "Outer"]
    circle = ask("PATCH", f"folders/{outer['id']}", {"parent_id": inner.json()["id"]})
    assert code_of(circle) == "VALIDATION_ERROR"
    moved = ask("PATCH", inner["Location"], {"name": "Other", "parent_id": None}, If_Match=inner["ETag"])
    assert (moved.json()["name"], moved.json()["parent_id"]) == ("Other", None)
    assert code_of(ask("PATCH", inner["Location"], {"name": "Late"}, If_Match=inner["ETag"])) == "PRECONDITION_FAILED"
    assert code_of(ask("PATCH", inner["Location"], {"name": "Outer"})) == "ALREADY_EXISTS"
    assert ask("DELETE", inner["Location"]).status_code == 204
    assert [one.name for one in Folder.objects.all()] == ["Outer"]


def test_a_refused_change_of_two_things_does_neither(ask: Asker, project: Project) -> None:
    outer = folder_create(project=project, user=None, name="Outer")
    inner = folder_create(project=project, user=None, name="Inner", parent=outer)
    assert ask("PATCH", f"folders/{outer.pk}", {"name": "New", "parent_id": str(inner.pk)}).status_code == 400
    outer.refresh_from_db()
    assert outer.name == "Outer"


def test_a_folder_is_renamed_and_moved_at_once(ask: Asker, project: Project) -> None:
    outer = folder_create(project=project, user=None, name="Outer")
    folder_create(project=project, user=None, name="Taken here")
    folder_create(project=project, user=None, name="Old", parent=outer)
    moving = folder_create(project=project, user=None, name="Old")
    changed = ask("PATCH", f"folders/{moving.pk}", {"name": "Taken here", "parent_id": str(outer.pk)})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["name"], changed.json()["parent_id"]) == ("Taken here", str(outer.pk))
    (entry,) = AuditEntry.objects.filter(object_pk=str(moving.pk)).exclude(event="folder.created")
    assert entry.event == "folder.moved"
    assert entry.changes == {"name": ["Old", "Taken here"], "in": [None, "Outer"]}


def test_a_folder_of_another_project_is_unknown(ask: Asker, project: Project, organization: Organization) -> None:
    other = folder_create(project=ProjectFactory(organization=organization), user=None, name="Other")
    response = ask("POST", f"projects/{project.pk}/folders", {"name": "x", "parent_id": str(other.pk)})
    assert [one["path"] for one in response.json()["details"]] == ["parent_id"]


def test_tags_are_made_changed_and_deleted(ask: Asker) -> None:
    made = ask("POST", "tags", {"name": "Gold", "colour": "#B98900"})
    assert made.json()["colour"] == "#b98900"
    assert code_of(ask("POST", "tags", {"name": "GOLD", "colour": "#000000"})) == "ALREADY_EXISTS"
    assert code_of(ask("POST", "tags", {"name": "x", "colour": "gold"})) == "VALIDATION_ERROR"
    changed = ask("PATCH", made["Location"], {"name": "Silver"}, If_Match=made["ETag"])
    assert (changed.json()["name"], changed.json()["colour"]) == ("Silver", "#b98900")
    assert ask("DELETE", made["Location"]).status_code == 204
    assert ask.get("tags")["data"] == []


def test_a_key_limited_to_projects_changes_no_tags(organization: Organization, project: Project) -> None:
    limited = program(organization, projects=[project])
    assert code_of(limited("POST", "tags", {"name": "Gold", "colour": "#b98900"})) == "FORBIDDEN"
    assert limited.get("tags")["data"] == []


def test_the_tags_of_a_batch_are_set(ask: Asker, batch: Batch, organization: Organization) -> None:
    tags = [tag_create(organization=organization, user=None, name=name, colour="#b98900") for name in ("b", "a", "c")]
    path = f"batches/{batch.pk}/tags?include=tags"
    body = {"tag_ids": [str(tag.pk) for tag in tags[:2]]}
    assert [one["name"] for one in ask("PUT", path, body).json()["tags"]] == ["a", "b"]
    assert [one["name"] for one in ask("PUT", path, {"tag_ids": [str(tags[2].pk)]}).json()["tags"]] == ["c"]
    foreign = tag_create(organization=BatchFactory().organization, user=None, name="x", colour="#b98900")
    response = ask("PUT", path, {"tag_ids": [str(tags[0].pk), str(foreign.pk)]})
    assert [one["path"] for one in response.json()["details"]] == ["tag_ids.1"]
    assert TaggedBatch.objects.get().tag == tags[2]


def test_single_tags_of_a_batch_are_put_on_and_taken_off(ask: Asker, batch: Batch, organization: Organization) -> None:
    first, second = (tag_create(organization=organization, user=None, name=one, colour="#b98900") for one in "ab")
    path = f"batches/{batch.pk}/tags"
    for _ in range(2):
        assert ask("POST", f"{path}/{first.pk}").status_code == 200
    shown = ask("POST", f"{path}/{second.pk}?include=tags").json()
    assert [one["name"] for one in shown["tags"]] == ["a", "b"]
    for _ in range(2):
        assert ask("DELETE", f"{path}/{first.pk}").status_code == 204
    assert list(batch.tags.all()) == [second]
    assert AuditEntry.objects.filter(event="batch.tagged").count() == 2
    assert AuditEntry.objects.filter(event="batch.untagged").count() == 1
    foreign = tag_create(organization=BatchFactory().organization, user=None, name="x", colour="#b98900")
    for method in ("POST", "DELETE"):
        assert code_of(ask(method, f"{path}/{foreign.pk}")) == "NOT_FOUND"


def test_tags_that_somebody_else_changed_meanwhile_stay(ask: Asker, batch: Batch, organization: Organization) -> None:
    tags = [tag_create(organization=organization, user=None, name=name, colour="#b98900") for name in "ab"]
    path, read = f"batches/{batch.pk}/tags", ask("GET", f"batches/{batch.pk}")["ETag"]
    changed = ask("PUT", path, {"tag_ids": [str(tags[0].pk)]}, If_Match=read)
    assert changed.status_code == 200
    assert changed["ETag"] == ask("GET", f"batches/{batch.pk}?include=tags")["ETag"] != read
    late = ask("PUT", path, {"tag_ids": [str(tags[1].pk)]}, If_Match=read)
    assert code_of(late) == "PRECONDITION_FAILED"
    assert list(batch.tags.all()) == tags[:1]
    assert ask("PUT", path, {"tag_ids": []}, If_Match=changed["ETag"]).status_code == 200


def test_rows_are_tagged(ask: Asker, batch: Batch, organization: Organization) -> None:
    tag = tag_create(organization=organization, user=None, name="Gold", colour="#b98900")
    rows = [str(pk) for pk in Row.objects.filter(batch=batch).values_list("pk", flat=True)]
    body: dict[str, object] = {"row_ids": rows[:2], "tag_id": str(tag.pk)}
    assert ask("POST", f"batches/{batch.pk}/rows/tag", body).json() == {"affected_rows": 2}
    assert ask("POST", f"batches/{batch.pk}/rows/tag", body).json() == {"affected_rows": 0}
    found = ask.get(f"batches/{batch.pk}/rows?tag_id={tag.pk}&include=tags,total")
    assert found["pagination"]["total"] == 2
    assert found["data"][0]["tags"] == [{"id": str(tag.pk), "name": "Gold", "colour": "#b98900"}]
    body = {**body, "on": False}
    assert ask("POST", f"batches/{batch.pk}/rows/tag", body).json() == {"affected_rows": 2}


def test_rows_that_are_not_in_the_batch_are_named(ask: Asker, batch: Batch, organization: Organization) -> None:
    tag = tag_create(organization=organization, user=None, name="Gold", colour="#b98900")
    own, foreign = (str(one.rows.order_by("position")[0].pk) for one in (batch, BatchFactory(rows=1)))
    refused = ask("POST", f"batches/{batch.pk}/rows/tag", {"row_ids": [own, foreign], "tag_id": str(tag.pk)})
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", ["row_ids.1"])
    assert not TaggedRow.objects.exists()


@pytest.mark.parametrize("body", [{"row_ids": [], "tag_id": "x"}, {"tag_id": None}, {"row_ids": "x"}])
def test_what_tags_no_rows(ask: Asker, batch: Batch, body: dict[str, object]) -> None:
    assert ask("POST", f"batches/{batch.pk}/rows/tag", body).status_code == 400
