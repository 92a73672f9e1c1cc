"""Review over the API: what waits, what is decided, what is undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from analytics.models import ReviewDecision, ReviewReservation, Suspect
from analytics.tests.patterns.making import analysed, play
from analytics.tests.review.reviewed import make_reviewed
from analytics.tests.suspects.making import make_execution
from executions.models import Execution, FieldResult
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.api.test_lists import pages
from mino.tests.factories import BatchFactory
from mino.tests.plans import is_sorted, plans_of
from projects.models import Batch, Column, Project, Row, TruthRevision


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Three rows with something to review."""
    return make_reviewed(batch)


def path_of(execution: Execution, below: str = "") -> str:
    """An address of its review."""
    return f"executions/{execution.pk}/review{below}"


def waiting(ask: Asker, execution: Execution, query: str = "") -> dict[tuple[int, str], dict[str, Any]]:
    """The cells that wait, by row and column."""
    found = [one for page in pages(ask, path_of(execution, f"/cells?limit=2{query}")) for one in page]
    cells = {(one["row_position"], one["column"]): one for one in found}
    assert len(cells) == len(found), "each once"
    return cells


def decide(ask: Asker, execution: Execution, cell: dict[str, Any], decision: str, **more: Any) -> Any:
    """The answer to a decision about a cell as it was listed."""
    said = {"cell_id": cell["id"], "decision": decision, "seen": cell["truth"], **more}
    return ask("POST", path_of(execution, "/decisions"), said)


def test_what_waits(ask: Asker, execution: Execution, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    cells = waiting(ask, execution)
    assert set(cells) == {(1, "price"), (1, "title"), (2, "title"), (3, "price")}
    assert [one["score"] for one in cells.values()] == sorted(one["score"] for one in cells.values())
    suspect = cells[3, "price"]
    assert (suspect["is_suspect"], suspect["extracted"], cells[1, "title"]["is_suspect"]) == (True, 129, False)
    assert suspect["truth"] == Row.objects.get(position=3).truth["price"]
    assert set(waiting(ask, execution, "&column=price")) == {(1, "price"), (3, "price")}
    assert set(waiting(ask, execution, "&outcome=missed")) == {(1, "title")}
    for limit in (1, 50):
        with django_assert_num_queries(3), plans_of("executions_fieldresult") as plans:  # key, execution, page
            ask.get(path_of(execution, f"/cells?limit={limit}"))
        if connection.vendor == "postgresql":
            assert all("field_result_worst" in plan and not is_sorted(plan) for plan in plans), plans
    assert ask.get(path_of(execution)) == {"id": str(execution.pk), "reviewed": 0, "total": 4}
    assert code_of(ask("GET", path_of(execution, f"/cells?pattern_id={execution.pk}"))) == "VALIDATION_ERROR"


def test_a_pattern_finds_the_cells_of_its_column(ask: Asker, project: Project) -> None:
    batch = BatchFactory(project=project, rows=7, truth_row_count=7)
    off = [{"price": f"{n}5.00", **({"title": "Another"} if n < 3 else {})} for n in range(1, 6)]
    execution = analysed(play(batch, [*off, {"price": "9"}, {"title": None}]))
    found = ask.get(f"executions/{execution.pk}/patterns?limit=100")["data"]
    shape = next(one for one in found if one["title"] == "Off by a factor of 10")
    pattern = f"&pattern_id={shape['pattern_id']}"
    assert set(waiting(ask, execution, pattern)) == {(row, "price") for row in range(1, 6)}
    assert set(waiting(ask, execution)) > {(1, "title"), (2, "title")}
    assert waiting(ask, execution, f"{pattern}&column=title") == {}


def test_the_truth_was_wrong(ask: Asker, execution: Execution) -> None:
    cell = waiting(ask, execution)[3, "price"]
    done = decide(ask, execution, cell, "truth_wrong", note="Asked the shop").json()
    assert (done["before"], done["after"], done["is_settled"]) == (cell["truth"], "129", True)
    assert (done["decided_by"]["type"], done["note"]) == ("api_key", "Asked the shop")
    assert Row.objects.get(position=3).truth["price"] == "129"
    assert (3, "price") not in waiting(ask, execution)
    assert [one["id"] for one in ask.get(path_of(execution, "/decisions"))["data"]] == [done["id"]]
    undone = ask("POST", path_of(execution, "/undo")).json()
    assert (undone["id"], undone["undone_at"] is None) == (done["id"], False)
    assert Row.objects.get(position=3).truth["price"] == cell["truth"]
    assert ask.get(path_of(execution, "/decisions"))["data"] == []
    assert code_of(ask("POST", path_of(execution, "/undo"))) == "INVALID_STATE", "nothing is left"


def test_the_agent_is_wrong(ask: Asker, execution: Execution, organization: Organization) -> None:
    cells = waiting(ask, execution)
    assert decide(ask, execution, cells[3, "price"], "agent_wrong").json()["after"] == cells[3, "price"]["truth"]
    assert Suspect.objects.get().decider_name == "API key CI"
    assert code_of(decide(ask, execution, cells[3, "price"], "truth_wrong")) == "INVALID_STATE", "it is decided"
    assert ask.get(path_of(execution))["reviewed"] == 1
    other = program(organization)
    assert code_of(other("POST", path_of(execution, "/undo"))) == "INVALID_STATE", "another key decided"
    ask("POST", path_of(execution, "/undo"))
    assert Suspect.objects.get().state == "open"
    assert (3, "price") in waiting(ask, execution)


@pytest.mark.parametrize(
    ("decision", "more", "after"),
    [
        ("edited", {"value": "8"}, "8"),
        ("edited", {"value": ""}, None),
        ("edited", {"value": None}, None),
        ("site_changed", {}, "1.50"),
        ("site_changed", {"forget": True}, None),
        ("both", {}, "1.50|7"),
    ],
)
def test_other_decisions(
    ask: Asker, execution: Execution, decision: str, more: dict[str, Any], after: str | None
) -> None:
    cell = waiting(ask, execution)[1, "price"]
    done = decide(ask, execution, cell, decision, **more)
    assert done.status_code == 200
    assert Row.objects.get(position=1).truth.get("price") == after
    assert (done.json()["before"], done.json()["after"]) == ("1.50", after)
    made = TruthRevision.objects.values_list("change", flat=True).first()
    assert done.json()["change_id"] == (str(made) if made else None)


def test_what_is_not_known_is_null(ask: Asker, execution: Execution) -> None:
    cell = waiting(ask, execution)[1, "title"]
    assert decide(ask, execution, cell, "site_changed", forget=True).json()["after"] is None
    revisions = ask.get(f"batches/{execution.batch_id}/ground-truth/revisions")["data"]
    assert revisions[0]["after"] is None
    [decision] = ask.get(path_of(execution, "/decisions"))["data"]
    assert (decision["after"], decision["change_id"]) == (None, revisions[0]["change_id"])


def test_what_is_refused(ask: Asker, execution: Execution, member: User) -> None:
    cell = waiting(ask, execution)[1, "price"]
    for said, at in (
        ({"decision": "agent_wrong", "value": "8"}, "value"),
        ({"decision": "agent_wrong", "forget": True}, "forget"),
        ({"decision": "maybe"}, "decision"),
        ({"decision": "agent_wrong", "cell_id": str(execution.pk)}, "cell_id"),
    ):
        refused = ask("POST", path_of(execution, "/decisions"), {"cell_id": cell["id"], "seen": "1.50", **said})
        assert code_of(refused) == "VALIDATION_ERROR"
        assert refused.json()["details"][0]["path"] == at
    missing = decide(ask, execution, cell, "edited")
    assert code_of(missing) == "MISSING_FIELD"
    assert missing.json()["details"] == [{"path": "value", "message": "The decision `edited` needs the new truth."}]
    assert code_of(decide(ask, execution, {**cell, "truth": "2"}, "agent_wrong")) == "INVALID_STATE", "another truth"
    found = FieldResult.objects.get(pk=cell["id"])
    ReviewReservation.objects.create(
        execution=execution,
        row_id=found.job.row_id,
        column="price",
        user=member,
        expires_at=timezone.now() + timedelta(minutes=1),
    )
    assert (1, "price") not in waiting(ask, execution)
    held = decide(ask, execution, cell, "agent_wrong")
    assert code_of(held) == "INVALID_STATE"
    assert member.display_name in held.json()["error"]
    assert decide(browser(member), execution, cell, "agent_wrong").status_code == 200, "it is theirs"
    assert ReviewDecision.objects.get().user == member


def test_an_answer_that_can_not_be_truth(ask: Asker, execution: Execution) -> None:
    cells = waiting(ask, execution)
    Column.objects.filter(batch=execution.batch, name="price").update(options={"alternatives": ""})
    for cell in (cells[1, "title"], cells[1, "price"]):  # no answer at all, and a column without alternatives
        refused = decide(ask, execution, cell, "both")
        assert code_of(refused) == "VALIDATION_ERROR"
        assert [one["path"] for one in refused.json()["details"]] == ["decision"]


def test_sent_again_it_is_decided_once(ask: Asker, execution: Execution) -> None:
    cell = waiting(ask, execution)[1, "price"]
    said = {"cell_id": cell["id"], "decision": "edited", "seen": cell["truth"], "value": "8"}
    first, second = (ask("POST", path_of(execution, "/decisions"), said, Idempotency_Key="a").json() for _ in range(2))
    assert first == second
    assert ReviewDecision.objects.count() == 1


def test_sent_again_the_decision_before_stays(ask: Asker, execution: Execution) -> None:
    for cell in list(waiting(ask, execution).values())[:2]:
        assert decide(ask, execution, cell, "agent_wrong").status_code == 200
    first, again = (ask("POST", path_of(execution, "/undo"), Idempotency_Key="a").json() for _ in range(2))
    assert first == again
    assert ReviewDecision.objects.filter(undone_at=None).count() == 1


def test_without_truth_there_is_nothing_to_review(ask: Asker, project: Any) -> None:
    execution = make_execution(BatchFactory(project=project, rows=1))
    Batch.objects.filter(pk=execution.batch_id).update(truth_row_count=0)
    for below in ("", "/cells", "/decisions"):
        assert code_of(ask("GET", path_of(execution, below))) == "NO_GROUND_TRUTH"
