"""Figures of projects, batches and executions over the API."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from analytics.charts import scope
from analytics.models import ExecutionRollUp, SiteStatistic
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_up_want
from analytics.tests.comparison.making import make_run
from executions.models import Execution, Job
from mino.tests.api.asking import Asker, code_of
from mino.tests.api.test_lists import pages
from mino.tests.factories import BatchFactory
from mino.tests.plans import is_sorted, plans_of
from projects.models import Batch, Project, Row


@pytest.fixture
def batch(project: Project) -> Batch:
    """Four rows."""
    made: Batch = BatchFactory(project=project, rows=4)
    return made


def run(batch: Batch, *words: str, **values: Any) -> Execution:
    """An execution with its roll-up, which cost half a dollar."""
    execution = make_run(batch, words, **values)
    errors = {"TIMEOUT": words.count("error")}
    Execution.objects.filter(pk=execution.pk).update(error_counts=errors, cost="0.5", currency="USD")
    Job.objects.filter(execution=execution).update(has_ground_truth=True)
    roll_up_want(execution.pk)
    assert roll_up_compute(execution.pk)
    execution.refresh_from_db()
    return execution


def test_the_figures_of_an_execution(ask: Asker, batch: Batch) -> None:
    execution = run(batch, "gg", "gw", "error", "mm")
    shown = ask.get(f"executions/{execution.pk}/analytics")
    accuracy, rate = execution.accuracy, execution.pass_rate
    assert shown["accuracy"] == {"value": 0.5, "n": 6, "low": accuracy.low, "high": accuracy.high}
    assert shown["pass_rate"] == {"value": 1 / 3, "n": 3, "low": rate.low, "high": rate.high}
    assert [shown["rows"][name] for name in ("total", "passed", "failed", "error")] == [4, 1, 2, 1]
    assert [shown["outcomes"][name] for name in ("correct", "wrong", "missed")] == [3, 1, 2]
    [error] = shown["error_codes"]
    assert (error["code"], error["rows"], error["share"]["n"]) == ("TIMEOUT", 1, 4)
    assert [(one["value"], one["n"]) for one in shown["coverage"].values()] == [(0.5, 4), (0.5, 4)]
    assert (shown["latency"]["n"], shown["latency"]["p50"]) == (3, pytest.approx(2, rel=0.05))
    assert shown["costs"] == [{"currency": "USD", "total": 0.5, "per_result": 0.5 / 3, "per_passed": 0.5}]
    price = shown["columns"][1]
    assert (price["column"], price["wrong"], price["accuracy"]["n"]) == ("price", 1, 3)
    assert (shown["is_behind"], shown["as_of"] is None) == (False, False)


def test_nothing_is_told_before_it_is_known(ask: Asker, batch: Batch) -> None:
    execution = make_run(batch, ["queued"] * 4, status="running")
    shown = ask.get(f"executions/{execution.pk}/analytics")
    assert (shown["coverage"], shown["latency"], shown["costs"], shown["error_codes"]) == (None, None, [], [])
    nothing = {"value": None, "n": 0, "low": None, "high": None}
    assert (shown["accuracy"], shown["pass_rate"]) == (nothing, nothing)


def test_executions_together_count_rows_once(ask: Asker, batch: Batch, project: Project) -> None:
    first, second = run(batch, "gg", "gg", "ww", "ww"), run(batch, "gg", "gg", "gg", "ww", type="production")
    run(BatchFactory(project=project, rows=4), "ww", "ww", "ww", "ww")
    shown = ask.get(f"batches/{batch.pk}/analytics")
    assert [one["number"] for one in shown["executions"]] == [first.number, second.number]
    assert (shown["pass_rate"]["value"], shown["pass_rate"]["n"]) == (0.625, 8)
    alone = ask.get(f"batches/{batch.pk}/analytics?type=production")
    assert [one["number"] for one in alone["executions"]] == [second.number]
    width, single = (one["pass_rate"]["high"] - one["pass_rate"]["low"] for one in (shown, alone))
    assert width == pytest.approx(single, rel=0.1), "eight results of four rows tell as much as four do"
    everything = ask.get(f"projects/{project.pk}/analytics")
    assert (everything["executions_counted"], everything["pass_rate"]["n"]) == (3, 12)
    assert everything["accuracy"]["value"] == pytest.approx(10 / 24)
    assert ask.get(f"projects/{project.pk}/analytics?instruction_version=999")["executions"] == []


def test_only_the_newest_count(ask: Asker, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "MOST", 1)
    run(batch, "ww", "ww", "ww", "ww")
    run(batch, "gg", "gg", "gg", "gg")
    shown = ask.get(f"batches/{batch.pk}/analytics")
    assert (shown["executions_counted"], shown["executions_total"], shown["accuracy"]["value"]) == (1, 2, 1)


@pytest.mark.parametrize("query", ["instruction_version=1.5", "instruction_version=0", "type=x", "since=2026-01-01"])
def test_filters_that_make_no_sense(ask: Asker, batch: Batch, query: str) -> None:
    refused = ask("GET", f"batches/{batch.pk}/analytics?{query}")
    assert code_of(refused) == "VALIDATION_ERROR"
    assert refused.json()["details"][0]["path"] == query.partition("=")[0]


def test_as_many_queries_whatever_the_number_of_executions(
    ask: Asker, batch: Batch, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get(f"batches/{batch.pk}/analytics")  # the first use of a key is written down
    for _ in range(2):
        execution = run(batch, "gg", "gw", "error", "mm")
        for path in (f"projects/{project.pk}", f"batches/{batch.pk}", f"executions/{execution.pk}"):
            with django_assert_num_queries(4):  # key, subject, executions or roll-up, columns
                ask.get(f"{path}/analytics")


def test_the_hardest_sites(ask: Asker, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for row in Row.objects.filter(batch=batch):
        row.url = f"https://www.shop{(row.position + 1) // 2}.example/{row.position}"
        row.save()
    path = f"executions/{run(batch, 'gg', 'gw', 'error', 'mm').pk}/sites"
    hard, easy = ask.get(path)["data"]
    assert (hard["site"], hard["rows"], hard["failed"], hard["error"]) == ("shop2.example", 2, 1, 1)
    assert (hard["trouble"]["value"], hard["trouble"]["n"], hard["accuracy"]["value"]) == (1, 2, 0)
    assert (easy["site"], easy["passed"], easy["accuracy"]["n"]) == ("shop1.example", 1, 4)
    assert easy["mean_seconds"] == 2
    first = ask.get(f"{path}?limit=1")
    behind = ask.get(f"{path}?limit=1&cursor={first['pagination']['next_cursor']}")
    assert [first["data"], behind["data"], behind["pagination"]["has_more"]] == [[hard], [easy], False]
    for host in ("shop1.example", "www.shop1.example", "SHOP1.example", "shop1.example:443"):
        assert ask.get(f"{path}?site={host}")["data"] == [easy], host
    assert ask.get(f"{path}?site=example")["data"] == []
    assert code_of(ask("GET", f"{path}?site=https://shop1.example/")) == "VALIDATION_ERROR"
    for limit in (1, 2):
        with django_assert_num_queries(4):  # key, execution, roll-up, page
            ask.get(f"{path}?limit={limit}")


def test_sites_that_are_as_hard_stand_in_the_order_of_an_index(ask: Asker, project: Project) -> None:
    execution = run(BatchFactory(project=project, rows=6), *["ww"] * 6)
    generation = ExecutionRollUp.objects.get(execution=execution).generation
    assert generation is not None
    SiteStatistic.objects.filter(generation=generation).delete()
    for number in range(7):
        SiteStatistic.objects.create(generation=generation, site=f"shop{number}.example", trouble=number // 3, jobs=1)
    for sort in ("-trouble", "trouble"):
        with plans_of("analytics_sitestatistic") as plans:
            found = [
                one["site"]
                for page in pages(ask, f"executions/{execution.pk}/sites?sort={sort}&limit=2")
                for one in page
            ]
        assert all("site_hardest" in plan and not is_sorted(plan) for plan in plans), plans
        assert found == sorted(found, reverse=sort.startswith("-"))


def test_no_sites_before_they_are_known(ask: Asker, batch: Batch) -> None:
    assert ask.get(f"executions/{make_run(batch, ['gg'] * 4).pk}/sites")["data"] == []
