"""What `fields` and `include` ask for is answered, or refused before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Organization, Role
from executions.models import JobStatus
from mino.common.api.listing import choosing_parameters
from mino.common.api.serializers import Given
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.api.places import ALL, Place
from mino.tests.factories import ExecutionFactory, JobFactory
from mino.tests.subjects import Subjects
from mino.tests.test_access_matrix import undone
from projects.models import Batch, Project

NO_RESULTS = ("write:batches", "write:projects", "run:executions")
ROW = {"site_url": "https://shop.example/kettle", "expected_price": "24.50"}


def is_forbidden(answer: Any) -> bool:
    """Whether the scope to read results is missing, and the answer says so."""
    is_refused = (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")
    return is_refused and "read:results" in answer.json()["error"]


def test_what_a_key_may_not_include_is_refused_before_anything_is_done(
    organization: Organization, batch: Batch
) -> None:
    asker, project = program(organization, *NO_RESULTS), batch.project
    new = {"name": "Kettles", "rows": [ROW]}
    for choice in ("include=latest_execution", "fields=id,latest_execution"):
        assert is_forbidden(asker("POST", f"projects/{project.pk}/batches?{choice}", new, Idempotency_Key="a"))
        assert is_forbidden(asker("PATCH", f"projects/{project.pk}?{choice}", {"name": "Another name"}))
    assert list(project.batches.all()) == [batch]
    assert Project.objects.get().name == project.name
    assert asker("POST", f"projects/{project.pk}/batches", new, Idempotency_Key="a").status_code == 201


def test_a_key_that_only_runs_reads_no_more_than_its_acts_touch(organization: Organization, batch: Batch) -> None:
    asker, reader = program(organization, "run:executions"), program(organization, "run:executions", "read:results")
    execution = ExecutionFactory(batch=batch, total_jobs=1, prepared_jobs=1, error_jobs=1, status="running")
    job = JobFactory(execution=execution, status=JobStatus.ERROR)
    paths = {f"jobs/{job.pk}/retry": "truth", f"executions/{job.execution_id}/pause": "column_figures"}
    for path, name in paths.items():
        for choice in (f"include={name}", f"fields=id,{name}"):
            assert is_forbidden(asker("POST", f"{path}?{choice}"))
    job.refresh_from_db()
    assert job.status == JobStatus.ERROR
    for path, name in paths.items():
        assert asker("POST", f"{path}?fields=id,status").status_code == 200
        assert name in reader("POST", f"{path}?include={name}").json()


OBJECTS = [place for place in ALL if place.operation.answers_object]


@pytest.mark.parametrize("place", OBJECTS, ids=lambda place: place.operation.name)
@pytest.mark.django_db
def test_only_the_fields_that_are_asked_for_are_answered(
    place: Place, subjects: Subjects, organization: Organization
) -> None:
    shape = place.operation.answers
    name = next(one for one in reversed(shape.names()) if one != "id")
    with undone():
        answer = browser(subjects.people[Role.OWNER], organization)(
            place.method, f"{place.url(subjects)}?fields={name}", place.body
        )
    if answer.status_code < 300:
        assert set(answer.json()) == {name} | ({"id"} & set(shape.names()))
    described = {one.name: one.description for one in choosing_parameters(shape, [])}
    assert ("`id` always" in str(described["fields"])) is ("id" in shape.names())


def shapes_of(shape: type[Given]) -> Iterator[type[Given]]:
    """All shapes of answers that are made of this one."""
    for below in shape.__subclasses__():
        yield below
        yield from shapes_of(below)


def test_the_names_of_fields_are_known_without_making_them() -> None:
    found = list(shapes_of(Given))
    assert len(found) > 50
    for shape in found:
        assert shape.names() == list(shape().fields), shape


def test_nothing_else_is_chosen_from_than_what_is_answered(ask: Asker, project: Project) -> None:
    answer = ask("GET", f"projects/{project.pk}?fields=name&include=instructions").json()
    assert list(answer) == ["id", "name", "instructions"]
