"""Lists of projects, batches and rows are narrowed as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Organization
from mino.tests.api.asking import Asker, code_of
from mino.tests.factories import BatchFactory, ProjectFactory
from projects.models import Batch, Folder, Project, Row, TaggedBatch, TaggedRow
from projects.services.folders import folder_create
from projects.services.tags import tag_create

Found = Callable[[str], list[Any]]


def names(ask: Asker, path: str) -> list[str]:
    """The names of what a list holds."""
    return sorted(one["name"] for one in ask.get(path)["data"])


@pytest.fixture
def batches(project: Project, organization: Organization) -> Folder:
    """A loose batch, one in a folder, one in a folder below it, and one that has a tag; answers the upper folder."""
    upper = folder_create(project=project, user=None, name="Shops")
    lower = folder_create(project=project, user=None, name="Tea shops", parent=upper)
    for name, folder in (("Loose", None), ("Upper", upper), ("Lower", lower)):
        BatchFactory(project=project, name=name, folder=folder)
    tagged = BatchFactory(project=project, name="Tagged", description="of kettles")
    tag = tag_create(organization=organization, user=None, name="Gold Truth", colour="#b98900")
    TaggedBatch.objects.create(batch=tagged, tag=tag)
    return upper


def test_projects_by_name_and_description(ask: Asker, organization: Organization) -> None:
    for name, description in (("Prices", "of the spring"), ("Spring", ""), ("Phones", "")):
        ProjectFactory(organization=organization, name=name, description=description)
    assert names(ask, "projects?search=SPRING") == ["Prices", "Spring"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=kettle", ["Tagged"]),
        ("search=gold", ["Tagged"]),
        ("search=low", ["Lower"]),
        ("tag=gold truth", ["Tagged"]),
        ("tag=gold", []),
        ("has_folder=true", ["Lower", "Upper"]),
        ("has_folder=false", ["Loose", "Tagged"]),
    ],
)
def test_batches(ask: Asker, batches: Folder, query: str, found: list[str]) -> None:
    assert names(ask, f"batches?{query}") == found


def test_folders_tell_how_many_batches_they_hold(ask: Asker, batches: Folder) -> None:
    BatchFactory(project=batches.project, folder=batches, status="deleting")
    shown = ask.get(f"projects/{batches.project_id}/folders?include=batch_count")["data"]
    assert [(one["name"], one["batch_count"]) for one in shown] == [("Shops", 1), ("Tea shops", 1)]


def test_batches_of_a_folder_with_those_below(ask: Asker, batches: Folder) -> None:
    assert names(ask, f"batches?folder_id={batches.pk}") == ["Lower", "Upper"]
    assert names(ask, f"batches?folder_id={batches.project_id}") == []
    assert code_of(ask("GET", "batches?folder_id=none")) == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=shop2", [2]),
        ("search=KETTLE 3", [3]),
        ("search=Northlight", [1]),
        ("search=title", []),
        ("site=www.SHOP3.example", [3]),
        ("site=hop3.example", []),
        ("tag=gold truth", [2]),
        ("has_ground_truth=false", [1]),
    ],
)
def test_rows(ask: Asker, batch: Batch, organization: Organization, query: str, found: list[int]) -> None:
    tag = tag_create(organization=organization, user=None, name="Gold Truth", colour="#b98900")
    TaggedRow.objects.create(batch=batch, row=batch.rows.get(position=2), tag=tag)
    Row.objects.filter(batch=batch, position=1).update(inputs={"shop": "Northlight"}, truth={}, has_truth=False)
    shown = ask.get(f"batches/{batch.pk}/rows?{query}")["data"]
    assert [one["position"] for one in shown] == found


@pytest.mark.parametrize("site", ["https://shop.example/", "a b", "x" * 201])
def test_what_is_no_site_is_refused_by_its_name(ask: Asker, batch: Batch, site: str) -> None:
    refused = ask("GET", f"batches/{batch.pk}/rows?site={site}")
    assert code_of(refused) == "VALIDATION_ERROR"
    assert [one["path"] for one in refused.json()["details"]] == ["site"]
