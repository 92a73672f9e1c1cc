"""Failure patterns over the API."""

from __future__ import annotations

from typing import Any

from pytest_django import DjangoAssertNumQueries

from analytics.models import FailurePattern
from mino.tests.api.asking import Asker
from mino.tests.factories import ProjectFactory
from projects.models import Project


def pattern(project: Project, **values: Any) -> FailurePattern:
    """A pattern of the project."""
    usual = {"kind": "type", "column": "price", "failing": "value_mismatch", "frequency": 3, "n": 4}
    return FailurePattern.objects.create(organization=project.organization, project=project, **{**usual, **values})


def test_the_patterns_of_a_project(
    ask: Asker, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    light, heavy = pattern(project, weight=1), pattern(project, weight=9, column="title", state="cured")
    pattern(ProjectFactory(organization=project.organization))
    path = f"projects/{project.pk}/patterns"
    assert [one["id"] for one in ask.get(path)["data"]] == [str(heavy.pk), str(light.pk)]
    assert [one["id"] for one in ask.get(f"{path}?state=open,dismissed")["data"]] == [str(light.pk)]
    assert [one["id"] for one in ask.get(f"{path}?column=title&kind=type")["data"]] == [str(heavy.pk)]
    for kind in ("error", "shape"):
        with django_assert_num_queries(3):  # key, project, page
            ask.get(path)
        pattern(project, kind=kind)


def test_one_pattern(ask: Asker, project: Project) -> None:
    shown = ask.get(f"patterns/{pattern(project).pk}")
    assert (shown["title"], shown["share"]["value"], shown["share"]["n"]) == ("Another value", 0.75, 4)
    assert shown["explanation"].startswith("What was extracted")
