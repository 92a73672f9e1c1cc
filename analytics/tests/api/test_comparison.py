"""Comparison of executions over the API."""

from __future__ import annotations

import pytest

from analytics.comparison import services
from analytics.comparison.services import comparison_compute
from analytics.models import Comparison
from analytics.tests.comparison.making import make_run
from executions.models import Execution
from mino.tests.api.asking import Asker, code_of
from mino.tests.factories import BatchFactory, ExecutionFactory
from projects.models import Project


@pytest.fixture
def two(project: Project) -> tuple[Execution, Execution]:
    """A run that had nine prices wrong, and one that mended them."""
    sites = BatchFactory(project=project, rows=12)
    return make_run(sites, ["gw"] * 9 + ["gg"] * 2 + ["error"]), make_run(sites, ["gg"] * 12)


def test_the_verdict_and_its_figures(ask: Asker, two: tuple[Execution, Execution]) -> None:
    shown = ask.get(f"executions/{two[1].pk}/comparison?baseline_id={two[0].pk}")
    assert (shown["status"], shown["verdict"]) == ("ready", "better")
    passing = shown["passing"]
    assert (passing["n"], passing["became_right"], passing["became_wrong"]) == (11, 9, 0)
    assert (passing["baseline"], passing["execution"]) == (pytest.approx(2 / 11), 1)
    columns = {one["column"]: one["verdict"] for one in shown["columns"]}
    assert (columns["price"], set(columns)) == ("better", {"title", "price"})
    assert shown["left_out"]["error_first"] == 1
    assert ask.get(f"executions/{two[1].pk}/comparison")["baseline_id"] == str(two[0].pk), "the one before"
    assert ask.get(f"executions/{two[0].pk}/comparison?baseline_id={two[1].pk}")["verdict"] == "worse"


def test_large_ones_are_computed_by_a_worker(
    ask: Asker, two: tuple[Execution, Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    path = f"executions/{two[1].pk}/comparison?baseline_id={two[0].pk}"
    waits = ask("GET", path).json()
    assert (waits["status"], waits["verdict"], waits["passing"], waits["columns"]) == ("computing", None, None, [])
    comparison_compute(waits["id"])
    assert ask.get(path)["verdict"] == "better"


def test_what_can_not_be_compared(ask: Asker, two: tuple[Execution, Execution], project: Project) -> None:
    other_batch = ExecutionFactory(batch=BatchFactory(project=project))
    for named in (two[1].pk, ExecutionFactory().pk, other_batch.pk, "nothing"):
        refused = ask("GET", f"executions/{two[1].pk}/comparison?baseline_id={named}")
        assert code_of(refused) == "VALIDATION_ERROR"
        assert refused.json()["details"][0]["path"] == "baseline_id"
    assert code_of(ask("GET", f"executions/{two[0].pk}/comparison")) == "VALIDATION_ERROR", "it is the first"


def test_several_at_once_are_corrected_together(ask: Asker, two: tuple[Execution, Execution]) -> None:
    sites, others = two[0].batch, [two[1]]
    others += [make_run(sites, ["gg"] * 9 + ["gw", "gg", "gg"]), make_run(sites, ["gw"] * 12)]
    path = f"executions/{two[0].pk}/comparisons?execution_ids={','.join(str(one.pk) for one in others)}"
    shown = ask.get(path)
    assert (shown["status"], shown["baseline_id"]) == ("ready", str(two[0].pk))
    assert [one["execution_id"] for one in shown["comparisons"]] == [str(one.pk) for one in others]
    assert [one["verdict"] for one in shown["comparisons"]][:2] == ["better", "better"]
    [alone, together] = (
        {column["column"]: column["p"] for column in one["columns"]}["price"]
        for one in (ask.get(f"executions/{two[1].pk}/comparison?baseline_id={two[0].pk}"), shown["comparisons"][0])
    )
    assert together > alone, "three executions are tested instead of one"
    for ids in ("", "nothing", str(two[0].pk), str(ExecutionFactory().pk)):
        refused = ask("GET", f"executions/{two[0].pk}/comparisons?execution_ids={ids}")
        assert code_of(refused) == ("VALIDATION_ERROR" if ids else "MISSING_FIELD")
    more = ",".join(str(make_run(sites, ["gg"] * 12).pk) for _ in range(5))
    assert code_of(ask("GET", f"executions/{two[0].pk}/comparisons?execution_ids={more}")) == "VALIDATION_ERROR"


def test_a_program_can_wait(ask: Asker, two: tuple[Execution, Execution], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    addresses = (
        f"executions/{two[1].pk}/comparison?baseline_id={two[0].pk}",
        f"executions/{two[0].pk}/comparisons?execution_ids={two[1].pk}",
    )
    for path in addresses:
        waits = ask("GET", path)
        assert (waits.status_code, waits["Retry-After"], waits.json()["status"]) == (202, "2", "computing")
    flips = ask("GET", f"executions/{two[1].pk}/flips?baseline_id={two[0].pk}")
    assert (code_of(flips), flips["Retry-After"]) == ("INVALID_STATE", "2")
    comparison_compute(Comparison.objects.get().pk)
    assert [ask.get(path)["status"] for path in addresses] == ["ready"] * 2
    assert len(ask.get(f"executions/{two[1].pk}/flips?baseline_id={two[0].pk}")["data"]) == 9
