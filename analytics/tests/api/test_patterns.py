"""Failure patterns over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry
from analytics.models import FailurePattern, PatternAnalysis
from analytics.patterns import services
from analytics.patterns.services import patterns_analyse
from analytics.tests.patterns.making import analysed, play
from executions.models import Execution
from mino.tests.api.asking import Asker, code_of
from mino.tests.api.test_lists import pages
from mino.tests.factories import BatchFactory, ProjectFactory, VersionFactory
from mino.tests.plans import is_sorted, plans_of
from projects.models import Batch, Project


def pattern(project: Project, **values: Any) -> FailurePattern:
    """A pattern of the project."""
    usual = {"kind": "type", "column": "price", "failing": "value_mismatch", "frequency": 3, "n": 4}
    return FailurePattern.objects.create(organization=project.organization, project=project, **{**usual, **values})


def test_the_patterns_of_a_project(
    ask: Asker, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    BatchFactory(project=project)
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


def wrong(*rows: int, of: int = 12) -> list[dict[str, Any]]:
    """Answers of which those of these rows have a price with too much text."""
    return [{"price": f"from {row} only"} if row in rows else {} for row in range(1, of + 1)]


@pytest.fixture
def batch(project: Project) -> Batch:
    """Twelve rows."""
    made: Batch = BatchFactory(project=project, rows=12)
    return made


def newest_of(project: Project) -> FailurePattern:
    """The pattern about the type of the wrong prices."""
    return FailurePattern.objects.filter(project=project, kind="type", column="price").order_by("-weight")[0]


def test_a_pattern_over_time(
    ask: Asker, project: Project, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    executions = [analysed(play(batch, wrong(*rows))) for rows in ((1, 2, 3, 4, 5, 6), (), (1, 2, 3, 4, 5, 6, 7))]
    path = f"patterns/{newest_of(project).pk}/occurrences"
    found = [one for page in pages(ask, f"{path}?limit=1") for one in page]
    assert [one["execution_id"] for one in found] == [str(one.pk) for one in executions[::-1]]
    assert [(one["is_found"], one["frequency"]) for one in found] == [(True, 7), (False, 0), (True, 6)]
    assert (found[0]["share"]["n"], found[0]["instruction_version"]) == (12, 1)
    assert len(ask.get(f"{path}?is_found=true")["data"]) == 2
    for limit in (1, 3):
        with django_assert_num_queries(3), plans_of("analytics_patternoccurrence") as plans:  # key, pattern, page
            ask.get(f"{path}?limit={limit}")
        assert all("occurrence_newest" in plan and not is_sorted(plan) for plan in plans), plans


def test_occurrences_that_come_meanwhile_shift_nothing(ask: Asker, project: Project, batch: Batch) -> None:
    executions = [analysed(play(batch, wrong(*range(1, 7)))) for _ in range(3)]
    path = f"patterns/{newest_of(project).pk}/occurrences"
    first = ask.get(f"{path}?limit=1")
    analysed(play(batch, wrong(*range(1, 8))))
    rest = ask.get(f"{path}?cursor={first['pagination']['next_cursor']}")["data"]
    shown = [one["execution_id"] for one in [*first["data"], *rest]]
    assert shown == [str(one.pk) for one in executions[::-1]]


def test_the_patterns_of_an_execution(
    ask: Asker, project: Project, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = play(batch, [*({"price": f"from {row} only", "title": None} for row in range(1, 8)), *[{}] * 5])
    path = f"executions/{execution.pk}"
    assert ask.get(f"{path}/pattern-search")["status"] == "never"
    started = ask("POST", f"{path}/pattern-search")
    assert (started.status_code, started.json()["status"], started["Retry-After"]) == (202, "waiting", "2")
    assert ask("GET", f"{path}/pattern-search").status_code == 202
    assert patterns_analyse(execution.pk)
    done = ask.get(f"{path}/pattern-search")
    assert (done["status"], done["rows"]) == ("done", 12)
    whole = ask.get(f"{path}/patterns")["data"]
    assert len(whole) > 1
    assert [one["weight"] for one in whole] == sorted((one["weight"] for one in whole), reverse=True)
    assert [one for page in pages(ask, f"{path}/patterns?limit=1") for one in page] == whole
    for limit in (1, 50):
        with django_assert_num_queries(3), plans_of("analytics_patternoccurrence") as plans:  # key, execution, page
            ask.get(f"{path}/patterns?limit={limit}")
        if connection.vendor == "postgresql":  # SQLite begins with the execution, and then sorts its few patterns
            assert all("occurrence_of_execution" in plan and not is_sorted(plan) for plan in plans), plans
    running = play(batch, wrong(1), status="running")
    assert code_of(ask("POST", f"executions/{running.pk}/pattern-search")) == "INVALID_STATE"


def test_a_search_that_was_given_up_has_failed_and_is_started_again(
    ask: Asker, project: Project, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = play(batch, wrong(*range(1, 7)))
    path = f"executions/{execution.pk}/pattern-search"
    ask("POST", path)
    monkeypatch.setattr(services, "gather", lambda *_: 1 / 0)
    for _ in range(services.MOST_ATTEMPTS):
        assert ask("GET", path).status_code == 202
        with pytest.raises(ZeroDivisionError):
            patterns_analyse(execution.pk)
    assert ask("GET", path).status_code == 202, "a worker may be at it"
    PatternAnalysis.objects.update(heartbeat=timezone.now() - services.STALE_AFTER)
    assert services.patterns_sweep() == 0
    failed = ask("GET", path)
    assert (failed.status_code, failed.json()["status"], "Retry-After" in failed) == (200, "failed", False)
    assert ask("POST", path).status_code == 202
    monkeypatch.undo()
    assert patterns_analyse(execution.pk)
    assert ask.get(path)["status"] == "done"


def test_remedy_and_examples(
    ask: Asker, project: Project, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    analysed(play(batch, wrong(*range(1, 8))))
    path = f"patterns/{newest_of(project).pk}?include=examples"
    shown = ask.get(path)
    assert shown["remedy"]["instruction"]
    assert len(shown["examples"]) == 7
    assert {one["row_position"] for one in shown["examples"]} == set(range(1, 8))
    example = next(one for one in shown["examples"] if one["row_position"] == 3)
    assert (example["column"], example["extracted"]) == ("price", "from 3 only")
    assert example["expected"] == batch.rows.get(position=3).truth["price"]
    assert "examples" not in ask.get(path.partition("?")[0])
    with django_assert_num_queries(6):  # key, pattern, occurrence, pattern again, jobs, cells
        ask.get(path)


def test_dismissed_and_taken_up_again(ask: Asker, project: Project) -> None:
    path = f"patterns/{pattern(project).pk}"
    for act, state in (("dismiss", "dismissed"), ("reopen", "open")):
        for _ in range(2):
            assert ask("POST", f"{path}/{act}").json()["state"] == state
    events = AuditEntry.objects.filter(event__startswith="pattern.").order_by("pk").values_list("event", flat=True)
    assert list(events) == ["pattern.dismissed", "pattern.reopened"], "again is no act"


def test_the_remedy_becomes_a_version(ask: Asker, project: Project) -> None:
    found = pattern(project, failing="missing_extraction")
    sentence = ask.get(f"patterns/{found.pk}")["remedy"]["instruction"]
    made = ask("POST", f"patterns/{found.pk}/instruct", Idempotency_Key="a")
    assert made.status_code == 201
    assert ask("POST", f"patterns/{found.pk}/instruct", Idempotency_Key="a").json() == made.json()
    version = ask.get(made["Location"])
    before = project.versions.get(number=version["number"] - 1).text
    assert version["text"] == f"{before.rstrip()}\n{sentence}"
    assert (version["is_production"], version["change_description"][:6]) == (False, "price:")
    assert code_of(ask("POST", f"patterns/{found.pk}/instruct")) == "INVALID_STATE", "it is there already"
    without = pattern(project, kind="error", column="", failing="TIMEOUT")
    assert code_of(ask("POST", f"patterns/{without.pk}/instruct")) == "INVALID_STATE"


def test_run_again(ask: Asker, project: Project, batch: Batch) -> None:
    analysed(play(batch, wrong(*range(1, 8))))
    VersionFactory(project=project, text="Return the price alone, as a number, and the title.")
    path = f"patterns/{newest_of(project).pk}/run"
    assert code_of(ask("POST", path, {"instruction_version": 99})) == "VALIDATION_ERROR"
    run = ask("POST", path, {"instruction_version": 2}, Idempotency_Key="a")
    assert run.status_code == 201, run.content
    assert (run.json()["instruction_version"], run.json()["jobs"]["total"]) == (2, 7)
    assert ask("POST", path, {"instruction_version": 2}, Idempotency_Key="a").json()["id"] == run.json()["id"]
    assert Execution.objects.filter(batch=batch).count() == 2
    unseen = pattern(project, kind="shape", key="close")
    assert code_of(ask("POST", f"patterns/{unseen.pk}/run", {})) == "INVALID_STATE"


def test_patterns_of_a_version(ask: Asker, project: Project, batch: Batch) -> None:
    analysed(play(batch, wrong(*range(1, 8))))
    found = {one["id"] for one in ask.get(f"projects/{project.pk}/patterns?instruction_version=1")["data"]}
    pattern(project, kind="error", failing="TIMEOUT")
    assert str(newest_of(project).pk) in found
    assert {one["id"] for one in ask.get(f"projects/{project.pk}/patterns?instruction_version=1")["data"]} == found
    assert ask.get(f"projects/{project.pk}/patterns?instruction_version=2")["data"] == []
