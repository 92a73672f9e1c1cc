"""Lists of projects and executions, and the pages that delete."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Organization, User
from executions.models import Execution
from mino.tests.factories import BatchFactory, ExecutionFactory, ProjectFactory, VersionFactory
from projects.models import Batch, Project

ClientFor = Callable[[User], Client]
MEASURED = {
    "gradable_fields": 40,
    "good_fields": 35,
    "graded_rows": 20,
    "gradable_fields_squared": 80,
    "good_fields_squared": 66,
    "good_times_gradable": 71,
}


@pytest.fixture
def busy(organization: Organization) -> list[Execution]:
    """Three projects with three batches each, all of them run."""
    executions: list[Execution] = []
    for _ in range(3):
        project = ProjectFactory(organization=organization)
        for _ in range(3):
            batch = BatchFactory(project=project, rows=1)
            number = len(executions) + 1
            executions.append(ExecutionFactory(batch=batch, number=number, status="completed", **MEASURED))
    return executions


def at(organization: Organization, name: str, **parameters: object) -> str:
    return reverse(name, kwargs={"slug": organization.slug, **parameters})


def test_projects_are_listed_with_what_they_hold_and_reached(
    busy: list[Execution], viewer: User, organization: Organization, client_for: ClientFor
) -> None:
    rows = client_for(viewer).get(at(organization, "project_list")).context["rows"]
    assert [(contents.batches, contents.rows, latest.number) for _, contents, latest in rows] == [
        (3, 3, 9),
        (3, 3, 6),
        (3, 3, 3),
    ]


@pytest.mark.parametrize(
    ("name", "most"), [("project_list", 10), ("execution_list", 10), ("organization_home", 14), ("project", 20)]
)
def test_a_list_asks_as_many_questions_for_many_as_for_few(
    busy: list[Execution],
    viewer: User,
    organization: Organization,
    client_for: ClientFor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    name: str,
    most: int,
) -> None:
    parameters = {"project_id": busy[0].project_id} if name == "project" else {}
    client = client_for(viewer)
    with django_assert_max_num_queries(most):
        assert client.get(at(organization, name, **parameters)).status_code == 200


def test_a_search_narrows_projects_and_batches(
    busy: list[Execution], viewer: User, organization: Organization, client_for: ClientFor
) -> None:
    Project.objects.filter(pk=busy[0].project_id).update(description="Prices of kettles")
    client = client_for(viewer)
    found = client.get(at(organization, "project_list"), {"search": "KETTLES"}).context["rows"]
    assert [project.pk for project, _, _ in found] == [busy[0].project_id]
    assert not client.get(at(organization, "project_list"), {"search": "\x00%_"}).context["rows"]
    address = at(organization, "project", project_id=busy[0].project_id)
    found = client.get(address, {"search": busy[1].batch.name}).context["rows"]
    assert [line.batch for line in found] == [busy[1].batch]


def test_executions_are_filtered_by_state_project_and_type(
    busy: list[Execution], viewer: User, organization: Organization, client_for: ClientFor
) -> None:
    Execution.objects.filter(number=2).update(status="failed", type="production")
    client, address = client_for(viewer), at(organization, "execution_list")

    def found(**query: str) -> list[int]:
        return [one.number for one in client.get(address, query).context["page"].items]

    assert found() == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert found(status="failed") == found(type="production") == [2]
    assert found(project=str(busy[0].project_id), status="completed") == [3, 1]
    assert len(found(status="nonsense")) == 9


def test_another_organizations_project_is_no_choice(
    busy: list[Execution], stranger: User, viewer: User, organization: Organization, client_for: ClientFor
) -> None:
    foreign = ProjectFactory(organization=stranger.memberships.get().organization)
    page = client_for(viewer).get(at(organization, "execution_list"), {"project": str(foreign.pk)})
    assert foreign.name not in page.content.decode()
    assert page.context["filter"].form.errors["project"]


def test_a_private_project_is_in_no_list_of_a_viewer(
    busy: list[Execution], viewer: User, admin: User, organization: Organization, client_for: ClientFor
) -> None:
    Project.objects.filter(pk=busy[0].project_id).update(is_private=True)
    for user, count in ((viewer, 6), (admin, 9)):
        page = client_for(user).get(at(organization, "execution_list"))
        assert len(page.context["page"].items) == count
    home = client_for(viewer).get(at(organization, "organization_home")).content.decode()
    assert busy[0].batch.name not in home


def test_versions_show_what_their_newest_measured_execution_reached(
    batch: Batch, viewer: User, organization: Organization, client_for: ClientFor
) -> None:
    first = batch.project.versions.get()
    VersionFactory(project=batch.project)
    runs: list[dict[str, object]] = [
        {"status": "completed", **MEASURED},
        {"status": "completed"},
        {"status": "running", **MEASURED},
    ]
    for number, values in enumerate(runs, 1):
        ExecutionFactory(batch=batch, number=number, instruction_version=first, **values)
    address = at(organization, "project_instructions", project_id=batch.project_id)
    versions = client_for(viewer).get(address).context["versions"]
    assert [(version.number, reached and reached.number) for version, reached in versions] == [(2, None), (1, 1)]


def test_a_project_is_deleted_once_its_name_is_typed(
    busy: list[Execution], admin: User, organization: Organization, client_for: ClientFor
) -> None:
    project = busy[0].project
    client, address = client_for(admin), at(organization, "project_delete", project_id=project.pk)
    assert "3 batches with 3 rows" in client.get(address).content.decode()
    assert "not the name" in client.post(address, {"confirmation": "x"}).content.decode()
    assert client.post(address, {"confirmation": f" {project.name} "}).status_code == 302
    assert client.get(at(organization, "project", project_id=project.pk)).status_code == 404


def test_what_runs_is_not_deleted_and_the_page_says_so(
    busy: list[Execution], admin: User, organization: Organization, client_for: ClientFor
) -> None:
    Execution.objects.filter(number=1).update(status="paused")
    address = at(organization, "batch_delete", batch_id=busy[0].batch_id)
    answer = client_for(admin).post(address, {"confirmation": busy[0].batch.name})
    assert "Execution 1 is still under way" in answer.content.decode()
    assert Batch.objects.visible_to(admin).filter(pk=busy[0].batch_id).exists()


def test_members_delete_nothing(
    busy: list[Execution], member: User, organization: Organization, client_for: ClientFor
) -> None:
    address = at(organization, "batch_delete", batch_id=busy[0].batch_id)
    assert client_for(member).post(address, {"confirmation": busy[0].batch.name}).status_code == 403
