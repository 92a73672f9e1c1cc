"""The answers that a filter finds, taken as truth over the API."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, User
from analytics.sheet import taking
from analytics.tests.wrong_prices import execution_with_wrong_prices
from executions.models import Execution
from mino.tests.api.asking import Asker, browser, code_of
from projects.models import Batch, Row, TruthRevision


@pytest.fixture
def execution(batch: Batch) -> Execution:
    return execution_with_wrong_prices(batch)


def plan(ask: Asker, execution: Execution, **body: Any) -> Any:
    """The answer to looking."""
    return ask("POST", f"executions/{execution.pk}/answers/plan", {"column": "price", **body})


def take(ask: Asker, execution: Execution, **body: Any) -> Any:
    """The answer to taking."""
    headers = {"Idempotency_Key": key} if (key := body.pop("key", "")) else {}
    return ask("POST", f"executions/{execution.pk}/answers/take", {"column": "price", **body}, **headers)


def prices(execution: Execution) -> list[str]:
    return [row.truth["price"] for row in Row.objects.filter(batch=execution.batch).order_by("position")]


def test_what_was_looked_at_is_taken_once(ask: Asker, execution: Execution) -> None:
    seen = plan(ask, execution).json()
    assert (seen["cells"], seen["unwritable"]) == (2, 1)
    url = Row.objects.get(batch=execution.batch, position=1).url
    assert seen["first"][0] == {"row_position": 1, "url": url, "before": "1.50", "after": "7.00"}
    assert prices(execution) == ["1.50", "2.50", "3.50"]
    body = {"digest": seen["digest"], "reason": "They raised it", "key": "a"}
    done = take(ask, execution, **body).json()
    [made] = set(TruthRevision.objects.values_list("change", flat=True))
    assert done == {"affected_cells": 2, "change_id": str(made)}
    assert prices(execution) == ["7.00", "8.00", "3.50"]
    assert take(ask, execution, **body).json() == done, "the same answer again"
    assert {(one.reason, one.api_key is None) for one in TruthRevision.objects.all()} == {("They raised it", False)}
    assert (TruthRevision.objects.count(), AuditEntry.objects.filter(event="truth.changed").count()) == (2, 1)


def test_a_filter_narrows_what_is_taken(ask: Asker, execution: Execution) -> None:
    seen = plan(ask, execution, search="shop2").json()
    assert [one["row_position"] for one in seen["first"]] == [2]
    assert code_of(take(ask, execution, digest=seen["digest"])) == "INVALID_STATE", "without the filter"
    assert take(ask, execution, digest=seen["digest"], search="shop2").json()["affected_cells"] == 1
    assert prices(execution) == ["1.50", "8.00", "3.50"]
    assert plan(ask, execution, outcome="correct").json()["cells"] == 0


def test_truth_that_is_not_known_is_null(ask: Asker, execution: Execution) -> None:
    row = Row.objects.get(batch=execution.batch, position=2)
    row.truth = {"title": row.truth["title"]}
    row.save()
    assert [one["before"] for one in plan(ask, execution).json()["first"]] == ["1.50", None]


def test_nothing_is_taken_where_the_truth_has_changed_since(ask: Asker, execution: Execution) -> None:
    digest = plan(ask, execution).json()["digest"]
    row = Row.objects.get(batch=execution.batch, position=2)
    row.truth = {**row.truth, "price": "2.60"}
    row.save()
    refused = take(ask, execution, digest=digest)
    assert (refused.status_code, code_of(refused)) == (409, "INVALID_STATE")
    assert prices(execution) == ["1.50", "2.60", "3.50"]


def test_more_than_can_be_taken_at_once_is_refused_as_a_whole(
    ask: Asker, execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MAX_CHANGED", 1)
    refused = plan(ask, execution)
    assert (refused.status_code, code_of(refused)) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"column": "site_url"}, "column"),
        ({"outcome": "odd"}, "outcome"),
        ({"site": "not a host"}, "site"),
        ({"accuracy_min": 60, "accuracy_max": 40}, "accuracy_max"),
        ({"status": "completed"}, "status"),
        *(({name: blank}, name) for name in ("search", "site", "tag") for blank in ("", " ", "\t\u00a0\n", "\x01")),
    ],
)
def test_what_makes_no_sense_is_named_and_never_left_out(
    ask: Asker, execution: Execution, body: dict[str, Any], path: str
) -> None:
    for refused in (plan(ask, execution, **body), take(ask, execution, digest="a", **body)):
        assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", [path])


def test_viewers_and_strangers_take_nothing(execution: Execution, member: User, viewer: User, stranger: User) -> None:
    digest = plan(browser(member), execution).json()["digest"]
    for who, status in ((viewer, 403), (stranger, 404)):
        assert plan(browser(who), execution).status_code == status
        assert take(browser(who), execution, digest=digest).status_code == status
    assert prices(execution) == ["1.50", "2.50", "3.50"]
